"""Mends slips of the finger: a word that nobody knows is read as the one known word that it was meant to be."""

from collections.abc import Callable

from jobs.clinic.slips import slips_between, small_slip

_LONG = 11  # from so many letters on, two slips are still one word
_INFLECTED = ("ing", "ed", "ly")  # leaving is no leaking: of such words only small slips are mended
_MIDDLE = 6  # from so many on, one; below, only two letters that changed places, or a double letter typed once


def mended(word: str, known: Callable[[str], list[str]], uses: Callable[[str], int]) -> str:
    """The known word that was meant, or "" where none is near or several are equally so.

    `known` gives the words that begin with a letter; `uses` says in how many spellings a word stands.
    """
    best: list[str] = []
    least = 3
    for candidate in known(word[0]):
        slips = _slips(word, candidate)
        if slips and slips <= least:
            best = [candidate] if slips < least else [*best, candidate]
            least = slips
    if len(best) > 1:
        most = max(map(uses, best))
        best = [candidate for candidate in best if uses(candidate) == most]
    return best[0] if len(best) == 1 else ""


def _slips(typed: str, meant: str) -> int:
    """How many slips lie between two words, 0 where there are none or too many."""
    if abs(len(typed) - len(meant)) > 2:
        return 0
    shorter = min(len(typed), len(meant))
    if shorter < _MIDDLE or (shorter < _LONG and typed.endswith(_INFLECTED)):
        return int(small_slip(typed, meant))
    return slips_between(typed, meant, 2 if shorter >= _LONG else 1)
