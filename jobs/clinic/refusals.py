"""Whether refusals are about the addresses, or whether a mail server refuses everybody.

In December 2020 Gmail answered "550 5.1.1 no such user" for addresses that were as good as ever; a relay that is set up
wrong, or a sender that is blocked, says the like of every patient. A few dead addresses among many are usual; more at
once tell of the server.
"""

from collections import deque
from collections.abc import Iterable
from typing import Literal

A_FEW = 5
"""So many refusals at once are still believed."""
LAST_ANSWERS = 25
"""Among so many answers a few refusals are usual: a fifth."""
BOUNCES_WITHIN_DAYS, LETTERS_WITHIN_DAYS = 1, 3

REFUSED_WITH_MANY = "refused together with too many others"
"""Why such a letter is held; while one is, no letter leaves."""

Answer = Literal["taken", "nobody", "refused"]
"""A letter was taken, refused for good because nobody is at the address, or refused for good for another reason."""


class Answers:
    """What a mail server answered, letter by letter, and whether it refuses too many.

    That is so when it refuses more than A_FEW letters for good one after another, whatever it says, or more than A_FEW
    of the LAST_ANSWERS because nobody is there. Once said it stays so.
    """

    def __init__(self, heard: Iterable[Answer] = ()) -> None:
        self._last = deque[Answer](maxlen=LAST_ANSWERS)
        self._in_a_row = 0
        self.too_many = ""  # what was seen, in words
        for answer in heard:
            self.hear(answer)

    @property
    def doubtful(self) -> bool:
        """Whether any of the last letters was refused."""
        return len(self._last) != self._last.count("taken")

    def hear(self, answer: Answer) -> None:
        """Hear the next answer."""
        self._last.append(answer)
        if answer == "taken":
            self._in_a_row = 0
            return
        self._in_a_row += 1
        nobody = self._last.count("nobody")
        if self._in_a_row > A_FEW:
            self.too_many = f"{self._in_a_row} letters one after another"
        elif nobody > A_FEW and not self.too_many:
            self.too_many = f"{nobody} of the last {len(self._last)} letters"


def too_many_bounced(addresses: int, letters: int) -> bool:
    """Whether so many addresses bounced within BOUNCES_WITHIN_DAYS, of the letters that left within
    LETTERS_WITHIN_DAYS, that a mail server is at fault rather than the addresses: more than A_FEW and a fifth."""
    return addresses > A_FEW and addresses * LAST_ANSWERS > letters * A_FEW
