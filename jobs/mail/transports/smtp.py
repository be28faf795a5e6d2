"""Letters to a mail server: one connection, one round trip a letter, and an honest answer about each."""

import time
from collections.abc import Iterator, Mapping, Sequence

from jobs.mail.records import Marks, Ready, Result, RunStopped, SignInRefused, Unclear
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp_connection import Connection, Unreachable, connect
from jobs.mail.transports.smtp_line import LineLost
from jobs.mail.transports.smtp_replies import CLOSING, SIGN_IN, Refusal, detail, masked, state_after

MOST_LOSSES = 3
"""So many connections lost one after another, with no letter between them, end the run: each may cost a letter."""


class SmtpTransport:
    """The clinic's mail server.

    A connection lost before a letter's final dot is tried again once at once, then the letter is `deferred`; lost
    after it, the letter is `unknown`. Connects when the first letter comes.
    """

    name = "smtp"

    def __init__(self, settings: Smtp, sender: str, environment: Mapping[str, str]) -> None:
        self._settings, self._sender, self._environment = settings, sender, environment
        self._connection: Connection | None = None
        self._run_ends = 0.0
        self._losses = 0  # one after another
        self._joining = True  # whether the next letter is announced together with the text of the one before

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        for letter, following in _with_following(letters):
            try:
                result = self._send(letter, following if self._joining else None, marks)
            except Unreachable as reason:
                yield Result(letter.letter_id, "deferred", str(reason))
                raise
            yield result
            if self._losses >= MOST_LOSSES:
                raise RunStopped(
                    f"The connection to {self._settings.host} was lost {self._losses} times one after another "
                    f"({result.detail}) The other letters wait."
                )

    def _send(self, letter: Ready, following: Ready | None, marks: Marks) -> Result:
        """Try a letter, and once more where the connection was lost before the server could have it."""
        for _ in range(2):
            try:
                return self._try(letter, following, marks)
            except LineLost as lost:
                self._drop()
                self._losses += 1
                why = masked(str(lost), letter.recipient)
                if lost.may_have_left:
                    return Result(letter.letter_id, "unknown", f"The letter may have left. {why}")
                marks.stayed(letter.letter_id)
            except BaseException:
                self._drop()
                raise
        return Result(letter.letter_id, "deferred", why)

    def _try(self, letter: Ready, following: Ready | None, marks: Marks) -> Result:
        connection = self._connected()
        refusal = connection.announce(letter)
        if refusal is None:
            marks.attempted(letter.letter_id)
            reply = connection.hand_over(letter, following)
            if reply.code // 100 == 2:
                marks.accepted(letter.letter_id)
                self._losses = 0
                return Result(letter.letter_id, "sent", masked(f"{reply.code} {reply.text}", letter.recipient))
            marks.stayed(letter.letter_id)
            refusal = Refusal("text", reply)
        return self._refused(letter, refusal)

    def _connected(self) -> Connection:
        now = time.monotonic()
        self._run_ends = self._run_ends or now + self._settings.run_seconds
        if now >= self._run_ends:
            minutes = self._settings.run_seconds / 60
            raise RunStopped(f"Sending took longer than {minutes:g} minutes (run_seconds). The other letters wait.")
        if self._connection is None:
            self._connection = connect(self._settings, self._sender, self._environment, self._run_ends)
        return self._connection

    def _refused(self, letter: Ready, refusal: Refusal) -> Result:
        if refusal.reply.code in SIGN_IN:
            from jobs.mail.transports.smtp_sign_in import refused_sentence

            raise SignInRefused(refused_sentence(self._settings, detail(refusal, letter.recipient)))
        if refusal.reply.code == CLOSING:
            self._drop()
            self._losses += 1
        else:
            self._losses = 0
        return Result(letter.letter_id, state_after(refusal), detail(refusal, letter.recipient))

    def _drop(self) -> None:
        """Leave a connection that is of no use. From now on each letter waits for the answer to the one before it:
        a server that hangs up on a letter announced early may take that answer with it."""
        if self._connection:
            self._connection.drop()
            self._connection, self._joining = None, False

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        """A mail server does not answer this question; the clinic's mailbox may."""
        return []

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _with_following(letters: Iterator[Ready]) -> Iterator[tuple[Ready, Ready | None]]:
    letter = next(letters, None)
    while letter is not None:
        following = next(letters, None)
        yield letter, following
        letter = following
