"""Mends slips of the finger: a word that nobody knows is read as the one known word that it was meant to be."""

from collections.abc import Callable

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


def small_slip(typed: str, meant: str) -> bool:
    """Whether two neighbouring letters changed places, or a double letter was typed once or a single one twice."""
    if len(typed) == len(meant):
        unlike = [place for place, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
        return (
            len(unlike) == 2
            and unlike[1] == unlike[0] + 1
            and typed[unlike[0]] + typed[unlike[1]] == meant[unlike[1]] + meant[unlike[0]]
        )
    longer, shorter = sorted((typed, meant), key=len, reverse=True)
    doubled = (place for place in range(1, len(longer)) if longer[place] == longer[place - 1])
    return any(longer[:place] + longer[place + 1 :] == shorter for place in doubled)


def slips_between(typed: str, meant: str, most: int) -> int:
    """The number of letters that are missing, added, wrong or changed places (optimal string alignment); 0: too many.

    A table of a few letters costs less here than bringing a library in: nearly every word is known.
    """
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for place, letter in enumerate(typed, 1):
        two_before, before, row = before, row, [place]
        for column, other in enumerate(meant, 1):
            cost = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (letter != other))
            if place > 1 and column > 1 and letter == meant[column - 2] and typed[place - 2] == other:
                cost = min(cost, two_before[column - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return 0
    return row[-1] if row[-1] <= most else 0
