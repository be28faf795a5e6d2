"""Letters to a real mail server, which may misbehave at any step."""

import os
import socket
import ssl
import time
from asyncio import AbstractServer
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from loopback_server import HangUp, LoopbackServer, Session, nobody, serving
from small_ledger import Sending, SmallLedger, letter, letters, noon, recipients_of

from jobs.mail.journal import Journal
from jobs.mail.outbox import SignInRefused, Tally, send
from jobs.mail.settings import Smtp
from jobs.mail.transports import smtp_line
from jobs.mail.transports.redirected import Redirected
from jobs.mail.transports.smtp import SmtpTransport
from jobs.mail.transports.smtp_connection import on_the_wire
from jobs.mail.transports.smtp_replies import masked

CERTIFICATE = Path(__file__).parent / "loopback_certificate.pem"  # for localhost, made for these tests only
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd on a port that is encrypted throughout
BOTH_WAYS = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "step by step"])


def patients(count: int) -> list[str]:
    return [one.recipient for one in letters(count)]


def answer_to(number: int, step: str, reply: str) -> Callable[[str, Session], str | None]:
    """Let a server give this reply at one step of one letter, and take all else."""
    mails = 0

    def answer(at: str, session: Session) -> str | None:
        nonlocal mails
        mails += at == "MAIL"
        its_turn = mails == number if at == "MAIL" else session.recipient == letter(number).recipient
        return reply if at == step and its_turn else None

    return answer


@BOTH_WAYS
def test_every_letter_arrives_once_and_whole_on_one_connection(send_to: Sending, pipelining: bool) -> None:
    with serving(pipelining=pipelining) as server:
        tally = send_to(server, letters(50))
    assert (dict(tally), tally.stopped) == ({"sent": 50}, "")
    assert server.taken == [(one.recipient, one.data) for one in letters(50)]
    assert server.connections == 1
    assert server.heard[-1] == "QUIT"


@BOTH_WAYS
def test_dots_at_the_start_of_a_line_arrive_as_written(send_to: Sending, pipelining: bool) -> None:
    dotted = letter(1, body=".\r\n..\r\n.hidden\r\nend.\r\n.")
    with serving(pipelining=pipelining) as server:
        send_to(server, [dotted, letter(2)])
    assert server.taken == [(dotted.recipient, dotted.data), (letter(2).recipient, letter(2).data)]


def test_a_text_that_starts_with_a_dot_or_lacks_its_last_line_end_is_framed_whole() -> None:
    assert on_the_wire(b".a") == b"..a\r\n.\r\n"
    assert on_the_wire(b"a\r\n.\r\n") == b"a\r\n..\r\n.\r\n"


REPLIES = [
    ("RCPT", "450 4.2.1 busy", "deferred"),
    ("RCPT", "451 4.3.0 later", "deferred"),
    ("RCPT", "452 4.5.3 too many recipients", "deferred"),
    ("RCPT", "421 4.7.0 slow down", "deferred"),
    ("RCPT", "552 5.5.3 too many recipients", "deferred"),
    ("RCPT", "550 5.1.1 no such mailbox", "failed"),
    ("RCPT", "551 5.1.6 moved", "failed"),
    ("RCPT", "553 5.1.3 bad mailbox", "failed"),
    ("RCPT", "554 5.7.1 refused", "failed"),
    ("MAIL", "452 4.3.1 no room", "deferred"),
    ("MAIL", "550 5.7.1 not you", "failed"),
    ("MAIL", "552 5.3.4 too big", "failed"),
    ("DATA", "451 4.3.0 later", "deferred"),
    ("DATA", "554 5.5.1 no valid recipients", "failed"),
    ("text", "421 4.3.2 closing", "deferred"),
    ("text", "450 4.7.1 greylisted", "deferred"),
    ("text", "552 5.3.4 too big", "failed"),
    ("text", "554 5.7.1 looks like spam", "failed"),
]


@BOTH_WAYS
@pytest.mark.parametrize(("step", "reply", "state"), REPLIES)
def test_a_refusal_concerns_its_own_letter_among_twenty(
    send_to: Sending, ledger: SmallLedger, step: str, reply: str, state: str, pipelining: bool
) -> None:
    with serving(answer_to(7, step, reply), pipelining=pipelining) as server:
        tally = send_to(server, letters(20))
    assert (dict(tally), tally.stopped) == ({"sent": 19, state: 1}, "")
    assert ledger.states()[7] == state
    assert ledger.details(7) == [f"{step}: {reply}"]
    assert server.recipients() == [one for one in patients(20) if one != letter(7).recipient]
    assert server.connections == (2 if reply.startswith("421") else 1)
    assert "RSET" in server.heard or step == "text" or reply.startswith("421")


def test_data_taken_without_a_recipient_is_ended_with_a_lone_dot(send_to: Sending) -> None:
    """RFC 2920, section 3.1: a server may answer 354 although every recipient was refused."""

    def careless(at: str, session: Session) -> str | None:
        if at == "RCPT" and session.recipient == letter(2).recipient:
            return "550 no such mailbox"
        return "354 go on" if at == "DATA" else None

    with serving(careless) as server:
        tally = send_to(server, letters(3))
    assert dict(tally) == {"sent": 2, "failed": 1}
    assert server.recipients() == [letter(1).recipient, letter(3).recipient]


def test_no_address_and_no_mailbox_name_is_kept_from_an_answer(send_to: Sending, ledger: SmallLedger) -> None:
    def chatty(at: str, session: Session) -> str | None:
        return f"550-5.1.1 <{session.recipient}>: unknown\r\n550 user Patient1 is not here" if at == "RCPT" else None

    with serving(chatty) as server:
        send_to(server, [letter(1)])
    assert ledger.details(1) == ["RCPT: 550 5.1.1 <(address)>: unknown user (mailbox) is not here"]


def test_a_long_answer_is_masked_quickly_and_cut() -> None:
    assert len(masked("a" * 60_000 + "@mail.example")) == 300
    assert masked("to=jane.doe@mail.example,\x1b[31m relay") == "to=(address), [31m relay".replace("to=", "", 1)


def drop_at(step: str, *recipients: str, times: int = 1) -> object:
    """A server that hangs up at a step of these patients' letters, so many times."""
    left = dict.fromkeys(recipients, times)

    def script(at: str, session: Session) -> str | None:
        if at == step and left.get(session.recipient):
            left[session.recipient] -= 1
            raise HangUp
        return None

    return script


@BOTH_WAYS
def test_a_connection_dropped_after_the_dot_leaves_that_letter_unknown(
    send_to: Sending, ledger: SmallLedger, pipelining: bool
) -> None:
    with serving(drop_at("text", letter(7).recipient), pipelining=pipelining) as server:  # type: ignore[arg-type]
        tally = send_to(server, letters(20))
    assert dict(tally) == {"sent": 19, "unknown": 1}
    assert ledger.in_state("unknown") == [7]
    assert ledger.details(7)[0].startswith("The letter may have left. ")
    assert sorted(server.recipients()) == sorted(patients(20))


@BOTH_WAYS
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_connection_dropped_before_the_text_costs_nothing(send_to: Sending, step: str, pipelining: bool) -> None:
    with serving(drop_at(step, letter(7).recipient), pipelining=pipelining) as server:  # type: ignore[arg-type]
        tally = send_to(server, letters(20))
    assert dict(tally) == {"sent": 20}
    assert server.recipients() == patients(20)
    assert server.connections == 2


@BOTH_WAYS
def test_a_connection_dropped_in_the_middle_of_a_text_sends_it_once(send_to: Sending, pipelining: bool) -> None:
    """The text is larger than what the system holds for a connection, so its end was still here."""
    long_letter = letter(2, body=("A long line. " * 70 + "\r\n") * 10_000)
    with serving(
        drop_at("body", long_letter.recipient),  # type: ignore[arg-type]
        pipelining=pipelining,
        receive_buffer=65536,
    ) as server:
        tally = send_to(server, [letter(1), long_letter, letter(3)])
    assert dict(tally) == {"sent": 3}
    assert server.recipients() == patients(3)


def test_a_connection_dropped_twice_before_the_text_defers_the_letter(send_to: Sending, ledger: SmallLedger) -> None:
    with serving(drop_at("DATA", letter(2).recipient, times=2)) as server:  # type: ignore[arg-type]
        tally = send_to(server, letters(4))
    assert dict(tally) == {"sent": 3, "deferred": 1}
    assert ledger.in_state("deferred") == [2]


def test_a_server_that_always_hangs_up_ends_the_run_before_it_costs_every_letter(
    send_to: Sending, ledger: SmallLedger
) -> None:
    with serving(drop_at("text", *patients(20))) as server:  # type: ignore[arg-type]
        tally = send_to(server, letters(20))
    assert dict(tally) == {"unknown": 3, "ready": 17}
    assert tally.stopped.startswith(
        "The mail server gave no answer to the text of 3 letters one after another, at last: The server closed the "
        "connection. The letters wait; one alone is tried now and then until one is answered. Ask IT "
    )
    assert server.recipients() == patients(3)


@BOTH_WAYS
def test_a_server_that_closes_after_every_fifth_letter_gets_them_all(send_to: Sending, pipelining: bool) -> None:
    def five_each(at: str, session: Session) -> str | None:
        return "421 4.4.5 enough for one connection" if at == "MAIL" and session.letters == 5 else None

    with serving(five_each, pipelining=pipelining) as server:
        tally = send_to(server, letters(20))
    assert dict(tally) == {"sent": 20}
    assert server.recipients() == patients(20)
    assert server.connections == 4


def test_a_letter_for_whom_the_server_closes_is_tried_on_one_new_connection_only(send_to: Sending) -> None:
    with serving(lambda at, session: "421 not today" if at == "MAIL" else None) as server:
        tally = send_to(server, letters(20))
    assert dict(tally) == {"deferred": 3, "ready": 17}
    assert server.connections == 3


def test_a_lost_order_of_answers_is_no_fault_of_the_letter(send_to: Sending) -> None:
    def confused_once(at: str, session: Session) -> str | None:
        return "503 5.5.1 nested MAIL" if at == "MAIL" and session.letters == 3 and session.number == 1 else None

    with serving(confused_once) as server:
        tally = send_to(server, letters(6))
    assert dict(tally) == {"sent": 6}
    assert server.recipients() == patients(6)


@BOTH_WAYS
def test_an_answer_to_the_recipient_that_means_nothing_costs_nobody_the_letter(
    send_to: Sending, pipelining: bool
) -> None:
    def answer(step: str, session: Session) -> str | None:
        return "999 what" if step == "RCPT" and session.recipient == patients(3)[1] else None

    with serving(answer, pipelining=pipelining) as server:
        assert send_to(server, letters(3)) == {"sent": 2, "deferred": 1}
    assert server.recipients() == [patients(3)[0], patients(3)[2]]


@pytest.mark.parametrize("reply", ["354 go on", "hello?", "99 bottles", "2500 fine"])
def test_an_answer_to_the_text_that_means_nothing_leaves_the_letter_unknown(send_to: Sending, reply: str) -> None:
    with serving(lambda at, session: reply if at == "text" and session.number == 1 else None) as server:
        tally = send_to(server, letters(2))
    assert dict(tally) == {"unknown": 1, "sent": 1}


@pytest.mark.parametrize("bytes_at_once", [1, 3, 500])
def test_answers_are_the_same_in_one_piece_and_in_many(bytes_at_once: int) -> None:
    said = b"250 fine\r\n354\r\n250-one\r\n250-two words\r\n250 three\r\n421 a\rb \xff\r\n550 no\n"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = smtp_line.Line(ours, run_ends=time.monotonic() + 60)
        heard = []
        for start in range(0, len(said), bytes_at_once):
            theirs.sendall(said[start : start + bytes_at_once])
        while len(heard) < 5:
            heard.append(line.reply(10))
    expected = [(250, "fine"), (354, ""), (250, "one\ntwo words\nthree"), (421, "a\rb \ufffd"), (550, "no")]
    assert heard == expected


def test_a_server_that_answers_byte_by_byte_ends_within_its_bound(send_to: Sending, ledger: SmallLedger) -> None:
    def drip(at: str, session: Session) -> str | None:
        session.connected.settimeout(0.05)
        while at == "greeting":
            session.connected.sendall(b"2")
            try:
                session.connected.recv(1)  # paces the bytes; the client says nothing before the greeting
            except TimeoutError:
                continue
            raise HangUp
        return None

    with serving(drip) as server:
        tally = send_to(server, letters(3), greeting_seconds=0.3)
    assert dict(tally) == {"ready": 3}
    assert "The server did not answer in time (limit 0.3 seconds)." in tally.stopped


class LongWait:
    """The clock of the run: while the server is silent, a minute and a half passes at each look at it.

    So the run ends a step by its own limits of minutes and hours, nobody waits, and a slow machine has its time.
    """

    def __init__(self) -> None:
        self.silent, self._passed, self._true = False, 0.0, time.monotonic

    def __call__(self) -> float:
        self._passed += 90 * self.silent
        return self._true() + self._passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> LongWait:
    clock = LongWait()
    monkeypatch.setattr(time, "monotonic", clock)
    monkeypatch.setattr(smtp_line, "_LOOK_UP_SECONDS", 0.02)  # so often it looks
    return clock


def wait_for_the_other_side(session: Session) -> None:
    """Say nothing until the client gives up."""
    session.connected.settimeout(60)
    while session.connected.recv(65536):
        pass
    raise HangUp


LIMITS = ("greeting", "command", "data", "final", "run")


@pytest.mark.parametrize(
    ("step", "limit", "seconds", "states"),
    [
        ("MAIL", "command", 300, {"sent": 1, "deferred": 2}),
        ("DATA", "data", 120, {"sent": 1, "deferred": 2}),
        ("text", "final", 600, {"sent": 1, "unknown": 2}),
        ("text", "run", 7200, {"sent": 1, "unknown": 1, "ready": 1}),
    ],
)
def test_a_silent_server_ends_each_step_within_its_bound(
    send_to: Sending, ledger: SmallLedger, clock: LongWait, step: str, limit: str, seconds: int, states: dict[str, int]
) -> None:
    passed = 0

    def silent(at: str, session: Session) -> str | None:
        nonlocal passed
        passed += at == step
        if at == "greeting":
            clock.silent = False
        if at == step and passed > 1:
            clock.silent = True
            wait_for_the_other_side(session)
        return None

    others = {f"{name}_seconds": 1e9 for name in LIMITS if name != limit}
    with serving(silent) as server:
        tally = send_to(server, letters(3), **others, **{f"{limit}_seconds": seconds})
    assert dict(tally) == states
    told = f"The server did not answer in time (limit {seconds if limit != 'run' else 1e9:g} seconds)."
    assert ledger.details(2) == [f"The letter may have left. {told}" if "unknown" in states else told]
    assert (tally.stopped == "Sending took longer than 120 minutes (run_seconds). The other letters wait.") is (
        limit == "run"
    )


def test_a_server_that_is_not_there_leaves_every_letter_ready(send_to: Sending, ledger: SmallLedger) -> None:
    with nobody() as server:
        tally = send_to(server, letters(3))
    assert dict(tally) == {"ready": 3}
    assert ledger.details(1) == [f"no letter leaves: {tally.stopped.removesuffix('. The letters wait.')}"]
    place = f"127.0.0.1:{server.port}"
    assert tally.stopped == f"The mail server {place} cannot be reached: Connection refused. The letters wait."


def test_a_connect_that_is_never_answered_ends_within_its_bound(send_to: Sending) -> None:
    server = LoopbackServer()
    server.close()
    with socket.socket() as full:  # a queue of one that nobody empties: the next connect gets no answer
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        server.port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", server.port)):
            tally = send_to(server, letters(2), connect_seconds=0.2)
    assert dict(tally) == {"ready": 2}
    assert "cannot be reached: no answer." in tally.stopped


def test_a_server_that_takes_no_mail_now_stops_the_run_politely(send_to: Sending) -> None:
    with serving(lambda at, session: "554 5.3.2 no service" if at == "greeting" else None) as server:
        tally = send_to(server, letters(3))
    assert dict(tally) == {"ready": 3}
    assert "It answered 554 5.3.2 no service." in tally.stopped


def test_a_server_from_before_esmtp_is_greeted_its_own_way(send_to: Sending) -> None:
    with serving(lambda at, session: "502 what?" if at == "EHLO" else None) as server:
        tally = send_to(server, letters(3))
    assert dict(tally) == {"sent": 3}
    assert server.heard[:2] == ["EHLO", "HELO"]


def test_encryption_that_is_not_offered_is_never_done_without(send_to: Sending) -> None:
    with serving() as server:
        tally = send_to(server, letters(1), security="starttls")
    assert dict(tally) == {"ready": 1}
    assert f"It offers no STARTTLS on port {server.port}; check port and security under mail.smtp." in tally.stopped
    assert "MAIL" not in server.heard


@pytest.mark.parametrize("code", [530, 535, 538])
def test_a_server_that_wants_a_sign_in_stops_the_run_and_no_letter_is_blamed(send_to: Sending, code: int) -> None:
    with serving(lambda at, session: f"{code} 5.7.0 sign in first" if at == "MAIL" else None) as server:
        tally = send_to(server, letters(3))
    assert dict(tally) == {"ready": 3}
    assert isinstance(tally.stopped_by, SignInRefused)


@BOTH_WAYS
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "text"])
def test_a_letter_for_which_alone_the_server_wants_a_sign_in_waits_and_holds_up_no_other(
    send_to: Sending, ledger: SmallLedger, step: str, pipelining: bool
) -> None:
    with serving(answer_to(2, step, "530 5.7.0 sign in first"), pipelining=pipelining) as server:
        tally = send_to(server, letters(4))
    assert (dict(tally), tally.stopped) == ({"sent": 3, "deferred": 1}, "")
    assert ledger.details(2) == [f"{step}: 530 5.7.0 sign in first"]
    assert server.recipients() == [one for one in patients(4) if one != letter(2).recipient]


def test_a_server_that_wants_a_sign_in_for_every_recipient_ends_the_run_with_its_sentence_after_two(
    send_to: Sending,
) -> None:
    with serving(lambda at, session: "530 5.7.1 sign in to relay" if at == "RCPT" else None) as server:
        tally = send_to(server, letters(5))
    assert dict(tally) == {"deferred": 2, "ready": 3}
    assert tally.stopped == (
        "127.0.0.1 refused the sign-in: RCPT: 530 5.7.1 sign in to relay. Check user under mail.smtp, put the present "
        "password into the environment variable CLINIC_SMTP_PASSWORD (many servers want an app password) and run the "
        "job again. The letters wait."
    )


@BOTH_WAYS
def test_a_sign_in_that_ends_in_the_middle_stops_the_run_with_its_sentence(send_to: Sending, pipelining: bool) -> None:
    def expired(at: str, session: Session) -> str | None:
        return "530 5.7.0 expired" if at == "MAIL" and session.letters >= 3 else None

    with serving(expired, pipelining=pipelining) as server:
        tally = send_to(server, letters(9))
    assert dict(tally) == {"sent": 3, "deferred": 2, "ready": 4}
    assert tally.stopped.startswith("127.0.0.1 refused the sign-in: MAIL: 530 5.7.0 expired. Check user under")
    assert server.recipients() == patients(3)


def test_redirected_letters_reach_one_address_only(ledger: SmallLedger, journal: Journal) -> None:
    with serving() as server:
        settings = Smtp(host="127.0.0.1", port=server.port, security="none")
        transport = Redirected(SmtpTransport(settings, "hello@clinic.example", {}), "office@clinic.example")
        tally = send([letters(5)], ledger, transport, journal, noon, recipients_of=recipients_of)
        transport.close()
    assert dict(tally) == {"sent": 5}
    assert set(server.recipients()) == {"office@clinic.example"}
    assert [data for _, data in server.taken] == [one.data for one in letters(5)]


class Taking:
    """aiosmtpd's handler: remembers the recipients."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.recipients += envelope.rcpt_tos  # type: ignore[attr-defined]
        return "250 OK"


class Listening(Controller):
    """aiosmtpd at a port that is taken already, by a socket that it is given."""

    def __init__(self, listening: socket.socket, taking: Taking, **more: Any) -> None:
        super().__init__(taking, *listening.getsockname(), **more)
        self._listening = listening

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening, ssl=self.ssl_context)


def password_check(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    right = (data.login, data.password) == (b"clinic", b"open sesame")  # type: ignore[attr-defined]
    return AuthResult(success=right, handled=right)


@pytest.fixture(params=["starttls", "tls"])
def encrypted_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Smtp, Taking]]:
    """aiosmtpd with a certificate for localhost, which wants a sign-in."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    listening = socket.create_server(("127.0.0.1", 0))
    own = {"tls_context": context, "require_starttls": True} if request.param == "starttls" else {}
    whole = {"ssl_context": context} if request.param == "tls" else {}
    taking = Taking()
    controller = Listening(
        listening, taking, ready_timeout=60, authenticator=password_check, auth_required=True,
        auth_require_tls=request.param == "starttls", **own, **whole,
    )  # fmt: skip
    controller.start()
    try:
        yield Smtp(host="localhost", port=controller.port, security=request.param, user="clinic"), taking
    finally:
        controller.stop()


def send_encrypted(settings: Smtp, environment: dict[str, str], ledger: SmallLedger, journal: Journal) -> Tally:
    transport = SmtpTransport(settings, "hello@clinic.example", environment)
    try:
        return send([letters(5)], ledger, transport, journal, noon, recipients_of=recipients_of)
    finally:
        transport.close()


def test_letters_go_encrypted_and_signed_in(
    encrypted_server: tuple[Smtp, Taking], ledger: SmallLedger, journal: Journal
) -> None:
    settings, taking = encrypted_server
    tally = send_encrypted(settings, {"CLINIC_SMTP_PASSWORD": "open sesame"}, ledger, journal)
    assert (dict(tally), tally.stopped) == ({"sent": 5}, "")
    assert taking.recipients == patients(5)


def test_a_wrong_password_stops_the_run_and_says_how_to_sign_in_again(
    encrypted_server: tuple[Smtp, Taking], ledger: SmallLedger, journal: Journal
) -> None:
    settings, taking = encrypted_server
    tally = send_encrypted(settings, {"CLINIC_SMTP_PASSWORD": "guess"}, ledger, journal)
    assert dict(tally) == {"ready": 5}
    assert isinstance(tally.stopped_by, SignInRefused)
    assert tally.stopped == (
        "localhost refused the sign-in: 535 5.7.8 Authentication credentials invalid. Check user under mail.smtp, put "
        "the present password into the environment variable CLINIC_SMTP_PASSWORD (many servers want an app password) "
        "and run the job again. The letters wait."
    )
    assert taking.recipients == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    encrypted_server: tuple[Smtp, Taking], ledger: SmallLedger, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, taking = encrypted_server
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    tally = send_encrypted(settings, {"CLINIC_SMTP_PASSWORD": "open sesame"}, ledger, journal)
    assert dict(tally) == {"ready": 5}
    assert tally.stopped == (
        f"The mail server localhost:{settings.port} could not be used. The server's certificate cannot be trusted: "
        "self-signed certificate. The letters wait."
    )
    assert taking.recipients == []


def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    from jobs.mail.transports.smtp_sign_in import read_password

    secret = tmp_path / "password"
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    settings = Smtp(host="smtp.clinic.example", user="clinic", password_file=str(secret))
    with pytest.raises(SignInRefused, match=f"Others can read the password file .*Run: chmod 600 {secret}"):
        read_password(settings, {})
    secret.chmod(0o600)
    assert read_password(settings, {}) == "open sesame"
    assert read_password(settings, {"CLINIC_SMTP_PASSWORD": "from outside"}) == "from outside"


def test_a_missing_password_is_said_so_before_anything_is_sent() -> None:
    from jobs.mail.transports.smtp_sign_in import read_password

    with pytest.raises(SignInRefused, match="environment variable CLINIC_SMTP_PASSWORD"):
        read_password(Smtp(host="smtp.clinic.example", user="clinic"), {})
