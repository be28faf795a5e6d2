"""How many slips of the finger lie between two words, and which of them are small."""


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
