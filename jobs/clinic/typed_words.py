"""The words of a referral text: what is said around a source, what is short for what, how near two spellings are."""

from collections import defaultdict
from collections.abc import Iterable

from jobs.clinic.slips import slips_between, small_slip
from jobs.clinic.source_names import name_key

_AROUND = frozenset(
    "a about ad ads an app booth by came com did find found friendly from had has heard her his i in looked me my of "
    "on our page per post rec recommendation recommended ref refer referal referals referd refered referral referrals "
    "referred review reviews saw search searched seen sent some the through thru told us via was we were www you "
    "your".split()
)
"""What people write around the name of a source: "found you on Google", "my friend", "a Yelp review"."""

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


def words_of(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation; `'s` is no part of a word."""
    return name_key(text.replace("\u2019", "'").replace("'s ", " ").removesuffix("'s")).split()


def phrase_key(text: str) -> str:
    """What is left of a text without the words around it, written together: "Found you on Google!" is "google"."""
    words = ["doctor" if word == "dr" else "patient" if word == "pt" else word for word in words_of(text)]
    kept = [word for word in words if word not in _AROUND]
    if len(kept) > 1:
        kept = [word for word in kept if word not in ("clinic", "co", "company")] or kept
    return "".join(kept)


def written_together(text: str) -> str:
    """All words of a text as one: "walk in" and "walkin" are the same."""
    return "".join(words_of(text))


def place_words(text: str) -> list[str]:
    """The words by which a practice is told from others: short forms written out, words of any place left out."""
    written_out = " ".join(_SHORT.get(word, word) for word in words_of(text)).split()
    return [word for word in written_out if word not in _OF_ANY_PLACE and word not in _AROUND]


class Spellings:
    """Known words that can be found by a spelling that is one slip away: a letter too much, too few or wrong, or two
    letters in the other order. The first letter is right, and the last one is no other: "walker" is not "walked"."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_rest: defaultdict[str, set[str]] = defaultdict(set)
        for word in words:
            for rest in _rests(word):
                self._by_rest[rest].add(word)

    def near(self, typed: str, shortest: int) -> list[str]:
        """The known words of at least so many letters that are one slip away from `typed`, which is none of them."""
        if len(typed) < shortest:
            return []
        found: set[str] = set()
        for rest in _rests(typed) & self._by_rest.keys():
            found |= self._by_rest[rest]
        if not found:
            return []
        return sorted(
            word
            for word in found
            if word[0] == typed[0]
            and len(word) >= shortest
            and slips_between(typed, word, 1) == 1
            and not _another_ending(word, typed)
        )


def _another_ending(one: str, other: str) -> bool:
    return len(one) == len(other) and one[:-1] == other[:-1]


def _rests(word: str) -> set[str]:
    """The word, and the word without any one of its letters: two words one slip apart have one of these in common."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def is_mere_slip(typed: str, meant: str) -> bool:
    """Whether `typed` is `meant` with a slip that makes no other name of it: a small one, or an inner vowel left out.
    Another vowel, or a letter more at the end, may well be somebody else."""
    inner_vowels = (place for place in range(1, len(meant) - 1) if meant[place] in "aeiou")
    return small_slip(typed, meant) or any(meant[:place] + meant[place + 1 :] == typed for place in inner_vowels)
