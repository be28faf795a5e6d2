"""A mail server, or a filter before it, that answers no letter costs a few letters, not all of them; and it is told."""

import re
from collections import Counter
from collections.abc import Collection

import pytest
from hand_written_clinic import Clinic, appointment
from loopback_server import HangUp, Session, serving

from jobs.runner.run import FAILED, FINE


def commands(letters: Collection[int]) -> str:
    these = " ".join(map(str, sorted(letters)))
    return (
        f"`run_jobs.py outbox` lists them. Did they arrive, then `outbox mark-sent {these}`; if not, `outbox "
        f"send-again {these}`."
    )


def silence(letters: Collection[int]) -> str:
    return (
        f"The mail server gave no answer to the text of {len(letters)} letters one after another, at last: The server "
        "closed the connection. The letters wait; one alone is tried now and then until one is answered. Ask IT to "
        f"look at the mail server, and at a filter or firewall before it. Those {len(letters)} may have left, and are "
        f"not sent again by themselves. {commands(letters)}"
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


def unknown(clinic: Clinic) -> list[int]:
    return clinic.ask("SELECT id FROM letters WHERE state = 'unknown'")


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
        assert 3 <= lost <= 3 * connections and (ran.code, ran.outcome.failed) == (FAILED, silence(unknown(clinic)))
        tried = []
        for moment in ("09:09", "09:10", "09:20", "10:00", "11:10", "11:20", "12:50"):
            ran = clinic.send(f"2026-03-04 {moment}")
            tried.append(states(clinic)["unknown"] - lost)
            assert (ran.code, ran.outcome.failed) == (FAILED, silence(unknown(clinic)))
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
        f"answer may have left, and are not sent again by themselves. {commands(unknown(clinic))}",
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
        assert (ran.code, ran.outcome.failed) == (FAILED, silence(unknown(clinic)))
        shown = clinic.command("status", moment="2026-03-04 09:52").output
        assert "letters that may have left (unknown), see `outbox`: 4\n" in shown
        shown = " ".join(clinic.command("outbox", moment="2026-03-04 09:52").output.split())
        assert "Many at once: by their numbers, or `--all --saying` and words of the list that only these have" in shown
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
        assert clinic.send("2026-03-04 09:00").outcome.failed == silence(unknown(clinic))
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


def test_the_commands_of_a_silence_name_its_letters_and_no_other_that_may_have_left(clinic: Clinic) -> None:
    waiting(clinic, 2)
    with serving(
        lambda step, session: hang_up(step, session) if session.recipient.startswith("p00") else None
    ) as server:
        clinic.mail_through(server.port)
        assert (clinic.send("2026-03-04 09:00").code, states(clinic)) == (FINE, {"sent": 1, "unknown": 1})
        (arrived,) = unknown(clinic)
        server.script = hang_up
        waiting(clinic, 6, "2026-03-04 09:05")
        failed = clinic.send("2026-03-04 09:10").outcome.failed
        assert failed == silence({*unknown(clinic)} - {arrived})
        server.forget()
        server.script = lambda step, session: None
        numbers = re.findall(r"`outbox send-again ([\d ]+)`", failed)[0].split()
        decided = ("outbox", "send-again", *numbers, "--reason", "none of the 3 arrived, says IT")
        assert clinic.command(*decided, moment="2026-03-04 09:20").exit_code == 0
        ran = clinic.send("2026-03-04 09:30")
    assert (ran.code, unknown(clinic)) == (FINE, [arrived])
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(2, 6)]


@pytest.mark.parametrize("words", [(), ("--saying", "unknown")])
def test_what_may_have_left_and_what_was_refused_is_never_sent_again_by_one_answer(
    clinic: Clinic, words: tuple[str, ...]
) -> None:
    waiting(clinic, 6)
    nobody = "RCPT", "p00@patient.example"

    def answer(step: str, session: Session) -> str | None:
        return "550 5.1.1 User unknown" if (step, session.recipient) == nobody else hang_up(step, session)

    with serving(answer) as server:
        clinic.mail_through(server.port)
        clinic.send("2026-03-04 09:00")
    before = states(clinic)
    again = ("outbox", "send-again", "--reason", "none arrived", "--all")
    told = clinic.command(*again, *words, moment="2026-03-04 09:10")
    assert (told.exit_code, told.output, states(clinic)) == (
        2,
        "Some of these may have left (3), others were refused (1); nothing was changed. Decide on each kind by itself, "
        'by numbers, or with --saying "may have left" or "refused for good".\n',
        before,
    )
    told = clinic.command(*again, "--saying", "may have left", moment="2026-03-04 09:11")
    assert told.output == "3 letters: each leaves once more, at the next run in the sending hours.\n"
    assert (states(clinic)["failed"], unknown(clinic)) == (1, [])
