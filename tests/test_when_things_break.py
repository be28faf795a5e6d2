"""What breaks around the run that sends: the mail server, the disk, the database, other runs. Nothing leaves that
cannot be recorded, everything ends in time, and the next run goes on."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result
from hand_written_clinic import Clinic, appointment
from loopback_server import HangUp, LoopbackServer, Session, nobody, serving

from jobs.runner.run import FAILED, FINE, UNDER_WAY, run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import ToolsUnusable, open_tools

NINE = "2026-03-04 09:00"


def waiting(clinic: Clinic, letters: int) -> Clinic:
    """So many patients are to be reminded of a visit; all letters may leave at nine."""
    names = [f"P{number:02d}" for number in range(letters)]
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked", booked_at="2026-02-20 10:00") for name in names))
    clinic.pull("2026-03-04 08:45")
    return clinic


def states(clinic: Clinic) -> Counter[str]:
    return Counter(clinic.ask("SELECT state FROM letters WHERE rule = 'reminder'"))


def test_a_run_that_is_asked_to_stop_ends_well_and_tells_how_many_letters_it_left(clinic: Clinic) -> None:
    asked: list[str] = []

    def ask(step: str, session: Session) -> str | None:
        if step == "text" and session.letters == 3 and not asked:
            asked.append(step)
            os.kill(os.getpid(), signal.SIGTERM)
        return None

    with serving(ask) as server:
        waiting(clinic, 9).mail_through(server.port)
        ended = clinic.send(NINE)
        left = 9 - len(server.taken)
        assert ended.code == FINE
        assert ended.outcome.notes == ("The run was asked to stop (SIGTERM). The other letters wait.",)
        assert 1 <= left <= 6
        assert (ended.counts["letters sent"], ended.counts["letters left for the next run"]) == (9 - left, left)
        assert "letters ready" not in ended.counts
        shown = clinic.command("status", moment=NINE).output
        assert f"letters left for the next run {left}" in shown
        assert f'"letters left for the next run": {left}' in (clinic.home / "var" / "logs" / "clinic.log").read_text()
        assert clinic.send("2026-03-04 09:10").counts == {"letters sent": left}


def limits(clinic: Clinic, **seconds: float) -> None:
    """Shorter limits than the hours of RFC 5321."""
    lines = "".join(f"    {name}_seconds: {value}\n" for name, value in seconds.items())
    clinic.edit("config/clinic.yaml", "\n  smtp:\n", f"\n  smtp:\n{lines}")


ANSWERS = {
    "P01": ("RCPT", "421 4.7.0 slow down", "deferred"),
    "P03": ("RCPT", "450 4.2.1 busy", "deferred"),
    "P04": ("RCPT", "451 4.3.0 later", "deferred"),
    "P05": ("RCPT", "452 4.5.3 too many recipients", "deferred"),
    "P06": ("RCPT", "552 5.5.3 too many recipients", "deferred"),
    "P08": ("RCPT", "550 5.1.1 no such mailbox", "failed"),
    "P10": ("RCPT", "551 5.1.6 moved", "failed"),
    "P11": ("RCPT", "553 5.1.3 bad mailbox", "failed"),
    "P12": ("RCPT", "550 relaying denied", "failed"),
    "P13": ("RCPT", "554 5.7.1 refused", "failed"),
    "P14": ("RCPT", "550 5.1.8 sender rejected: user unknown", "failed"),
    "P15": ("text", "450 4.7.1 greylisted", "deferred"),
    "P17": ("text", "552 5.3.4 too big", "failed"),
    "P18": ("text", "554 5.7.1 looks like spam", "failed"),
}


def test_each_answer_concerns_its_own_patient_and_all_others_get_their_letters(clinic: Clinic) -> None:
    def answer(step: str, session: Session) -> str | None:
        at, reply, _ = ANSWERS.get(session.recipient[:3].upper(), ("", "", ""))
        return reply if step == at else None

    waiting(clinic, 20)
    with serving(answer) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
        again = clinic.send(NINE)
    assert (ran.code, again.code) == (FINE, FINE)
    assert {words: ran.counts[f"letters {words}"] for words in ("sent", "deferred", "failed")} == {
        "sent": 6, "deferred": 6, "failed": 8
    }  # fmt: skip
    found = clinic.ask("SELECT first_name, state, reason FROM letters JOIN patients ON patients.id = patient_id")
    told = {name: (state, reason) for name, state, reason in found if name in ANSWERS and state != "withdrawn"}
    assert told == {name: (state, f"{at}: {reply}") for name, (at, reply, state) in ANSWERS.items()}
    assert sorted(server.recipients()) == sorted(
        f"p{number:02d}@patient.example" for number in range(20) if f"P{number:02d}" not in ANSWERS
    )


def test_an_address_that_the_server_says_does_not_exist_is_stopped_as_by_a_bounce(clinic: Clinic) -> None:
    asked_for: list[str] = []

    def answer(step: str, session: Session) -> str | None:
        at, reply, _ = ANSWERS.get(session.recipient[:3].upper(), ("", "", ""))
        if step == "RCPT":
            asked_for.append(session.recipient[:3])
        return reply if step == at else None

    waiting(clinic, 16)
    with serving(answer) as server:
        clinic.mail_through(server.port)
        clinic.send(NINE)
        asked_for.clear()
        coming = [appointment(name, "2026-03-12 14:00", "booked") for name in ("P07", "P08", "P13")]
        clinic.export(*coming)
        clinic.pull("2026-03-10 13:45")
        clinic.send("2026-03-10 14:30")
    assert clinic.ask("SELECT address_key, category, source, reason FROM stops ORDER BY address_key") == [
        ("p08@patient.example", "all", "bounce", "letters cannot be delivered: 550 5.1.1 no such mailbox"),
        ("p10@patient.example", "all", "bounce", "letters cannot be delivered: 551 5.1.6 moved"),
        ("p11@patient.example", "all", "bounce", "letters cannot be delivered: 553 5.1.3 bad mailbox"),
    ]
    assert asked_for == ["p07", "p13"]
    reason = "SELECT reason FROM letters JOIN patients ON patients.id = patient_id WHERE first_name = 'P08'"
    assert "letters to this patient or address are stopped" in clinic.ask(reason)


def test_the_one_address_that_all_letters_go_to_instead_stops_no_patient(clinic: Clinic) -> None:
    waiting(clinic, 2)
    with serving(lambda step, session: "550 5.1.1 no such user" if step == "RCPT" else None) as server:
        clinic.mail_through(server.port, "redirect", redirect_to="it@clinic.example")
        assert clinic.send(NINE).counts["letters failed"] == 2
    assert clinic.ask("SELECT count(*) FROM stops") == [0]


def test_a_refused_sign_in_fails_the_run_with_the_remedy_and_no_letter_is_blamed(clinic: Clinic) -> None:
    waiting(clinic, 3)
    with serving(lambda step, session: "535 5.7.8 expired" if step == "MAIL" else None) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
    assert (ran.code, states(clinic)) == (FAILED, {"ready": 3})
    assert ran.outcome.failed.startswith("127.0.0.1 refused the sign-in: MAIL: 535 5.7.8 expired. Check user")
    with serving() as server:
        clinic.edit("config/clinic.yaml", "\n    port: ", f"\n    port: {server.port} # ")
        assert clinic.send(NINE).counts["letters sent"] == 3


def wanting_sign_in(right: str, tried: list[str]) -> Callable[[str, Session], str | None]:
    """A server that wants a sign-in, takes it or not, and counts the tries."""

    def answer(step: str, session: Session) -> str | None:
        if step == "EHLO":
            return "250-loopback.example\r\n250 AUTH PLAIN"
        if step == "AUTH":
            tried.append(step)
            return "235 2.7.0 welcome" if right == "yes" else "535 5.7.8 wrong password"
        return None

    return answer


@pytest.fixture
def signing_in(clinic: Clinic) -> Callable[..., Result]:
    """A clinic that signs in with a password of its own, three letters due; its `due`, `status` and other commands."""
    waiting(clinic, 3)
    clinic.edit("config/jobs.yaml", "name: read_mailbox", "name: read_mailbox\n    on: no")
    secret = clinic.home / "smtp-password"
    secret.write_text("an old one\n")
    secret.chmod(0o600)
    clinic.edit("config/clinic.yaml", '    user: ""', "    password_file: smtp-password\n    user: clinic")
    clinic.edit("config/clinic.yaml", 'it_email: ""', "it_email: it@lakeside.example")

    def call(moment: str, *words: str) -> Result:
        return clinic.command(*words, moment=f"2026-03-{moment}")

    return call


REFUSED = (
    "send_follow_ups failed: 127.0.0.1 refused the sign-in: 535 5.7.8 wrong password. Check user under mail.smtp, put "
    "the present password into the environment variable CLINIC_SMTP_PASSWORD or the file {secret} (many servers want "
    "an app password) and run the job again. The letters wait. The same sign-in is tried next on {again}, so that the "
    "account is not locked; with another password, user or server, or by `run_jobs.py run send_follow_ups`, at once."
)


def test_a_wrong_password_is_tried_a_few_times_a_day_so_that_no_provider_locks_the_account(
    clinic: Clinic, signing_in: Callable[..., Result]
) -> None:
    tried, at = list[str](), list[str]()
    with serving(wanting_sign_in("no", tried)) as server:
        clinic.mail_through(server.port)
        for minute in range(0, 9 * 60, 10):
            moment = f"04 {9 + minute // 60:02d}:{minute % 60:02d}"
            before = len(tried)
            signing_in(moment, "due", "--quiet")
            at += [moment] * (len(tried) - before)
    assert at == ["04 09:00", "04 10:00", "04 13:00"]  # then nine hours later, then twice a day; IT cannot be mailed
    told = REFUSED.format(secret=clinic.home / "smtp-password", again="2026-03-04 at 22:00")
    assert told in signing_in("04 18:00", "status").output
    assert states(clinic) == {"ready": 3}
    assert "an old one" not in (clinic.home / "var" / "sign-in-refused-smtp.json").read_text()


@pytest.mark.parametrize("how", ["password", "settings", "by hand"])
def test_after_a_change_of_the_password_or_by_hand_the_sign_in_is_tried_at_once(
    clinic: Clinic, signing_in: Callable[..., Result], how: str
) -> None:
    tried = list[str]()
    with serving(wanting_sign_in("no", tried)) as server:
        clinic.mail_through(server.port)
        for moment in ("04 09:00", "04 09:10"):
            assert signing_in(moment, "due", "--quiet").output.startswith(
                REFUSED.format(secret=clinic.home / "smtp-password", again="2026-03-04 at 10:00") + "\n"
            )
        assert tried == ["AUTH"]
        server.script = wanting_sign_in("yes", tried)
        assert "refused the sign-in" in signing_in("04 09:20", "due").output
        if how == "password":
            (clinic.home / "smtp-password").write_text("the present one\n")
        elif how == "settings":
            clinic.edit("config/clinic.yaml", "user: clinic", "user: hello")
        words = ("run", "send_follow_ups") if how == "by hand" else ("due",)
        assert "letters sent 3" in signing_in("04 09:30", *words).output
        assert not (clinic.home / "var" / "sign-in-refused-smtp.json").exists()


def test_the_only_letter_for_which_a_sign_in_is_wanted_fails_a_run_once_and_the_next_ones_go_by_it(
    clinic: Clinic,
) -> None:
    waiting(clinic, 1)
    with serving(
        lambda step, session: "530 5.7.1 sign in" if step == "RCPT" and session.recipient.startswith("p00@") else None
    ) as server:
        clinic.mail_through(server.port)
        ran = clinic.send(NINE)
        assert (ran.code, ran.outcome.until_changed, states(clinic)) == (FAILED, False, {"deferred": 1})
        assert ran.outcome.failed.startswith("127.0.0.1 refused the sign-in: RCPT: 530 5.7.1 sign in. Check user")
        waiting(clinic, 4)
        ended = [clinic.send(f"2026-03-04 {moment}") for moment in ("09:05", "09:20", "09:30")]
    assert ([ran.code for ran in ended], ended[0].counts["letters sent"]) == ([FINE, FAILED, FINE], 3)
    assert states(clinic) == {"sent": 3, "deferred": 1}


@pytest.mark.parametrize(
    ("at", "reply"), [("RCPT", "450 4.2.1 busy"), ("text", "451 4.3.0 <p01@patient.example>: Temporary lookup failure")]
)
def test_an_address_that_alone_is_put_off_is_tried_again_after_growing_pauses_until_it_is_too_late(
    clinic: Clinic, at: str, reply: str
) -> None:
    waiting(clinic, 2)
    busy = 0

    def answer(step: str, session: Session) -> str | None:
        nonlocal busy
        busy += step == at and session.recipient.startswith("p01")
        return reply if step == at and session.recipient.startswith("p01") else None

    tried: list[str] = []
    with serving(answer) as server:
        clinic.mail_through(server.port)
        for time_of_day in ("09:00", "09:09", "09:10", "09:39", "09:40", "11:09", "11:10", "15:39", "15:40"):
            before = busy
            assert clinic.send(f"2026-03-04 {time_of_day}").code == FINE
            tried += [time_of_day] * (busy - before)
        clinic.pull("2026-03-06 08:45")
        clinic.send("2026-03-06 14:05")
    # After ten minutes, thirty, ninety, four and a half hours.
    assert tried == ["09:00", "09:10", "09:40", "11:10", "15:40"]
    assert states(clinic) == {"sent": 1, "withdrawn": 1}
    assert server.recipients() == ["p00@patient.example"]


def test_a_server_that_puts_everybody_off_fails_each_run_and_all_letters_leave_with_the_first_one_after_that(
    clinic: Clinic,
) -> None:
    waiting(clinic, 40)
    clinic.edit("config/jobs.yaml", "name: read_mailbox", "name: read_mailbox\n    on: no")
    asked, patients = list[int](), set[str]()

    def answer(step: str, session: Session) -> str | None:
        patients.add(session.recipient)
        return "450 4.7.1 try later" if step == "RCPT" else None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        for minute in range(0, 480, 60):
            server.forget()
            told = clinic.command("due", "--quiet", moment=f"2026-03-04 {9 + minute // 60:02d}:00")
            asked.append(server.heard.count("RCPT"))
            assert minute or told.output.startswith(
                "send_follow_ups failed: The mail server put off 26 letters one after another, at last with: RCPT: 450 "
                "4.7.1 try later. That tells of the server, not of the addresses. They are tried again by the next "
                "run; the other letters wait.\n"
            )
        assert (asked, states(clinic), len(patients - {""})) == ([26] * 8, {"deferred": 26, "ready": 14}, 40)
        assert clinic.ask("SELECT max(tries) FROM letters") == [0]
        told = clinic.command("status", moment="2026-03-04 16:00").output
        assert "Put off by the mail server: 26, from Wed 04 Mar 16:00 on again; `outbox` lists them" in told
        server.script = lambda step, session: None
        assert clinic.send("2026-03-04 16:10").counts == {"letters sent": 40}
    assert sorted(server.recipients()) == sorted(f"p{number:02d}@patient.example" for number in range(40))


@pytest.mark.parametrize(
    ("letters", "step", "first", "decision"),
    [(3, "text", "", ("send-again", "--all")), (7, "RCPT", "550 5.1.1 no such user", ("release", "--refused"))],
)
def test_letters_that_a_person_lets_go_once_more_wait_for_the_server_as_if_they_had_never_been_tried(
    clinic: Clinic, letters: int, step: str, first: str, decision: tuple[str, str]
) -> None:
    waiting(clinic, letters)

    def answer(at: str, session: Session) -> str | None:
        if at == step and not first:
            raise HangUp
        return first if at == step else None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        assert clinic.send("2026-03-04 09:00").code == FAILED
        decided = clinic.command("outbox", *decision, "--reason", "it is mended", moment="2026-03-04 09:05")
        assert decided.output.startswith(f"{letters} letters: ")
        server.script = lambda step, session: "451 4.3.2 not accepting messages" if step == "RCPT" else None
        ran = clinic.send("2026-03-04 09:10")
        assert (ran.code, f"The mail server put off {letters} letters" in ran.outcome.failed) == (FAILED, True)
        server.script = lambda step, session: None
        assert clinic.send("2026-03-04 09:20").counts["letters sent"] == letters


NO_ROOM, TOO_MUCH = "452 4.3.1 Insufficient system storage", "450 4.7.1 Error: too much mail from 203.0.113.5"


@pytest.mark.parametrize(
    ("letters", "pause", "step", "reply", "asked", "told"),
    [
        (10, 0, "MAIL", NO_ROOM, 4, "put off 4 letters one after another, at last with: MAIL: " + NO_ROOM),
        (1, 0, "MAIL", NO_ROOM, 1, "put off a letter, at last with: MAIL: " + NO_ROOM),
        (10, 0, "text", "451 4.3.0 queue file write error", 10, "put off 10 letters one after another, at last with"),
        (3, 0, "RCPT", "451 greylisted, come back", 3, "put off 3 letters one after another, at last with: RCPT: 451"),
        (2, 0, "RCPT", "451 4.7.1 try again", 2, "put off 2 letters one after another, at last with: RCPT: 451 4.7.1"),
        (10, 0, "RCPT", TOO_MUCH, 3, "takes no more letters from this sender for now, at last with: RCPT: " + TOO_MUCH),
        (10, 0.01, "MAIL", NO_ROOM, 3, "put off 3 letters one after another, at last with: MAIL: " + NO_ROOM),
    ],
)
def test_what_a_server_says_of_all_letters_of_a_run_is_no_letters_own_fault(
    clinic: Clinic, letters: int, pause: float, step: str, reply: str, asked: int, told: str
) -> None:
    waiting(clinic, letters)
    with serving(lambda at, session: reply if at == step else None) as server:
        clinic.mail_through(server.port)
        clinic.edit("config/clinic.yaml", "pause_seconds: 0", f"pause_seconds: {pause}")
        for moment in ("09:01", "09:11", "12:00"):
            server.forget()
            ran = clinic.send(f"2026-03-04 {moment}")
            assert (ran.code, ran.outcome.until_changed) == (FAILED, False)
            assert ran.outcome.failed.startswith(f"The mail server {told}")
            assert server.heard.count(step if step != "text" else "DATA") == asked
        server.script = lambda at, session: None
        assert clinic.send("2026-03-04 12:10").counts == {"letters sent": letters}


DAILY = "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to its pages"
PEAK = "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error."
TENANT = "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for external recipients"


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("MAIL", DAILY),
        ("RCPT", DAILY),
        ("text", DAILY),
        ("MAIL", PEAK),
        ("text", TENANT),
        ("MAIL", "550 not you today"),
    ],
)
def test_a_sender_who_may_send_no_more_today_loses_no_letter_and_nobody_is_refused(
    clinic: Clinic, step: str, reply: str
) -> None:
    waiting(clinic, 15)
    taken = 0

    def answer(at: str, session: Session) -> str | None:
        nonlocal taken
        full = taken >= 10
        taken += at == "text" and not full
        return reply if full and at == step else None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        ran = clinic.send("2026-03-04 09:01")
        assert (ran.code, ran.counts["letters sent"], "letters failed" in ran.counts) == (FAILED, 10, False)
        assert ran.outcome.failed == (
            f"The mail server takes no more letters from this sender for now, at last with: {step}: {reply}. That is "
            "said of no address: the letters wait, and each run tries again until they are taken."
        )
        assert clinic.send("2026-03-04 17:30").code == FAILED
        server.script = lambda at, session: None
        clinic.pull("2026-03-05 08:45")
        assert clinic.send("2026-03-05 09:01").counts == {"letters sent": 5}
    assert clinic.ask("SELECT count(*) FROM stops") == [0]
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(15)]


@pytest.mark.parametrize("reply", ["452 4.2.2 mailbox full", "451 4.7.1 greylisted", "450 4.1.2 domain not found"])
def test_a_few_mailboxes_that_are_full_or_put_off_alone_wait_by_themselves_and_no_run_fails(
    clinic: Clinic, reply: str
) -> None:
    waiting(clinic, 10)

    def answer(step: str, session: Session) -> str | None:
        return reply if step == "RCPT" and session.recipient.startswith(("p07@", "p08@", "p09@")) else None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        ran = clinic.send("2026-03-04 09:01")
        assert (ran.code, ran.counts["letters sent"], ran.counts["letters deferred"]) == (FINE, 7, 3)
        assert clinic.ask("SELECT DISTINCT tries FROM letters WHERE state = 'deferred'") == [1]
        if "full" in reply:  # though nobody else is left who could tell
            assert clinic.send("2026-03-04 09:20").code == FINE
    assert len(server.recipients()) == 7


def drip(step: str, session: Session) -> str | None:
    """One byte of the greeting, and then another, and never its end."""
    session.connected.settimeout(0.05)
    while step == "greeting":
        session.connected.sendall(b"2")
        try:
            session.connected.recv(1)
        except TimeoutError:
            continue
        raise HangUp
    return None


@contextmanager
def never_answering() -> Iterator[int]:
    """The port of a server whose queue is full: a connection is neither taken nor refused."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            yield port


@pytest.mark.parametrize("how", ["drips", "never connects"])
def test_a_server_without_end_ends_within_its_bound_and_the_next_run_works(clinic: Clinic, how: str) -> None:
    waiting(clinic, 3)
    limits(clinic, connect=0.4, greeting=0.4)
    dripping = LoopbackServer(drip)
    with never_answering() as silent:
        clinic.mail_through(dripping.port if how == "drips" else silent)
        started = time.monotonic()
        ran = clinic.send(NINE)
        took = time.monotonic() - started
    dripping.close()
    assert ran.code == FAILED and took < 50
    said = "did not answer in time (limit 0.4 seconds)" if how == "drips" else "cannot be reached: no answer"
    assert said in ran.outcome.failed
    assert states(clinic) == {"ready": 3}
    with serving() as server:
        clinic.edit("config/clinic.yaml", "\n    port: ", f"\n    port: {server.port} # ")
        assert clinic.send("2026-03-04 09:10").counts["letters sent"] == 3


def hang_up(step: str, session: Session) -> str | None:
    if step == "DATA":
        raise HangUp
    return None


AWAY: dict[str, tuple[Callable[[str, Session], str | None] | None, str]] = {
    "nobody there": (None, "The mail server 127.0.0.1:{port} cannot be reached: Connection refused. The letters wait."),
    "closed": (lambda step, session: "421 4.3.2 closing" if step == "greeting" else None, "could not be used."),
    "closes": (lambda step, session: "421 4.3.2 closing" if step == "MAIL" else None, "421 4.3.2 closing"),
    "hangs up": (hang_up, "The server closed the connection."),
}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "letters", "connections"),
    [("nobody there", 4, 1), ("nobody there", 4, 3), ("closed", 4, 1), ("closes", 1, 1), ("hangs up", 4, 1),
     ("hangs up", 1, 3)],
)  # fmt: skip
def test_while_the_mail_server_is_away_each_run_fails_and_the_first_one_after_that_sends_all(
    clinic: Clinic, how: str, letters: int, connections: int
) -> None:
    script, said = AWAY[how]
    waiting(clinic, letters)
    with nobody() as gone, serving(script or (lambda step, session: None)) as server:
        clinic.mail_through(server.port if script else gone.port)
        clinic.edit("config/clinic.yaml", "\n  smtp:\n", f"\n  smtp:\n    connections: {connections}\n")
        away = [clinic.send(f"2026-03-04 {moment}") for moment in ("09:00", "09:10", "13:50")]
        assert [(ran.code, ran.outcome.until_changed) for ran in away] == [(FAILED, False)] * len(away)
        assert all(said.format(port=gone.port) in ran.outcome.failed for ran in away)
        server.script = lambda step, session: (
            "450 4.2.1 busy" if step == "RCPT" and session.recipient.startswith("p00@") else None
        )
        clinic.edit("config/clinic.yaml", "\n    port: ", f"\n    port: {server.port} # ")
        back = clinic.send("2026-03-04 14:00")
        assert (back.code, back.counts.get("letters sent", 0), states(clinic)["deferred"]) == (FINE, letters - 1, 1)
        server.script = lambda step, session: None
        assert clinic.send("2026-03-04 14:10").counts == {"letters sent": 1}  # the first pause, whatever went before
    assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(letters)]


@pytest.mark.parametrize("puts_off", [False, True])
def test_reminders_that_an_outage_made_too_late_are_named_with_their_cause_for_a_week(
    clinic: Clinic, puts_off: bool
) -> None:
    waiting(clinic, 3)
    told = "letters of the last 7 days that were too late before they left; `outbox` lists them: 3"
    with nobody() as gone, serving(lambda step, session: "451 4.3.0 no" if step == "text" else None) as server:
        clinic.mail_through(server.port if puts_off else gone.port)
        for moment in ("03-04 09:00", "03-04 17:50", "03-04 20:00", "03-05 10:00"):
            clinic.pull(f"2026-{moment[:5]} 08:45")
            assert clinic.send(f"2026-{moment}").code == (FINE if "20:00" in moment else FAILED)
        server.script = lambda step, session: None
        clinic.edit("config/clinic.yaml", "\n    port: ", f"\n    port: {server.port} # ")
        clinic.pull("2026-03-06 13:45")
        assert told not in clinic.command("status", moment="2026-03-06 13:50").output
        back = clinic.send("2026-03-06 14:10")
    assert (back.code, server.taken, states(clinic)) == (FINE, [], {"withdrawn": 3})
    assert back.outcome.notes == ("3 letters were too late before they left; `run_jobs.py outbox` lists them.",)
    assert told in clinic.command("status", moment="2026-03-09 09:00").output
    shown = " ".join(clinic.command("outbox", moment="2026-03-09 09:00").output.replace("│", " ").split())
    assert shown.startswith("No letter waits for anybody. Of the last 7 days, too late before they left:")
    (why,) = set(clinic.ask("SELECT reason FROM letters WHERE rule = 'reminder'"))
    cause = f"no letter left: The mail server 127.0.0.1:{gone.port} cannot be reached: Connection refused"
    assert ("the mail server put it off again and again" if puts_off else cause) in why
    for command in ("status", "outbox"):
        assert "too late before" not in clinic.command(command, moment="2026-03-14 09:00").output


def test_letters_that_make_the_server_hang_up_cost_the_others_one_run_at_most_and_are_put_off_alone(
    clinic: Clinic,
) -> None:
    waiting(clinic, 8)
    bad = ("p00@", "p01@", "p02@")
    tried: list[str] = []

    def answer(step: str, session: Session) -> str | None:
        if step == "DATA" and session.recipient.startswith(bad):
            tried.append(session.recipient[:3])
            raise HangUp
        return None

    with serving(answer) as server:
        clinic.mail_through(server.port)
        ended = [clinic.send(f"2026-03-04 {moment}") for moment in ("09:01", "09:11")]
        assert [(ran.code, ran.counts.get("letters sent", 0)) for ran in ended] == [(FAILED, 0), (FAILED, 5)]
        assert sorted(server.recipients()) == [f"p{number:02d}@patient.example" for number in range(3, 8)]
        assert set(tried) == {"p00", "p01", "p02"}


def test_of_eight_runs_at_once_one_works_and_when_it_is_killed_the_next_works_at_once(clinic: Clinic) -> None:
    reached, go_on = Event(), Event()

    def hold(step: str, session: Session) -> None:
        if step == "MAIL" and session.number == 1:
            reached.set()
            assert go_on.wait(60)

    waiting(clinic, 5)
    with serving(hold, pipelining=False) as server:
        clinic.mail_through(server.port)
        runs = {run.pid: run for run in [clinic.process("send_follow_ups", NINE) for _ in range(8)]}
        assert reached.wait(60)
        holder = int((clinic.home / "var" / "locks" / "send_follow_ups.lock").read_text("ascii").split()[1])
        said = {run.communicate(timeout=60)[1]: run.returncode for pid, run in runs.items() if pid != holder}
        os.kill(holder, signal.SIGKILL)
        runs[holder].communicate()
        connections = server.connections
        go_on.set()
        assert clinic.send(NINE).counts["letters sent"] == 5
    assert set(said.values()) == {UNDER_WAY} and connections == 1
    assert all(
        words.startswith(f"send_follow_ups is under way in another process (process {holder} ") for words in said
    )
    assert Counter(server.recipients()).most_common(1)[0][1] == 1


def test_a_memory_that_another_process_keeps_busy_lets_nothing_leave_and_says_so(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.store.sqlite.BUSY_MILLISECONDS", 100)
    waiting(clinic, 3)
    other = sqlite3.connect(clinic.database, isolation_level=None)
    with serving() as server:
        clinic.mail_through(server.port)
        tools = open_tools(clinic.home, load_settings(clinic.home), datetime(2026, 3, 4, 9))  # noqa: DTZ001  the clinic's own
        other.execute("BEGIN IMMEDIATE")
        code, outcome = run_job("send_follow_ups", tools)
        with pytest.raises(
            ToolsUnusable, match="database is locked. Another run is busy with it; the next try finds it"
        ):
            clinic.send(NINE)
        other.execute("ROLLBACK")
        other.close()
        tools.store.close()
        assert (code, outcome.failed, server.taken) == (
            FAILED,
            "The database cannot be used: database is locked. Another run is busy with it; the next try finds it free.",
            [],
        )
        assert clinic.send(NINE).counts["letters sent"] == 3


def test_what_left_while_the_memory_was_kept_busy_is_recorded_by_the_next_run(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locked between the group's two commits: its letters are on the way already, and the journal knows."""
    monkeypatch.setattr("jobs.store.sqlite.BUSY_MILLISECONDS", 100)
    waiting(clinic, 3)
    other = sqlite3.connect(clinic.database, isolation_level=None, check_same_thread=False)

    def lock(step: str, session: Session) -> None:
        if step == "text" and len(server.taken) == 3 and not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")

    with serving(lock) as server:
        clinic.mail_through(server.port)
        assert clinic.send(NINE).code == FAILED
        assert states(clinic) == {"attempting": 3}
        other.execute("ROLLBACK")
        other.close()
        server.script = lambda step, session: None
        ran = clinic.send(NINE)
    assert ran.counts["letters of a dead run sent"] == 3
    assert len(server.taken) == 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, which can be filled and made read-only."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, but: int) -> None:
    """Leave so many bytes free."""
    free = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(b"\0" * max(0, free - but))


@pytest.mark.parametrize("kilobytes", [8, 64, 120])
def test_on_a_full_disk_nothing_leaves_that_cannot_be_recorded_and_the_next_run_goes_on(
    clinic: Clinic, small_disk: Path, kilobytes: int
) -> None:
    clinic = waiting(clinic, 30).copied(small_disk / "clinic")
    with serving() as server:
        clinic.mail_through(server.port)
        fill(small_disk, kilobytes * 1024)
        with clinic.process("send_follow_ups", NINE) as process:
            said = process.communicate(timeout=60)[1]
        left = len(server.taken)
        (small_disk / "filler").unlink()
        assert clinic.send(NINE).code == FINE
        assert clinic.send(NINE).code == FINE
    assert process.returncode == FAILED if left < 30 else process.returncode in (FINE, FAILED)
    assert "Traceback" not in said and "not foreseen" not in said
    assert states(clinic) == {"sent": 30}
    assert Counter(server.recipients()).most_common(1)[0][1] == 1 and len(server.taken) == 30
    assert clinic.ask("PRAGMA integrity_check") == ["ok"]


def test_on_a_disk_that_cannot_be_written_nothing_leaves_and_the_sentence_says_so(
    clinic: Clinic, small_disk: Path
) -> None:
    clinic = waiting(clinic, 3).copied(small_disk / "clinic")
    with serving() as server:
        clinic.mail_through(server.port)
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        with clinic.process("send_follow_ups", NINE) as process:
            said = process.communicate(timeout=60)[1]
        subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
        assert (process.returncode, server.taken) == (FAILED, [])
        assert said.count("\n") <= 2 and "cannot be" in said or "Read-only" in said
        assert clinic.send(NINE).counts["letters sent"] == 3
