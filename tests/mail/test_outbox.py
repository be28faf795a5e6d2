"""The outbox: each letter at most once, and whatever happens is on record."""

import os
import signal
from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from loopback_server import Session, serving
from small_ledger import Sending, SmallLedger, letter, letters, noon, recipients_of

from jobs.mail.journal import Journal
from jobs.mail.limits import allowed_now, beyond_usual, brake
from jobs.mail.outbox import Marks, Ready, Result, RunStopped, Tally, send, settle, why_not
from jobs.mail.settings import MailSettings, Smtp


class Observed:
    """A way out that takes everything and remembers what the ledger said at that moment."""

    name = "observed"

    def __init__(self, ledger: SmallLedger) -> None:
        self.ledger = ledger
        self.states: list[str] = []
        self.taken: list[int] = []

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        for one in letters:
            marks.attempted(one.letter_id)
            self.states.append(self.ledger.states()[one.letter_id])
            self.taken.append(one.letter_id)
            self.take(one, marks)
            yield Result(one.letter_id, "sent")

    def take(self, one: Ready, marks: Marks) -> None:
        marks.accepted(one.letter_id)

    def close(self) -> None: ...


def send_by(transport: Observed, journal: Journal, *groups: Sequence[Ready], **settings: object) -> Tally:
    return send(groups, transport.ledger, transport, journal, noon, recipients_of=recipients_of, **settings)  # type: ignore[arg-type]


def test_a_letter_is_on_disk_as_attempting_before_it_leaves(ledger: SmallLedger, journal: Journal) -> None:
    transport = Observed(ledger)
    tally = send_by(transport, journal, letters(10)[:5], letters(10)[5:])
    assert transport.states == ["attempting"] * 10
    assert ledger.in_state("sent") == list(range(1, 11))
    assert (dict(tally), tally.stopped) == ({"sent": 10}, "")
    assert journal.path.read_bytes() == b""


def test_an_empty_run_sends_nothing(ledger: SmallLedger, journal: Journal) -> None:
    assert not send_by(Observed(ledger), journal, [])


def test_a_letter_handed_over_twice_is_refused_before_its_group_leaves(ledger: SmallLedger, journal: Journal) -> None:
    transport = Observed(ledger)
    with pytest.raises(ValueError, match="handed over twice"):
        send_by(transport, journal, letters(3), [letter(4), letter(2)])
    assert transport.taken == [1, 2, 3]


def test_a_ledger_that_cannot_write_lets_nothing_leave(ledger: SmallLedger, journal: Journal) -> None:
    class Full(SmallLedger):
        def attempting(self, letters: Sequence[Ready], at: datetime) -> list[int]:
            raise OSError("database or disk is full")

    transport = Observed(Full(":memory:"))
    with pytest.raises(OSError, match="disk is full"):
        send_by(transport, journal, letters(3))
    assert transport.taken == []


def test_a_letter_that_was_held_meanwhile_stays_and_the_others_leave(ledger: SmallLedger, journal: Journal) -> None:
    ledger.hold(2)
    transport = Observed(ledger)
    assert dict(send_by(transport, journal, letters(3), [letter(4)])) == {"sent": 3}
    assert (transport.taken, ledger.in_state("held")) == ([1, 3, 4], [2])


def test_a_group_of_which_nothing_is_left_does_not_block_the_next(ledger: SmallLedger, journal: Journal) -> None:
    ledger.hold(1)
    assert dict(send_by(Observed(ledger), journal, letters(1), [letter(2)])) == {"sent": 1}


def test_results_that_could_not_be_recorded_are_recovered_from_the_marks(
    ledger: SmallLedger, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(results: Sequence[Result], at: datetime) -> None:
        raise OSError("database or disk is full")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="disk is full"):
        patched.setattr(ledger, "record", full)
        send_by(Observed(ledger), journal, letters(3))
    assert ledger.in_state("attempting") == [1, 2, 3]
    tally = settle(ledger.in_state("attempting"), ledger, Journal(journal.path, journal.boot), noon)
    assert dict(tally) == {"sent": 3}
    assert ledger.in_state("sent") == [1, 2, 3]


def test_a_second_run_does_not_start_over_marks_that_were_not_settled(ledger: SmallLedger, journal: Journal) -> None:
    journal.begin([1], "observed")
    transport = Observed(ledger)
    with pytest.raises(RuntimeError, match="Settle it first"):
        send_by(transport, journal, letters(2))
    assert transport.taken == []


def test_a_broken_way_out_leaves_the_letter_on_its_way_unknown_and_the_rest_ready(
    ledger: SmallLedger, journal: Journal
) -> None:
    class Breaking(Observed):
        def take(self, one: Ready, marks: Marks) -> None:
            if one.letter_id == 3:
                raise ZeroDivisionError
            super().take(one, marks)

    with pytest.raises(ZeroDivisionError):
        send_by(Breaking(ledger), journal, letters(5))
    assert [ledger.states()[number] for number in range(1, 6)] == ["sent", "sent", "unknown", "ready", "ready"]
    assert journal.path.read_bytes() == b""


def test_a_run_that_is_stopped_draws_no_further_group(ledger: SmallLedger, journal: Journal) -> None:
    class Stopping(Observed):
        def take(self, one: Ready, marks: Marks) -> None:
            marks.stayed(one.letter_id)
            raise RunStopped("The folder is full. The letters wait.")

    def groups() -> Iterator[Sequence[Ready]]:
        yield letters(2)
        pytest.fail("another group was written")

    transport = Stopping(ledger)
    tally = send(groups(), ledger, transport, journal, noon, recipients_of=recipients_of)
    assert (dict(tally), tally.stopped) == ({"ready": 2}, "The folder is full. The letters wait.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_the_run_finishes_the_letter_on_its_way_and_records(
    send_to: Sending, ledger: SmallLedger, number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    asked = False

    def ask(step: str, session: Session) -> str | None:
        nonlocal asked
        if step == "text" and session.letters == 5 and not asked:
            asked = True
            os.kill(os.getpid(), number)
        return None

    with serving(ask) as server:
        tally = send_to(server, letters(20))
    assert tally.stopped == f"The run was asked to stop ({number.name}). The other letters wait."
    assert set(tally) == {"sent", "ready"}
    assert 5 <= tally["sent"] <= 7  # the next one had been announced already
    assert len(server.taken) == tally["sent"] == len(ledger.in_state("sent"))
    assert signal.getsignal(number) is before


def test_asked_twice_the_run_ends_at_once_and_the_letter_on_its_way_is_unknown(
    ledger: SmallLedger, journal: Journal
) -> None:
    class Interrupted(Observed):
        def take(self, one: Ready, marks: Marks) -> None:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        send_by(Interrupted(ledger), journal, letters(3))
    assert [ledger.states()[number] for number in (1, 2, 3)] == ["unknown", "ready", "ready"]


def test_between_two_letters_the_run_pauses(ledger: SmallLedger, journal: Journal) -> None:
    transport, pauses = Observed(ledger), list[tuple[int, float]]()
    send_by(
        transport, journal, letters(2), [letter(3)],
        pause_seconds=1.5, wait=lambda seconds: pauses.append((len(transport.taken), seconds)),
    )  # fmt: skip
    assert pauses == [(1, 1.5), (2, 1.5), (3, 1.5)]


def test_progress_hears_of_each_letter(ledger: SmallLedger, journal: Journal) -> None:
    heard: list[int] = []
    send_by(
        Observed(ledger), journal, [letter(1), letter(2, "two@mail.example, three@mail.example")], progress=heard.append
    )
    assert heard == [1, 1]


def changed(data: bytes) -> Ready:
    return letter(1)._replace(data=data)


GOOD = letter(1).data
UNFIT = {
    "another recipient": (changed(letter(2).data), "names 1 recipients or another one"),
    "a second recipient": (changed(b"To: x@mail.example\r\n" + GOOD), "names 2 recipients or another one"),
    "no recipient": (changed(b"Subject: Hello\r\n\r\n"), "names 0 recipients or another one"),
    "a list as recipient": (letter(1, "a@mail.example,b@mail.example"), "not one plain address"),
    "a command in the recipient": (letter(1, "a@mail.example>\r\nRCPT TO:<b@mail.example"), "not one plain address"),
    "a lone line feed": (changed(GOOD + b"\n.\r\n"), "does not end in CR LF"),
    "a lone carriage return": (changed(GOOD + b"\r.\r\n"), "does not end in CR LF"),
    "a swapped line end": (changed(GOOD + b"\n\r"), "does not end in CR LF"),
    "bytes outside ASCII": (changed(GOOD + b"\xc3\xa9\r\n"), "bytes outside ASCII"),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_an_unfit_letter_fails_and_never_leaves(ledger: SmallLedger, journal: Journal, unfit: str) -> None:
    bad, why = UNFIT[unfit]
    transport = Observed(ledger)
    tally = send_by(transport, journal, [bad, letter(2)])
    assert transport.taken == [2]
    assert dict(tally) == {"sent": 1, "failed": 1}
    [detail] = ledger.details(1)
    assert why in detail
    assert "@" not in detail


def test_bytes_that_cannot_be_parsed_are_not_sent() -> None:
    def unreadable(data: bytes) -> list[str]:
        raise ValueError("two To headers")

    assert why_not(letter(1), unreadable) == "the finished letter names 0 recipients or another one; nothing was sent"


def test_the_quota_counts_down_and_never_below_nothing() -> None:
    assert [allowed_now(sent, 1500) for sent in (0, 1400, 1500, 1600)] == [1500, 100, 0, 0]


@pytest.mark.parametrize(
    ("planned", "usual", "stops"),
    [
        (50, (1, 2, 3), False),  # at the floor
        (51, (1, 2, 3), True),
        (500, (100, 90, 110), False),  # at five times the usual
        (501, (100, 90, 110), True),
        (501, (100, 100, 5000), True),  # one large run does not make large runs usual
        (5000, (), False),  # nothing is usual yet
        (51, (0, 0, 0), True),
    ],
)
def test_the_brake_stops_a_run_far_larger_than_usual(planned: int, usual: Sequence[int], stops: bool) -> None:
    assert bool(beyond_usual(planned, usual, 5, 50)) == stops


def test_the_brake_says_what_it_saw_and_what_to_do() -> None:
    assert brake(480, beyond_usual(480, [10, 12, 15], 5, 50)) == (
        "This run would send 480 letters; usual are 12, and the limit is 60 (brake_multiple 5, brake_floor 50). "
        "Nothing was sent. Look at the forecast; if the number is right, write brake_floor: 480 in "
        "config/clinic.yaml for one run."
    )


SENDER = {"sender": "hello@clinic.example"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sender": ""}, 'sender is ""; write one bare address'),
        ({"sender": "Clinic <hello@clinic.example>"}, "write one bare address"),
        (SENDER | {"reply_to": "a@b@clinic.example"}, "reply_to is"),
        (SENDER | {"mode": "redirect"}, "redirect_to does not say to which address"),
        (SENDER | {"mode": "live"}, "smtp has no host"),
        (SENDER | {"unsubscribe_url": "http://clinic.example"}, "must start with https://"),
        (SENDER | {"daily_quota": -1}, "cannot be less than 0"),
        (SENDER | {"brake_multiple": 0.5}, "cannot be less than 1"),
    ],
)
def test_a_mistake_in_the_mail_settings_is_a_sentence(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        MailSettings(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"port": 0}, "port is 0"),
        ({"host": "smtp.clinic.example", "security": "none", "user": "clinic"}, "would travel unencrypted"),
        ({"greet_as": "two words"}, "greet_as"),
        ({"final_seconds": 0}, "final_seconds must be more than 0"),
    ],
)
def test_a_mistake_in_the_smtp_settings_is_a_sentence(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Smtp(**settings)  # type: ignore[arg-type]


def test_a_short_settings_file_previews() -> None:
    assert MailSettings(sender="hello@clinic.example").mode == "preview"
