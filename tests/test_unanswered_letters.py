"""A mail server, or a filter before it, that answers no letter costs a few letters, not all of them; and it is told."""

from collections import Counter

import pytest
from hand_written_clinic import Clinic, appointment
from loopback_server import HangUp, Session, serving

from jobs.runner.run import FAILED, FINE

COMMANDS = (
    "`run_jobs.py outbox` lists them. Did they arrive, then `outbox mark-sent --all --saying unknown`; if not, "
    "`outbox send-again --all --saying unknown`."
)


def silence(letters: int) -> str:
    return (
        f"The mail server gave no answer to the text of {letters} letters one after another, at last: The server "
        "closed the connection. The letters wait; one alone is tried now and then until one is answered. Ask IT to "
        f"look at the mail server, and at a filter or firewall before it. Those {letters} may have left, and are not "
        f"sent again by themselves. {COMMANDS}"
    )


def waiting(clinic: Clinic, letters: int, moment: str = "2026-03-04 08:45") -> Clinic:
    """So many patients are to be reminded of a visit in two days."""
    names = [f"P{number:02d}" for number in range(letters)]
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") for name in names))
    clinic.pull(moment)
    return clinic


def hang_up(step: str, session: Session) -> str | None:
    """The script of a server that takes each letter and breaks the connection off."""
    if step == "text":
        raise HangUp
    return None


def states(clinic: Clinic) -> Counter[str]:
    return Counter(clinic.ask("SELECT state FROM letters WHERE rule = 'reminder'"))


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("pause", [0, 0.01])
def test_where_no_letter_is_answered_one_alone_is_tried_ever_more_seldom_and_the_others_leave_once_one_is(
    clinic: Clinic, connections: int, pause: float
) -> None:
    waiting(clinic, 20)
    clinic.edit("config/clinic.yaml", "\n  smtp:\n", f"\n  smtp:\n    connections: {connections}\n")
    with serving(hang_up) as server:
        clinic.mail_through(server.port)
        clinic.edit("config/clinic.yaml", "pause_seconds: 0", f"pause_seconds: {pause}")
        ran = clinic.send("2026-03-04 09:00")
        lost = states(clinic)["unknown"]
        assert 3 <= lost <= 3 * connections and (ran.code, ran.outcome.failed) == (FAILED, silence(lost))
        tried = []
        for moment in ("09:09", "09:10", "09:20", "10:00", "11:10", "11:20", "12:50"):
            ran = clinic.send(f"2026-03-04 {moment}")
            tried.append(states(clinic)["unknown"] - lost)
            assert (ran.code, ran.outcome.failed) == (FAILED, silence(lost + tried[-1]))
            assert not ran.outcome.until_changed
        assert tried == ([0, 1, 1, 2, 2, 2, 3] if lost == 3 else tried) and tried[-1] <= 3
        assert "no letter leaves: The mail server gave no answer to the text of" in clinic.ask(
            "SELECT reason FROM letters WHERE state = 'ready'"
        )[0]  # fmt: skip
        server.forget()
        server.script = lambda step, session: None
        ran = clinic.send("2026-03-04 14:20")
        lost += tried[-1]
    assert len(server.recipients()) == len({*server.recipients()}) == 20 - lost == ran.counts["letters sent"]
    assert (ran.code, ran.outcome.failed) == (
        FAILED,
        f"The mail server answers again, and the letters that waited leave. The {lost} letters to which it gave no "
        f"answer may have left, and are not sent again by themselves. {COMMANDS}",
    )
    assert (clinic.send("2026-03-04 14:30").code, states(clinic)) == (FINE, {"sent": 20 - lost, "unknown": lost})


def test_letters_unanswered_in_many_small_runs_count_together_and_a_person_who_decides_ends_the_wait(
    clinic: Clinic,
) -> None:
    with serving(hang_up) as server:
        clinic.mail_through(server.port, it_email="it@clinic.example")
        codes = []
        for run in range(1, 5):
            waiting(clinic, run, f"2026-03-04 09:{run}0")
            codes.append(clinic.send(f"2026-03-04 09:{run}1").code)
        assert (codes, states(clinic)) == ([FINE, FINE, FAILED, FAILED], {"unknown": 4})
        ran = clinic.send("2026-03-04 09:51")  # nothing else is to leave
        assert (ran.code, ran.outcome.failed) == (FAILED, silence(4))
        shown = clinic.command("status", moment="2026-03-04 09:52").output
        assert "letters that may have left (unknown), see `outbox`: 4\n" in shown
        shown = " ".join(clinic.command("outbox", moment="2026-03-04 09:52").output.split())
        assert "Many at once: `--all --saying unknown`, or other words of the list." in shown
        server.forget()
        server.script = lambda step, session: None
        because = ("--reason", "the mail filter is mended")
        for words, told in (
            (("--saying", "too big"), "No letter with the words too big was refused or may have left; nothing was "),
            (("--saying", "Closed the connection"), "4 letters: each leaves once more, at the next run in the "),
        ):
            decided = clinic.command("outbox", "send-again", "--all", *words, *because, moment="2026-03-04 09:53")
            assert decided.output.startswith(told)
        ran = clinic.send("2026-03-04 09:54")
    assert (ran.code, ran.counts["letters sent"], len(server.recipients())) == (FINE, 4, 4)


def test_letters_that_arrived_all_the_same_are_marked_at_once_and_those_that_were_refused_are_not(
    clinic: Clinic,
) -> None:
    waiting(clinic, 6)
    refused = "RCPT", "p00@patient.example"

    def answer(step: str, session: Session) -> str | None:
        return "554 5.7.1 no" if (step, session.recipient) == refused else hang_up(step, session)

    with serving(answer) as server:
        clinic.mail_through(server.port)
        assert clinic.send("2026-03-04 09:00").outcome.failed == silence(3)
        mark = ("outbox", "mark-sent", "--saying", "unknown", "--reason", "they have them")
        told = clinic.command(*mark, moment="2026-03-04 09:01")
        assert told.exit_code == 2
        told = clinic.command(*mark, "--all", moment="2026-03-04 09:01")
        assert told.output == "3 letters: each counts as sent.\n"
        server.script = lambda step, session: None
        ran = clinic.send("2026-03-04 09:02")
    assert (ran.code, states(clinic)) == (FINE, {"sent": 5, "failed": 1})
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(1, 6)]


def test_one_letter_that_a_filter_breaks_off_at_costs_no_other_and_fails_no_run(clinic: Clinic) -> None:
    waiting(clinic, 9)

    def answer(step: str, session: Session) -> str | None:
        if step == "text" and session.recipient.startswith("p04"):
            raise HangUp
        return None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        ran = clinic.send("2026-03-04 09:00")
        assert (ran.code, ran.counts["letters sent"], ran.counts["letters unknown"]) == (FINE, 8, 1)
        waiting(clinic, 12, "2026-03-04 09:05")
        assert clinic.send("2026-03-04 09:10").counts["letters sent"] == 3
