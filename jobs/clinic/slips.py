"""How many slips of the finger lie between two words, and which of them are small."""


def first_unlike(one: str, other: str) -> int:
    """The place of the first letter in which two words differ, the length of the shorter one where there is none."""
    for place, (letter, its_other) in enumerate(zip(one, other, strict=False)):
        if letter != its_other:
            return place
    return min(len(one), len(other))


def small_slip(typed: str, meant: str) -> bool:
    """Whether two neighbouring letters changed places, or a double letter was typed once or a single one twice."""
    place = first_unlike(typed, meant)
    if len(typed) == len(meant):
        return typed != meant and _changed_places(typed, meant, place)
    shorter, longer = (typed, meant) if len(typed) < len(meant) else (meant, typed)
    doubled = place > 0 and longer[place] == longer[place - 1]
    return doubled and longer[place + 1 :] == shorter[place:]


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, added or wrong, or two neighbouring letters changed places."""
    place = first_unlike(typed, meant)
    if len(typed) == len(meant):
        wrong = typed[place + 1 :] == meant[place + 1 :]
        return typed != meant and (wrong or _changed_places(typed, meant, place))
    shorter, longer = (typed, meant) if len(typed) < len(meant) else (meant, typed)
    return longer[place + 1 :] == shorter[place:]


def _changed_places(typed: str, meant: str, place: int) -> bool:
    """Whether only the letter at a place and the next one stand in the other order."""
    return typed[place : place + 2] == meant[place : place + 2][::-1] and typed[place + 2 :] == meant[place + 2 :]


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
