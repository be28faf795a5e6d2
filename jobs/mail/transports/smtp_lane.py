"""One connection to the mail server over a run: kept, used again, opened anew where it was lost."""

import threading
import time
from collections.abc import Mapping

from jobs.mail.records import MAY_HAVE_LEFT, AskedToStop, Marks, Ready, Result, RunStopped, SignInRefused
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp_connection import Connection, connect
from jobs.mail.transports.smtp_line import LineLost
from jobs.mail.transports.smtp_replies import CLOSING, SIGN_IN, Refusal, detail, masked, state_after

MOST_LOSSES = 3
"""So many connections lost one after another, with no letter between them, end the run: each may cost a letter."""
_MOST_SHUT_OUT = 2
"""So many letters one after another for which the server wants a sign-in tell that it wants one for all."""


class Trust:
    """What all lanes of a run know of the server together: how often it was lost in a row, for how many letters it
    wanted a sign-in, and when the run ends."""

    def __init__(self) -> None:
        self.losses = 0
        self.run_ends = 0.0
        self.lets_in = False  # whether it has ever answered a letter with anything else than that it wants a sign-in
        self.wants_sign_in = ""  # what it said where it wants one, and not for one letter alone
        self._shut_out = 0
        self._lock = threading.RLock()

    def lost(self) -> None:
        with self._lock:
            self.losses += 1

    def regained(self) -> None:
        with self._lock:
            self.losses, self._shut_out, self.lets_in, self.wants_sign_in = 0, 0, True, ""

    def shut_out(self, words: str) -> None:
        """For a letter the server wants a sign-in."""
        with self._lock:
            self.losses, self._shut_out = 0, self._shut_out + 1
            if self._shut_out >= _MOST_SHUT_OUT or not self.lets_in:
                self.wants_sign_in = words

    @property
    def spent(self) -> bool:
        """Whether no further letter should be tried."""
        return self.losses >= MOST_LOSSES or self._shut_out >= _MOST_SHUT_OUT


class Lane:
    """A connection lost before a letter's final dot is tried again once at once, then the letter is `deferred`, with no
    pause unless the caller hears that others got an answer; lost after it, the letter is `unknown`. Connects when the
    first letter comes."""

    def __init__(self, settings: Smtp, sender: str, environment: Mapping[str, str], trust: Trust) -> None:
        self._settings, self._sender, self._environment, self._trust = settings, sender, environment, trust
        self._connection: Connection | None = None
        self._joining = True  # whether the next letter is announced together with the text of the one before
        self.abandoned = False

    def send(self, letter: Ready, following: Ready | None, marks: Marks) -> Result:
        """Try a letter, and once more where the connection was lost before the server could have it."""
        following = following if self._joining else None
        for _ in range(2):
            try:
                return self._try(letter, following, marks)
            except LineLost as lost:
                self._drop()
                self._trust.lost()
                why = masked(str(lost), letter.recipient)
                if lost.may_have_left:
                    return Result(letter.letter_id, "unknown", f"{MAY_HAVE_LEFT}{why}")
                marks.stayed(letter.letter_id)
                if self.abandoned:
                    break
            except BaseException:
                self._drop()
                raise
        return Result(letter.letter_id, "deferred", why, at_once=True)

    def _try(self, letter: Ready, following: Ready | None, marks: Marks) -> Result:
        connection = self._connected()
        refusal = connection.announce(letter)
        if refusal is None:
            marks.attempted(letter.letter_id)
            reply = connection.hand_over(letter, following)
            if reply.code // 100 == 2:
                marks.accepted(letter.letter_id)
                self._trust.regained()
                return Result(letter.letter_id, "sent", masked(f"{reply.code} {reply.text}", letter.recipient))
            marks.stayed(letter.letter_id)
            refusal = Refusal("text", reply)
        return self._refused(letter, refusal)

    def _connected(self) -> Connection:
        now = time.monotonic()
        self._trust.run_ends = self._trust.run_ends or now + self._settings.run_seconds
        if now >= self._trust.run_ends:
            minutes = self._settings.run_seconds / 60
            raise RunStopped(f"Sending took longer than {minutes:g} minutes (run_seconds). The other letters wait.")
        if self._connection is None:
            self._connection = connect(self._settings, self._sender, self._environment, self._trust.run_ends)
        if self.abandoned:
            raise AskedToStop("The run was asked to stop at once.")
        return self._connection

    def _refused(self, letter: Ready, refusal: Refusal) -> Result:
        if refusal.reply.code in SIGN_IN:
            return self._shut_out(letter, refusal)
        state, is_closing = state_after(refusal), refusal.reply.code == CLOSING
        if is_closing:
            self._drop()
            self._trust.lost()
        else:
            self._trust.regained()
        return Result(letter.letter_id, state, detail(refusal, letter.recipient), at_once=is_closing)

    def _shut_out(self, letter: Ready, refusal: Refusal) -> Result:
        """A letter for which the server wants a sign-in. At MAIL it does not know yet whose it is: where it says so at
        once, it lets nobody in. Else the letter may be the only one (some servers pass on only what stays with them):
        it waits, so that it stops no other, and the next one tells."""
        words = detail(refusal, letter.recipient)
        if refusal.step == "MAIL" and not self._trust.lets_in:
            from jobs.mail.transports.smtp_sign_in import refused_sentence

            raise SignInRefused(refused_sentence(self._settings, words))
        self._trust.shut_out(words)
        return Result(letter.letter_id, "deferred", words)

    def _drop(self) -> None:
        """Leave a connection that is of no use. From now on each letter waits for the answer to the one before it:
        a server that hangs up on a letter announced early may take that answer with it."""
        if self._connection:
            self._connection.drop()
            self._connection, self._joining = None, False

    @property
    def over(self) -> bool:
        """Whether no further letter should be tried on this lane."""
        return self.abandoned or self._trust.spent

    def abandon(self) -> None:
        """Let whatever another thread does on this connection end now."""
        self.abandoned = True
        connection = self._connection
        if connection:
            connection.hang_up()

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
