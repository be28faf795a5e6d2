"""A greeted, encrypted and signed-in connection, and the handing over of letters on it."""

import socket
import time
from collections.abc import Mapping
from typing import NamedTuple

from jobs.mail.records import Ready, RunStopped
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp_line import Line, LineLost, Reply
from jobs.mail.transports.smtp_replies import CLOSING, OUT_OF_ORDER, Refusal, masked

_FAREWELL_SECONDS = 5.0


class Unreachable(RunStopped):
    """The mail server did not come as far as a letter: nobody's fault but worth another try later."""


class _Step(NamedTuple):
    name: str
    command: bytes
    wanted: int  # the first digit of a good answer
    seconds: float


class Connection:
    """Letters are announced (MAIL, RCPT, DATA), then handed over. One at a time; LineLost ends its use.

    Where the server offers PIPELINING (RFC 2920) an announcement is one write, and travels with the text of the letter
    before it: one round trip a letter. An announced letter that gets no text is nothing to the server.
    """

    def __init__(self, line: Line, settings: Smtp, sender: str, pipelining: bool) -> None:
        self._line, self._settings, self._pipelining = line, settings, pipelining
        self._from = f"MAIL FROM:<{sender}>\r\n".encode("ascii")
        self._announced: tuple[int, list[_Step]] | None = None
        self._ahead: tuple[Ready, bytes] | None = None  # the next letter and its text on the wire
        self._to_reset = False
        self.used = False  # whether the server has answered for at least one letter

    def _steps(self, letter: Ready) -> list[_Step]:
        seconds = self._settings.command_seconds
        steps = [
            _Step("MAIL", self._from, 2, seconds),
            _Step("RCPT", f"RCPT TO:<{letter.recipient}>\r\n".encode("ascii"), 2, seconds),
            _Step("DATA", b"DATA\r\n", 3, self._settings.data_seconds),
        ]
        if self._to_reset:
            steps.insert(0, _Step("RSET", b"RSET\r\n", 2, seconds))
            self._to_reset = False
        return steps

    def announce(self, letter: Ready) -> Refusal | None:
        """Name sender and recipient; None where the server now waits for the text."""
        if self._announced and self._announced[0] == letter.letter_id:
            steps = self._announced[1]
        else:
            steps = self._steps(letter)
            if self._pipelining:
                self._line.write(b"".join([step.command for step in steps]), self._settings.command_seconds)
        self._announced = None
        refusal: Refusal | None = None
        for step in steps:
            if not self._pipelining:
                self._line.write(step.command, step.seconds)
            reply = self._line.reply(step.seconds)
            if refusal is None and reply.code // 100 != step.wanted:
                refusal = self._read_refusal(step, reply)
                if not self._pipelining or reply.code == CLOSING:
                    break
        if refusal:
            self._to_reset = True
            self.used = True
            if reply.code == 354:  # RFC 2920, section 3.1: DATA was taken although nobody is to get it
                if refusal.step == "MAIL":
                    raise LineLost("The server took DATA for a letter that it had refused.")
                self._line.write(b".\r\n", self._settings.final_seconds)
                self._line.reply(self._settings.final_seconds)
        return refusal

    def _read_refusal(self, step: _Step, reply: Reply) -> Refusal:
        """The refusal; LineLost where the answer is about the conversation, not about this letter."""
        stale = reply.code == CLOSING and step.name == "MAIL" and self.used
        astray = (
            not 400 <= reply.code < 600 or step.name == "RSET" or (step.name == "MAIL" and reply.code == OUT_OF_ORDER)
        )
        if stale or astray:
            raise LineLost(f"The server ended the conversation: {reply.code} {masked(reply.text)}")
        return Refusal(step.name, reply)

    def hand_over(self, letter: Ready, following: Ready | None) -> Reply:
        """The text with its final dot, together with the announcement of the next letter; the answer to the text."""
        text = self._ahead[1] if self._ahead and self._ahead[0] is letter else on_the_wire(letter.data)
        data = text
        if following and self._pipelining:
            steps = self._steps(following)
            self._announced = (following.letter_id, steps)
            data += b"".join([step.command for step in steps])
        try:
            self._line.write(data, self._settings.final_seconds)
        except LineLost as lost:
            lost.may_have_left = lost.taken >= len(text)
            raise
        self._ahead = (following, on_the_wire(following.data)) if following else None  # while the server reads
        reply = self._answer_to_text()
        self.used = True
        self._to_reset = reply.code // 100 != 2 and not self._announced
        return reply

    def _answer_to_text(self) -> Reply:
        try:
            reply = self._line.reply(self._settings.final_seconds)
            if reply.code // 100 not in (2, 4, 5):
                raise LineLost(f"The server answered the letter with {reply.code}, which means nothing.")
        except LineLost as lost:
            lost.may_have_left = True
            raise
        return reply

    def close(self) -> None:
        """QUIT, unless the server is waiting for the text of a letter, where QUIT would be read as text."""
        try:
            if not self._announced:
                self._line.write(b"QUIT\r\n", _FAREWELL_SECONDS)
                self._line.reply(_FAREWELL_SECONDS)
        except LineLost:
            pass
        self.drop()

    def drop(self) -> None:
        self._line.close()

    def hang_up(self) -> None:
        """Wake up whoever waits on this connection in another thread."""
        self._line.hang_up()


def on_the_wire(data: bytes) -> bytes:
    """The letter with its dots doubled at the start of a line (RFC 5321, section 4.5.2) and the final dot."""
    if data.find(b"\r\n.") >= 0:  # several times as fast as `in`
        data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    return data + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")


def connect(settings: Smtp, sender: str, environment: Mapping[str, str], run_ends: float) -> Connection:
    """Reach the server, greet it, encrypt and sign in. Unreachable or SignInRefused where that is not possible."""
    place = f"{settings.host}:{settings.port}"
    seconds = max(0.001, min(settings.connect_seconds, run_ends - time.monotonic()))
    try:
        connected = socket.create_connection((settings.host, settings.port), timeout=seconds)
    except (OSError, UnicodeError) as trouble:
        why = "no answer" if isinstance(trouble, TimeoutError) else getattr(trouble, "strerror", "") or "no such name"
        raise Unreachable(f"The mail server {place} cannot be reached: {why}. The letters wait.") from None
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line = Line(connected, run_ends)
    try:
        features = _introduce(line, settings)
        if settings.user:
            from jobs.mail.transports.smtp_sign_in import sign_in

            sign_in(line, features.get("AUTH", ""), settings, environment)
    except LineLost as lost:
        line.close()
        raise Unreachable(f"The mail server {place} could not be used. {lost} The letters wait.") from None
    except BaseException:
        line.close()
        raise
    return Connection(line, settings, sender, "PIPELINING" in features)


def _introduce(line: Line, settings: Smtp) -> dict[str, str]:
    """Greeting and encryption; what the server offers, by its keyword."""
    if settings.security == "tls":
        _encrypt(line, settings)
    _expect(line.reply(settings.greeting_seconds), 220)
    features = _hello(line, settings)
    if settings.security == "starttls":
        if "STARTTLS" not in features:
            raise LineLost(f"It offers no STARTTLS on port {settings.port}; check port and security under mail.smtp.")
        line.write(b"STARTTLS\r\n", settings.command_seconds)
        _expect(line.reply(settings.command_seconds), 220)
        _encrypt(line, settings)
        features = _hello(line, settings)  # what was offered in the clear does not count (RFC 3207, section 4.2)
    return features


def _hello(line: Line, settings: Smtp) -> dict[str, str]:
    name = settings.greet_as or (socket.gethostname() if "." in socket.gethostname() else line.own_name())
    line.write(f"EHLO {name}\r\n".encode("ascii", "replace"), settings.command_seconds)
    reply = line.reply(settings.command_seconds)
    if reply.code // 100 == 5:  # a server from before ESMTP
        line.write(f"HELO {name}\r\n".encode("ascii", "replace"), settings.command_seconds)
        _expect(line.reply(settings.command_seconds), 250)
        return {}
    _expect(reply, 250)
    offers = [offer.partition(" ") for offer in reply.text.upper().split("\n")[1:]]
    return {keyword: words for keyword, _, words in offers}


def _expect(reply: Reply, code: int) -> None:
    if reply.code != code:
        raise LineLost(f"It answered {reply.code} {masked(reply.text)}.")


def _encrypt(line: Line, settings: Smtp) -> None:
    import ssl  # only where it is used: it takes its time to load

    line.encrypt(ssl.create_default_context(), settings.host, settings.command_seconds)
