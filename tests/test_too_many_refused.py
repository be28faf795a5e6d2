"""A mail server that refuses everybody costs no patient the letters: nobody is stopped, they wait for a person."""

from collections import Counter

import pytest
from click.testing import Result
from hand_written_clinic import Clinic, appointment
from loopback_server import Script, Session, serving

from jobs.clinic.refusals import Answers
from jobs.runner.run import FAILED, FINE
from jobs.runner.tools import Tools
from jobs.sending.refusals import judge_refusals

NINE, LATER = "2026-03-04 09:00", "2026-03-04 09:30"
NOBODY = "550 5.1.1 no such user"
ASK = (
    "Ask IT to look at the mail server, its relay and the sender's address. When that is mended: "
    "`run_jobs.py outbox release --refused`. If the addresses are dead after all: "
    "`run_jobs.py stop --refused-since {day}`."
)


def waiting(clinic: Clinic, letters: int, moment: str = "2026-03-04 08:45") -> Clinic:
    """So many patients are to be reminded of a visit in two days."""
    names = [f"P{number:02d}" for number in range(letters)]
    clinic.export(
        *(appointment(name, "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") for name in names),
    )
    clinic.pull(moment)
    return clinic


def refusing(*numbers: int, words: str = NOBODY, at: str = "RCPT") -> Script:
    """The script of a server that refuses these patients, or all where none is named."""

    def answer(step: str, session: Session) -> str | None:
        named = not numbers or session.recipient[1:3] in {f"{number:02d}" for number in numbers}
        return words if step == at and named and session.recipient.endswith("@patient.example") else None

    return answer


def states(clinic: Clinic) -> Counter[str]:
    return Counter(clinic.ask("SELECT state FROM letters WHERE rule = 'reminder'"))


def stopped(clinic: Clinic) -> list[str]:
    return [key[:3] for key in clinic.ask("SELECT address_key FROM stops WHERE allowed = 0 ORDER BY address_key")]


def command(clinic: Clinic, *words: str, now: str = LATER) -> Result:
    return clinic.command(*words, moment=now)


@pytest.mark.parametrize(
    ("how", "words", "at"),
    [
        ({}, NOBODY, "RCPT"),
        ({"pipelining": False}, NOBODY, "RCPT"),
        ({}, "554 5.7.1 relaying denied for this sender", "RCPT"),
        ({}, "554 5.7.1 your domain is blocked", "text"),
    ],
    ids=["pipelined", "one by one", "relay", "after the text"],
)
def test_where_everybody_is_refused_the_letters_wait_nobody_is_stopped_and_a_person_lets_them_go(
    clinic: Clinic, how: dict[str, bool], words: str, at: str
) -> None:
    waiting(clinic, 20)
    with serving(refusing(words=words, at=at), **how) as server:
        clinic.mail_through(server.port, it_email="it@clinic.example")
        ran = clinic.send(NINE)
        assert (ran.code, ran.outcome.failed) == (
            FAILED,
            f"The mail server refused 7 letters one after another for good, at last with: {at}: {words}. So many at "
            "once tell of the server, not of the addresses: 7 letters are held and their addresses not stopped; the "
            f"others wait. {ASK.format(day='2026-03-04')}",
        )
        assert (ran.counts["letters held"], "letters failed" in ran.counts, states(clinic)) == (
            7, False, {"held": 7, "ready": 13}
        )  # fmt: skip
        assert server.recipients() == ["it@clinic.example"]  # who is told
        server.forget()
        server.script = lambda step, session: None
        ran = clinic.send("2026-03-04 09:10")
        assert (ran.code, ran.outcome.failed) == (
            FAILED,
            "7 letters are held since the mail server refused too many at once, and no letter leaves until somebody "
            f"has decided. {ASK.format(day='DAY')}",
        )
        assert "P00" not in command(clinic, "outbox").output
        assert "refused together with too many others" in " ".join(command(clinic, "outbox").output.split())
        released = command(clinic, "outbox", "release", "--refused", "--reason", "the relay is mended")
        assert (released.exit_code, released.output) == (
            0, "7 letters: each is released; it leaves at the next run in the sending hours.\n"
        )  # fmt: skip
        server.forget()
        assert clinic.send(LATER).counts["letters sent"] == 20
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(20)]
    assert (stopped(clinic), states(clinic)) == ([], {"sent": 20})
    tried = clinic.ask("SELECT outcome, COUNT(*) FROM attempts WHERE outcome != 'ready' GROUP BY outcome")
    assert tried == [("failed", 7), ("sent", 20)]


def test_over_several_connections_the_run_ends_with_the_letters_on_their_way(clinic: Clinic) -> None:
    waiting(clinic, 40)
    clinic.edit("config/clinic.yaml", "\n  smtp:\n", "\n  smtp:\n    connections: 4\n")
    with serving(refusing()) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
        held = states(clinic)["held"]
        assert ran.code == FAILED and 6 <= held <= 6 + 4 * 2 and states(clinic) == {"held": held, "ready": 40 - held}
        command(clinic, "outbox", "release", "--refused", "--reason", "mended")
        server.script = lambda step, session: None
        clinic.send(LATER)
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(40)]
    assert stopped(clinic) == []


def test_two_dead_addresses_among_twenty_are_stopped_and_the_others_get_their_letters(clinic: Clinic) -> None:
    waiting(clinic, 20)
    with serving(refusing(3, 11)) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
    assert (ran.code, ran.counts["letters sent"], ran.counts["letters failed"]) == (FINE, 18, 2)
    assert stopped(clinic) == ["p03", "p11"]


def test_every_second_letter_refused_tells_of_the_server_too(clinic: Clinic) -> None:
    """As Gmail did for a night in December 2020."""
    waiting(clinic, 20)
    with serving(refusing(*range(0, 20, 2))) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
    assert ran.outcome.failed.startswith("The mail server refused 6 of the last 11 letters for good, at last with: ")
    assert (stopped(clinic), states(clinic)) == ([], {"held": 6, "sent": 6, "ready": 8})


def test_a_refusal_at_the_end_of_a_run_counts_when_the_server_has_taken_a_letter_after_it(clinic: Clinic) -> None:
    waiting(clinic, 8)
    with serving(refusing(6, 7)) as server:
        clinic.mail_through(server.port)
        assert clinic.send(NINE).code == FINE
        assert (stopped(clinic), states(clinic)) == ([], {"sent": 6, "failed": 2})
        waiting(clinic, 9, "2026-03-04 09:05")
        clinic.send("2026-03-04 09:10")
    assert stopped(clinic) == ["p06", "p07"]
    allowed = command(clinic, "allow", "p06@patient.example", "--reason", "she showed it on her phone")
    assert allowed.exit_code == 0
    with serving() as server:
        clinic.edit("config/clinic.yaml", "\n    port: ", f"\n    port: {server.port} # ")
        waiting(clinic, 10, "2026-03-04 09:35")
        clinic.send("2026-03-04 09:40")
    assert "P06" not in command(clinic, "stop").output and "p07@" in command(clinic, "stop").output


def test_a_bad_afternoon_of_many_small_runs_stops_nobody_and_ends_after_six_letters(clinic: Clinic) -> None:
    waiting(clinic, 3)
    with serving() as server:
        clinic.mail_through(server.port)
        assert clinic.send(NINE).counts["letters sent"] == 3
        server.script = refusing()
        codes = []
        for run in range(7):
            waiting(clinic, 4 + run, f"2026-03-04 {10 + run}:00")
            codes.append(clinic.send(f"2026-03-04 {10 + run}:05").code)
    assert codes == [FINE] * 5 + [FAILED] * 2
    shown = command(clinic, "status", now="2026-03-04 16:30").output
    assert "addresses where nobody is, says a mail server that was not believed; see `stop --help`: 6" in shown
    assert (stopped(clinic), states(clinic)) == ([], {"sent": 3, "held": 6, "ready": 1})


def test_what_a_killed_run_was_refused_is_judged_by_the_next_one(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def killed(tools: Tools, transport: str) -> Answers:
        calls.append(transport)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return judge_refusals(tools, transport)

    waiting(clinic, 20)
    with serving(refusing()) as server:
        clinic.mail_through(server.port)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr("jobs.sending.leaving.judge_refusals", killed)
            clinic.send(NINE)
        assert states(clinic) == {"failed": 7, "ready": 13}
        heard = len(server.heard)
        ran = clinic.send("2026-03-04 09:10")
        assert len(server.heard) == heard
    assert (ran.code, ran.counts["letters held"], stopped(clinic)) == (FAILED, 7, [])
    assert states(clinic) == {"held": 7, "ready": 13}


def test_where_the_addresses_are_dead_after_all_one_command_stops_them_and_another_takes_that_back(
    clinic: Clinic,
) -> None:
    waiting(clinic, 12)
    with serving(refusing(*range(6))) as server:
        clinic.mail_through(server.port)
        assert clinic.send(NINE).code == FAILED
        told = command(clinic, "stop", "--refused-since", "2026-03-04", "--who", "Ann", "--reason", "an old list")
        assert (told.exit_code, told.output) == (
            0,
            "6 addresses get no letters from now on; letters that wait for them are withdrawn by the next run.\n",
        )
        ran = clinic.send(LATER)
    assert (ran.code, ran.counts["letters withdrawn"], states(clinic)) == (FINE, 6, {"withdrawn": 6, "sent": 6})
    assert stopped(clinic) == [f"p{number:02d}" for number in range(6)]


def test_what_refusals_stopped_is_taken_back_for_a_day_at_once_but_nobody_who_asked_for_no_more(clinic: Clinic) -> None:
    waiting(clinic, 20)
    with serving(refusing(3, 5, 7)) as server:
        clinic.mail_through(server.port)
        clinic.send(NINE)
    command(clinic, "stop", "p05@patient.example", "--category", "news", "--reason", "asked")
    command(clinic, "stop", "p09@patient.example", "--reason", "asked")
    told = command(clinic, "allow", "--refused-since", "2026-03-05", "--reason", "the server's fault")
    assert told.output == "0 addresses get letters again. What was withdrawn meanwhile is not sent any more.\n"
    told = command(clinic, "allow", "--refused-since", "2026-03-04", "--reason", "the server's fault")
    assert (told.exit_code, told.output) == (
        0,
        "2 addresses get letters again. What was withdrawn meanwhile is not sent any more.\n"
        "1 stay stopped: somebody asked for that too.\n",
    )
    listed = command(clinic, "stop").output
    assert [name for name in ("p03@", "p05@", "p07@", "p09@") if name in listed] == ["p05@", "p09@"]


def test_the_one_address_that_all_letters_go_to_instead_stops_no_patient_and_loses_no_letter(clinic: Clinic) -> None:
    waiting(clinic, 8)
    with serving(lambda step, session: NOBODY if step == "RCPT" else None) as server:
        clinic.mail_through(server.port, "redirect", redirect_to="it@clinic.example")
        assert clinic.send(NINE).code == FAILED
    assert (stopped(clinic), states(clinic)) == ([], {"held": 7, "ready": 1})
    assert command(clinic, "stop", "--refused-since", "2026-03-04").output.startswith("0 addresses ")
