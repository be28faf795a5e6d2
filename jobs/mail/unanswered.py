"""A mail server, or a filter before it, that takes the text of each letter and answers none of them.

Each such letter may have left, so it is `unknown` and never sent again by itself: who goes on would lose them all. Once
a few are so one after another, over however many runs, one alone is tried now and then, until the text of one is
answered.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from jobs.clinic.follow_ups import pause_before
from jobs.mail.records import MAY_HAVE_LEFT, RunStopped

AT_TEXT = "text: "
"""Begins what a server said of a letter whose text it had."""
A_FEW = 3
"""From so many letters on, one after another, it is no accident."""
_LONGEST_PAUSE = 3  # the third of those that a letter has which is put off: an hour and a half


class Unanswered(RunStopped):
    """Letters were given to a mail server that did not answer them; a person must look at it, or at the letters."""


class Silence:
    """Which letters one after another may have left, with no answer to their text since. Hears of each letter."""

    def __init__(self, letters: Sequence[int] = (), last: str = "", at: str = "") -> None:
        """What earlier runs have left: these, what became of the `last` one, in words, and when it was (UTC text)."""
        self.letters, self._last, self._at = [*letters], last.removeprefix(MAY_HAVE_LEFT).strip(), at
        self._before = [*letters] if self.is_long else []  # earlier runs have told of them
        self._over: list[int] = []  # of them those that were the last before a text was answered

    @property
    def is_long(self) -> bool:
        """Whether it is no accident any more."""
        return len(self.letters) >= A_FEW

    @property
    def is_enough(self) -> bool:
        """Whether no other letter should be tried in this run."""
        return self.is_long and len(self.letters) > len(self._before)

    def hear(self, letter_id: int, state: str, detail: str) -> None:
        """What became of the next letter. What is said before its text tells nothing of the answer to a text."""
        if state == "unknown":
            self.letters.append(letter_id)
            self._last = detail.removeprefix(MAY_HAVE_LEFT).strip()
        elif state == "sent" or detail.startswith(AT_TEXT):
            self._over = self._before or self._over
            self._before, self.letters = [], []

    def lasts(self, now: datetime) -> bool:
        """Whether it is too early to try the next letter."""
        if not self.is_long or not self._at:
            return False
        pause = pause_before(min(len(self.letters) - A_FEW + 1, _LONGEST_PAUSE))
        return timedelta() <= now - datetime.fromisoformat(self._at) < pause

    @property
    def why(self) -> str:
        """The sentence with which a run fails, "" where it is well."""
        if self.is_long:
            return (
                f"The mail server gave no answer to the text of {len(self.letters)} letters one after another, at "
                f"last: {self._last} The letters wait; one alone is tried now and then until one is answered. Ask IT "
                f"to look at the mail server, and at a filter or firewall before it. Those {len(self.letters)} may "
                f"have left, and are not sent again by themselves. {_how_to_decide(self.letters)}"
            )
        if self._over:
            return (
                f"The mail server answers again, and the letters that waited leave. The {len(self._over)} letters "
                "to which it gave no answer may have left, and are not sent again by themselves. "
                f"{_how_to_decide(self._over)}"
            )
        return ""


def _how_to_decide(letters: Iterable[int]) -> str:
    """By their numbers: of others that may have left, which did is another question."""
    these = " ".join(map(str, sorted(letters)))
    return (
        f"`run_jobs.py outbox` lists them. Did they arrive, then `outbox mark-sent {these}`; if not, `outbox "
        f"send-again {these}`."
    )
