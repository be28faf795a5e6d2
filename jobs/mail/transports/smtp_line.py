"""One connection to a mail server: bytes out, answers in, and an end to every step."""

import re
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from jobs.machine.connections import HUNG_UP, line_words

if TYPE_CHECKING:
    from ssl import SSLContext

_LOOK_UP_SECONDS = 20.0
_LONGEST_ANSWER = 65_536  # bytes; RFC 5321 allows 512 a line
_ONE_LINE = re.compile(rb"([0-9]{3})(?: ([^\r\n]*))?\r?\n")
_CLOSED = "The server closed the connection."


class Reply(NamedTuple):
    """A whole answer: its code, and its text with one line break between lines."""

    code: int
    text: str


class LineLost(Exception):
    """The connection is of no more use; the text is a sentence that says why.

    `taken` is the number of bytes of the last write that the operating system had taken. `may_have_left` says that
    the final dot of a letter was among them, so that the server may have the letter.
    """

    taken = 0
    may_have_left = False


class Line:
    """A socket on which each step ends in time: a server that answers one byte a minute gains nothing by it."""

    def __init__(self, connected: socket.socket, run_ends: float) -> None:
        """`run_ends` is the moment on the monotonic clock at which every step ends at the latest."""
        self._socket, self._run_ends = connected, run_ends
        self._heard, self._at = b"", 0
        self._wakes_after = 0.0  # as the socket is set now

    def write(self, data: bytes, seconds: float) -> None:
        taken, ends = 0, self._ends(seconds)
        while taken < len(data):
            try:
                self._wake_by(ends)
                taken += self._socket.send(memoryview(data)[taken:] if taken else data)
            except OSError as trouble:
                if self._in_time(trouble, ends):
                    continue
                lost = LineLost(_why(trouble, seconds))
                lost.taken = taken
                raise lost from None

    def reply(self, seconds: float) -> Reply:
        if heard := _ONE_LINE.match(self._heard, self._at):  # as most answers are, and commonly several come at once
            self._at = heard.end()
            return Reply(int(heard[1]), (heard[2] or b"").decode("ascii", "replace"))
        ends, texts = self._ends(seconds), list[str]()
        while True:
            line = self._line(ends, seconds)
            code, dash = line[:3], line[3:4]
            if not (code.isdigit() and len(code) == 3 and dash in (b"", b" ", b"-")) or len(texts) > 1000:
                raise LineLost("The server answered with something that is not SMTP.")
            texts.append(line[4:].decode("ascii", "replace"))
            if dash != b"-":
                return Reply(int(code), texts[0] if len(texts) == 1 else "\n".join(texts))

    def _line(self, ends: float, seconds: float) -> bytes:
        while (end := self._heard.find(b"\n", self._at)) < 0:
            try:
                self._wake_by(ends)
                more = self._socket.recv(8192)
            except OSError as trouble:
                if self._in_time(trouble, ends):
                    continue
                raise LineLost(_why(trouble, seconds)) from None
            if not more:
                raise LineLost(_CLOSED)
            self._heard, self._at = self._heard[self._at :] + more, 0
            if len(self._heard) > _LONGEST_ANSWER:
                raise LineLost("The server's answer has no end.")
        line, self._at = self._heard[self._at : end], end + 1
        return line.rstrip(b"\r")

    def _ends(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._run_ends)

    def _wake_by(self, ends: float) -> None:
        """Let the next call on the socket return in time to look at the clock. To set that anew for each call would
        cost as much as the call: it stays as it is while it fits."""
        most = min(self._left(ends), _LOOK_UP_SECONDS)
        if not most / 2 <= self._wakes_after <= most:
            self._socket.settimeout(most)
            self._wakes_after = most

    @staticmethod
    def _in_time(trouble: OSError, ends: float) -> bool:
        """Whether a call only woke up to look at the clock."""
        return isinstance(trouble, TimeoutError) and time.monotonic() < ends

    @staticmethod
    def _left(ends: float) -> float:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def encrypt(self, context: "SSLContext", host: str, seconds: float) -> None:
        """Everything from here on is encrypted. What was sent ahead in the clear is not trusted."""
        if self._at < len(self._heard):
            raise LineLost("The server, or somebody between, spoke before the encryption began.")
        try:
            self._socket.settimeout(self._left(self._ends(seconds)))
            self._wakes_after = 0.0
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except OSError as trouble:
            raise LineLost(_why(trouble, seconds)) from None

    def own_name(self) -> str:
        """This machine as RFC 5321, section 4.1.3, writes it where it has no name of its own."""
        address = str(self._socket.getsockname()[0])
        return f"[IPv6:{address}]" if ":" in address else f"[{address}]"

    def hang_up(self) -> None:
        """End the connection under another thread that reads or writes. The plain shutdown: an encrypted socket's own
        is not made for that."""
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


def _why(trouble: OSError, seconds: float) -> str:
    if isinstance(trouble, TimeoutError):
        return f"The server did not answer in time (limit {seconds:g} seconds)."
    if isinstance(trouble, HUNG_UP):
        return _CLOSED
    if getattr(trouble, "verify_message", ""):  # only where the ssl module is in use at all
        return f"The server's certificate cannot be trusted: {line_words(trouble)}."
    return f"The connection was lost: {line_words(trouble)}."
