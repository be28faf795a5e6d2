"""The words of a referral text: what is said around a source, what is short for what, how near two spellings are."""

from collections.abc import Iterable
from typing import NamedTuple

from jobs.clinic.slips import first_unlike, is_one_slip, small_slip
from jobs.clinic.source_names import name_key

_AROUND = frozenset(
    "a about ad ads an app booth by came com did find found friendly from had has heard her his i in looked me my of "
    "on our page per post rec recommendation recommended ref refer referal referals referd refered referral referrals "
    "referred review reviews saw search searched seen sent some the through thru told us via was we were www you "
    "your".split()
)
"""What people write around the name of a source: "found you on Google", "my friend", "a Yelp review"."""

_OF_A_FIRM = frozenset(("clinic", "co", "company"))

_SHORT: dict[str, str] = {
    "assn": "association", "assoc": "associates", "centre": "center", "chiro": "chiropractic", "cntr": "center",
    "ctr": "center", "dept": "department", "fam": "family", "healthcare": "health care", "hosp": "hospital",
    "ins": "insurance", "inst": "institute", "intl": "international", "med": "medicine", "medical": "medicine",
    "mt": "mount", "obgyn": "ob gyn", "ortho": "orthopedic", "orthopaedic": "orthopedic", "orthopaedics": "orthopedic",
    "orthopedics": "orthopedic", "peds": "pediatrics", "phys": "physical", "prac": "practice",
    "rehabilitation": "rehab", "saint": "st", "street": "st", "svc": "services", "svcs": "services",
    "univ": "university",
}  # fmt: skip

_OF_ANY_PLACE = frozenset(
    "and associates at center clinic co company corp corporation group gym hospital inc llc llp location ltd office pc "
    "race site".split()
)
"""Words that tell no place from another one: a hospital and its clinic in one town go by one name at a front desk."""

_IN_A_PHRASE: dict[str, str] = {"dr": "doctor", "pt": "patient"} | dict.fromkeys(_AROUND, "")
"""What a word stands for in a phrase where that is not the word itself."""

_TELLS_NOTHING = _OF_ANY_PLACE | _AROUND
_OF_A_PLACE: dict[str, tuple[str, ...]] = dict.fromkeys(_TELLS_NOTHING, ()) | {
    short: tuple(word for word in meant.split() if word not in _TELLS_NOTHING) for short, meant in _SHORT.items()
}
"""The words that a word stands for in the name of a place where that is not the word itself."""


class Wording(NamedTuple):
    """A text as it was typed, and its words: cut once, for all who ask about the text."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Wording":
        return cls(text, tuple(words_of(text)))


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation; `'s` is no part of a word."""
    if "'" in text or "\u2019" in text:
        text = text.replace("\u2019", "'").replace("'s ", " ").removesuffix("'s")
    return name_key(text).split()


def phrase_key(words: Iterable[str]) -> str:
    """What is left of a text without the words around it, written together: "Found you on Google!" is "google"."""
    kept = [meant for word in words if (meant := _IN_A_PHRASE.get(word, word))]
    if len(kept) > 1 and not _OF_A_FIRM.isdisjoint(kept):
        kept = [word for word in kept if word not in _OF_A_FIRM] or kept
    return "".join(kept)


def place_words(words: Iterable[str]) -> list[str]:
    """The words by which a practice is told from others: short forms written out, words of any place left out."""
    return [meant for word in words for meant in _OF_A_PLACE.get(word, (word,))]


class Spellings:
    """Known words that can be found by a spelling that is one slip away."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_rest: dict[str, list[str]] = {}
        self._shapes: set[tuple[str, int]] = set()  # the first letter and length that such a spelling has
        for word in words:
            for rest in _rests(word):
                self._by_rest.setdefault(rest, []).append(word)
            self._shapes.update((word[:1], len(word) + more) for more in (-1, 0, 1))

    def near(self, typed: str, shortest: int) -> list[str]:
        """The known words of at least so many letters that are one slip away from `typed`, which is none of them."""
        if len(typed) < shortest or (typed[:1], len(typed)) not in self._shapes:
            return []
        of_a_rest = [self._by_rest[rest] for rest in _rests(typed) if rest in self._by_rest]
        if not of_a_rest:
            return []
        return sorted(word for word in set().union(*of_a_rest) if is_near(typed, word, shortest))


def _rests(word: str) -> list[str]:
    """The word, and the word without one of its letters, never the first: two words one slip apart that begin with the
    same letter have one of these in common."""
    return [word, *[word[:place] + word[place + 1 :] for place in range(1, len(word))]]


def is_near(typed: str, meant: str, shortest: int) -> bool:
    """Whether two words of at least so many letters are one slip apart: a letter too much, too few or wrong, or two
    letters in the other order. The first letter is right, and the last one is no other: "walker" is not "walked"."""
    if min(len(typed), len(meant)) < shortest or typed[0] != meant[0]:
        return False
    another_ending = len(typed) == len(meant) and typed[:-1] == meant[:-1]
    return not another_ending and is_one_slip(typed, meant)


def is_mere_slip(typed: str, meant: str) -> bool:
    """Whether `typed` is `meant` with a slip that makes no other name of it: a small one, or an inner vowel left out.
    Another vowel, or a letter more at the end, may well be somebody else."""
    if len(typed) + 1 != len(meant):
        return small_slip(typed, meant)
    place = first_unlike(typed, meant)
    inner_vowel = 0 < place < len(typed) and meant[place] in "aeiou"
    return (inner_vowel and meant[place + 1 :] == typed[place:]) or small_slip(typed, meant)
