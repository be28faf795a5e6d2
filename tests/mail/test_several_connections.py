"""Letters over several connections at once: what holds for one connection holds for each."""

import os
import signal
import threading
from collections import Counter
from types import FrameType

import pytest
from loopback_server import HangUp, LoopbackServer, Session, nobody, serving
from small_ledger import Sending, SmallLedger, letter, letters, noon, recipients_of

from jobs.mail.journal import Journal
from jobs.mail.outbox import SignInRefused, send
from jobs.mail.records import RunStopped
from jobs.mail.settings import Smtp
from jobs.mail.stopping import StopRequest
from jobs.mail.transports.smtp import SmtpTransport

LANES = {"connections": 4}
BOTH_WAYS = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "step by step"])


def patients(count: int) -> list[str]:
    return sorted(one.recipient for one in letters(count))


def no_lane_is_left() -> bool:
    return not any("_work" in str(getattr(thread, "_target", "")) for thread in threading.enumerate())


@BOTH_WAYS
def test_every_letter_arrives_once_and_whole(send_to: Sending, pipelining: bool) -> None:
    second = threading.Event()

    def not_before_the_second(at: str, session: Session) -> None:
        """One lane alone is not done with all of them."""
        if session.number > 1:
            second.set()
        elif at == "greeting":
            assert second.wait(60)

    with serving(not_before_the_second, pipelining=pipelining) as server:
        tally = send_to(server, letters(60), **LANES)
    assert (dict(tally), tally.stopped) == ({"sent": 60}, "")
    assert sorted(server.taken) == sorted((one.recipient, one.data) for one in letters(60))
    assert 1 < server.connections <= 4
    assert server.heard.count("QUIT") == server.connections
    assert no_lane_is_left()


def test_a_single_letter_needs_one_connection(send_to: Sending) -> None:
    with serving() as server:
        tally = send_to(server, [letter(1)], **LANES)
    assert (dict(tally), server.connections) == ({"sent": 1}, 1)


@BOTH_WAYS
@pytest.mark.parametrize(
    ("step", "states"), [("text", {"sent": 19, "unknown": 1}), ("DATA", {"sent": 20}), ("RCPT", {"sent": 20})]
)
def test_a_connection_that_is_dropped_costs_at_most_its_own_letter(
    send_to: Sending, ledger: SmallLedger, step: str, states: dict[str, int], pipelining: bool
) -> None:
    left = [letter(7).recipient]

    def drop(at: str, session: Session) -> str | None:
        if at == step and session.recipient in left:
            left.clear()
            raise HangUp
        return None

    with serving(drop, pipelining=pipelining) as server:
        tally = send_to(server, letters(20), **LANES)
    assert (dict(tally), tally.stopped) == (states, "")
    assert ledger.in_state("unknown") == ([7] if "unknown" in states else [])
    assert sorted(server.recipients()) == patients(20)


@pytest.mark.parametrize(("reply", "state"), [("450 4.2.1 busy", "deferred"), ("550 5.1.1 no such mailbox", "failed")])
def test_a_refusal_concerns_its_own_letter(send_to: Sending, ledger: SmallLedger, reply: str, state: str) -> None:
    def refuse(at: str, session: Session) -> str | None:
        return reply if at == "RCPT" and session.recipient == letter(7).recipient else None

    with serving(refuse) as server:
        tally = send_to(server, letters(20), **LANES)
    assert dict(tally) == {"sent": 19, state: 1}
    assert ledger.in_state(state) == [7]
    assert sorted(server.recipients()) == sorted(set(patients(20)) - {letter(7).recipient})


def test_a_server_that_takes_two_connections_gets_every_letter_over_these(send_to: Sending) -> None:
    """The others hand back what they had taken."""
    both = threading.Barrier(2)

    def two_only(at: str, session: Session) -> str | None:
        if at == "greeting" and session.number > 2:
            return "421 4.7.0 too many connections"
        if at == "MAIL" and session.letters == 0 and session.number <= 2 and not session.mail:
            both.wait(60)  # so that both have letters
        return None

    with serving(two_only) as server:
        tally = send_to(server, letters(40), **LANES)
    assert (dict(tally), tally.stopped) == ({"sent": 40}, "")
    assert sorted(server.recipients()) == patients(40)


def test_a_server_that_is_not_there_leaves_every_letter_ready(send_to: Sending) -> None:
    with nobody() as server:
        tally = send_to(server, letters(20), **LANES)
    assert dict(tally) == {"ready": 20}
    assert tally.stopped.endswith("cannot be reached: Connection refused. The letters wait.")
    assert no_lane_is_left()


def test_a_sign_in_that_is_refused_stops_all_lanes(send_to: Sending) -> None:
    with serving(lambda at, session: "530 5.7.0 sign in first" if at == "MAIL" else None) as server:
        tally = send_to(server, letters(20), **LANES)
    assert dict(tally) == {"ready": 20}
    assert isinstance(tally.stopped_by, SignInRefused)
    assert server.taken == []


def test_a_server_that_always_hangs_up_costs_a_few_letters_and_none_twice(
    send_to: Sending, ledger: SmallLedger
) -> None:
    def hang_up(at: str, session: Session) -> str | None:
        if at == "text":
            raise HangUp
        return None

    with serving(hang_up) as server:
        tally = send_to(server, letters(40), **LANES)
    assert 3 <= tally["unknown"] <= 6  # the third loss in a row, and what the other three lanes had on their way
    assert tally["unknown"] + tally["ready"] == 40
    assert "gave no answer to the text of" in tally.stopped
    arrived = Counter(server.recipients())
    assert set(arrived.values()) == {1}
    assert set(arrived) == {letter(letter_id).recipient for letter_id in ledger.in_state("unknown")}


def test_asked_to_stop_every_lane_finishes_its_letter(send_to: Sending, ledger: SmallLedger) -> None:
    asked = threading.Event()

    def ask(at: str, session: Session) -> str | None:
        if at == "text" and session.recipient == letter(9).recipient and not asked.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
            asked.set()
        if at == "text" and session.recipient in late:  # the other lanes do not run ahead
            assert asked.wait(60)
        return None

    late = {letter(number).recipient for number in range(20, 61)}

    with serving(ask) as server:
        tally = send_to(server, letters(60), **LANES)
    assert tally.stopped == "The run was asked to stop (SIGTERM). The other letters wait."
    assert set(tally) == {"sent", "ready"}
    assert 9 <= tally["sent"] < 40
    assert sorted(server.recipients()) == sorted(letter(number).recipient for number in ledger.in_state("sent"))


def test_asked_twice_the_run_ends_at_once_and_only_what_was_on_its_way_is_unknown(
    send_to: Sending, ledger: SmallLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Barrier(4, action=lambda: os.kill(os.getpid(), signal.SIGINT))
    hear = StopRequest.hear

    def hear_and_be_asked_again(request: StopRequest, number: int, frame: FrameType | None) -> None:
        """Two signals that come before Python looks are one to it: the second one comes when the first was heard."""
        first = not request.asked
        hear(request, number, frame)
        if first:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(StopRequest, "hear", hear_and_be_asked_again)

    def keep_silent(at: str, session: Session) -> str | None:
        if at == "text":
            silent.wait(60)
            session.connected.settimeout(60)
            while session.connected.recv(65536):
                pass
            raise HangUp
        return None

    server = LoopbackServer(keep_silent, pipelining=False)
    try:
        with pytest.raises(KeyboardInterrupt):
            send_to(server, letters(20), **LANES)
    finally:
        server.close()
    assert len(ledger.in_state("unknown")) == 4
    assert len(ledger.in_state("ready")) == 60 - 4
    assert sorted(server.recipients()) == sorted(letter(number).recipient for number in ledger.in_state("unknown"))
    assert no_lane_is_left()


def test_asked_to_end_at_once_while_the_lanes_begin_none_is_left_at_work(
    send_to: Sending, ledger: SmallLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, begun = threading.Thread.start, 0

    def interrupted(thread: threading.Thread) -> None:
        nonlocal begun
        if "_work" in str(getattr(thread, "_target", "")):
            begun += 1
            if begun == 3:
                raise KeyboardInterrupt
        begin(thread)

    with serving() as server:
        monkeypatch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            send_to(server, letters(20), **LANES)
        assert no_lane_is_left()
        monkeypatch.undo()
    left = {letter(number).recipient for number in ledger.in_state("sent") + ledger.in_state("unknown")}
    assert set(server.recipients()) <= left


def test_a_journal_that_cannot_be_written_stops_all_lanes_before_a_text_leaves(
    send_to: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(journal: Journal, letter_id: int) -> None:
        raise RunStopped("The journal cannot be written.")

    monkeypatch.setattr(Journal, "attempted", full)
    with serving() as server:
        tally = send_to(server, letters(20), **LANES)
    assert (dict(tally), tally.stopped) == ({"ready": 20}, "The journal cannot be written.")
    assert server.taken == []


def test_a_caller_that_cannot_go_on_ends_all_lanes_before_the_marks_are_read(
    ledger: SmallLedger, journal: Journal
) -> None:
    """Were a lane still at work then, it could send a letter that is on record as not begun."""
    with serving() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="none", connections=4)
        transport = SmtpTransport(settings, "hello@clinic.example", {})
        settled = 0

        def fail(done: int) -> None:
            nonlocal settled
            settled += done
            if settled == 5:
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            send([letters(60)], ledger, transport, journal, noon, fail, recipients_of=recipients_of)
        assert no_lane_is_left()
        transport.close()
    left = {letter(number).recipient for number in ledger.in_state("sent") + ledger.in_state("unknown")}
    assert set(server.recipients()) <= left
    assert not {letter(number).recipient for number in ledger.in_state("ready")} & set(server.recipients())
