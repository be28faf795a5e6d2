"""A real mail server on the loopback address that can be told to misbehave at any step."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class HangUp(Exception):
    """The server closes the connection without another word."""


@dataclass
class Session:
    """One connection as the server sees it; given to the script at every step."""

    connected: socket.socket
    number: int  # 1 is the first connection to this server
    mail: bool = False  # whether MAIL was taken
    recipient: str = ""
    letters: int = 0  # letters that came to their text on this connection


Script = Callable[[str, Session], str | None]
"""Hears of each step (greeting, EHLO, RSET, MAIL, RCPT, DATA, body, text, sent) and may answer in the server's place.

`body` is the moment before the text is read, `text` the one before it is answered, `sent` the one after.
"""


def obey(step: str, session: Session) -> str | None:
    """The script of a server that takes everything."""
    return None


@dataclass
class LoopbackServer:
    """Takes letters, remembers them in `taken` as (recipient, text), and every command in `heard`."""

    script: Script = obey
    pipelining: bool = True
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    receive_buffer: int = 0

    def __post_init__(self) -> None:
        self._listening = socket.socket()
        if self.receive_buffer:
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    def forget(self) -> None:
        """Begin with an empty mailbox."""
        self.taken.clear()
        self.heard.clear()

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connected)
            threading.Thread(target=self._serve, args=(Session(connected, self.connections),), daemon=True).start()

    def _serve(self, session: Session) -> None:
        try:
            with session.connected, session.connected.makefile("rb") as lines:
                self._answer(session, "greeting", "220 loopback.example ESMTP")
                while (line := lines.readline()) and self._command(session, line.decode("ascii"), lines):
                    pass
                session.connected.shutdown(socket.SHUT_RDWR)
        except (HangUp, OSError):
            session.connected.close()

    def _command(self, session: Session, line: str, lines: Iterator[bytes]) -> bool:
        step, _, words = line.strip().partition(" ")
        self.heard.append(step)
        if step == "QUIT":
            session.connected.sendall(b"221 bye\r\n")
            return False
        if step == "RCPT":
            session.recipient = words[words.index("<") + 1 : words.index(">")]
            if not session.mail:
                return self._say(session, "503 no MAIL")
        if step == "DATA":
            ready = session.mail and session.recipient != ""
            if self._answer(session, step, "354 go on" if ready else "503 no recipient").startswith("354"):
                self._take_text(session, lines)
            return True
        offers = ["250-loopback.example"] + ["250-PIPELINING"] * self.pipelining + ["250 ENHANCEDSTATUSCODES"]
        reply = self._answer(session, step, "\r\n".join(offers) if step == "EHLO" else "250 fine")
        if step in ("MAIL", "RSET"):
            session.mail = step == "MAIL" and reply.startswith("2")
        if step in ("MAIL", "RSET") or (step == "RCPT" and not reply.startswith("2")):
            session.recipient = ""
        return not reply.startswith("421")

    def _take_text(self, session: Session, lines: Iterator[bytes]) -> None:
        self.script("body", session)
        parts: list[bytes] = []
        for line in lines:
            if line == b".\r\n":
                break
            parts.append(line.removeprefix(b"."))
        else:
            raise HangUp
        session.letters += 1
        letter = (session.recipient, b"".join(parts))
        if letter[0]:
            self.taken.append(letter)
        reply = self._answer(session, "text", "250 2.0.0 taken" if letter[0] else "554 no recipient")
        if not reply.startswith("2") and letter[0]:
            self.taken.remove(letter)
        self.script("sent", session)
        session.recipient, session.mail = "", False

    def _answer(self, session: Session, step: str, usual: str) -> str:
        reply = self.script(step, session) or usual
        session.connected.sendall(reply.encode("ascii") + b"\r\n")
        return reply

    def _say(self, session: Session, reply: str) -> bool:
        session.recipient = ""
        session.connected.sendall(reply.encode("ascii") + b"\r\n")
        return True

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connected in self._open:
            connected.close()


@contextmanager
def nobody() -> Iterator[LoopbackServer]:
    """A server that is not there. Its port is kept, so that nothing else can answer at it meanwhile."""
    server = LoopbackServer()
    server.close()
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        server.port = kept.getsockname()[1]
        yield server


@contextmanager
def serving(script: Script = obey, **settings: object) -> Iterator[LoopbackServer]:
    server = LoopbackServer(script, **settings)  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.close()
