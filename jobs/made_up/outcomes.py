"""What became of appointments, dealt from a deck so that the shares are right even in a small practice."""

from random import Random

COMPLETED = "Completed"
NO_SHOW = "No Show"
CANCELLED = "Cancelled"
LATE_CANCEL = "Late Cancel"
RESCHEDULED = "Rescheduled"
SCHEDULED = "Scheduled"

_PAST = {COMPLETED: 75, NO_SHOW: 10, CANCELLED: 7, LATE_CANCEL: 4, RESCHEDULED: 4}
_COMING = {SCHEDULED: 94, CANCELLED: 4, RESCHEDULED: 2}


class Deck:
    """A shuffled deck of outcomes that is dealt to its end before it is shuffled again."""

    def __init__(self, random: Random, cards: dict[str, int]) -> None:
        self._random = random
        self._cards = [card for card, count in cards.items() for _ in range(count)]
        self._left: list[str] = []

    def deal(self) -> str:
        if not self._left:
            self._left = self._random.sample(self._cards, len(self._cards))
        return self._left.pop()


class Decks:
    """One deck for the days that are over, one for those to come."""

    def __init__(self, random: Random) -> None:
        self.past = Deck(random, _PAST)
        self.coming = Deck(random, _COMING)

    def deal(self, is_over: bool) -> str:
        return self.past.deal() if is_over else self.coming.deal()
