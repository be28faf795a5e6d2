"""Many visits moved at once: by a clinic, as in a week that is closed, or by a file that is read as it is not meant."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

from jobs.clinic.identity import compare_names, folded_name

_FARTHEST = timedelta(days=31)  # so far a clinic moves visits that it moves together
_WEEK = timedelta(days=7)
_HALF_A_DAY = timedelta(hours=12)  # what an hour without its PM is off by

Moves = Collection[tuple[str, str]]
"""When visits were to begin, and when they are to begin now; UTC text."""
Name = tuple[str, str]
"""First name, last name."""


def slip_in(moves: Moves, zone: tzinfo) -> str:
    """What a file did to its visits that no clinic does, in words; "" where it is not plain."""
    clock = [(_on_the_wall(before, zone), _on_the_wall(now, zone)) for before, now in moves]
    if sum((before.day, before.month) == (now.month, now.day) for before, now in clock) * 2 > len(clock):
        return "as if day and month had changed places"
    if sum(abs(now - before) == _HALF_A_DAY for before, now in clock) * 2 > len(clock):
        return "by twelve hours, as if AM and PM were lost"
    befores, nows = ({pair[at] for pair in clock} for at in (0, 1))
    if len(nows - befores) <= max(1, len(clock) // 20):
        return "each to that of another one, as if a column had slipped"
    return ""


def moved_together(moves: Moves, standing: int, zone: tzinfo) -> bool:
    """Whether most of these visits moved by one and the same time, as where a provider's hours or a closed week do.

    `standing`: how many rows of the file are where they were. What is read in another zone or calendar moves them all.
    """
    if standing * 4 < len(moves):
        return False
    distances = Counter(_on_the_wall(now, zone) - _on_the_wall(before, zone) for before, now in moves)
    [(distance, count)] = distances.most_common(1)
    return count * 4 >= len(moves) * 3 and abs(distance) <= _FARTHEST


def moved_within_a_week(gone: Iterable[tuple[int, str]], brought: Iterable[tuple[int, str]]) -> int:
    """How many visits that are gone (the patient, when they were to begin) have a new one of their patient in their
    place: at most a week away, and not by twelve hours, for then AM and PM were lost."""
    befores, nows = _by_patient(gone), _by_patient(brought)
    count = 0
    for patient in befores.keys() & nows.keys():
        near = (
            (distance, before, now)
            for before, at in enumerate(befores[patient])
            for now, then in enumerate(nows[patient])
            if (distance := abs(then - at)) <= _WEEK and distance != _HALF_A_DAY
        )
        used: set[tuple[str, int]] = set()
        for _, before, now in sorted(near):
            if used.isdisjoint({("before", before), ("now", now)}):
                used |= {("before", before), ("now", now)}
                count += 1
    return count


def _by_patient(visits: Iterable[tuple[int, str]]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for patient, starts_at in visits:
        found.setdefault(patient, []).append(datetime.fromisoformat(starts_at))
    return found


def handed_around(changes: Mapping[int, tuple[Name, Name]], former: Iterable[Name]) -> set[int]:
    """Which names, before and now, are other ones, of which the first name now was another one's of the `former` names.

    A column of names that slipped by a row, or was sorted by itself, hands names around; what is only read better than
    before was nobody's name.
    """
    firsts = {folded_name(*name)[0] for name in former} - {""}
    return {
        whose
        for whose, (before, now) in changes.items()
        if (first := folded_name(*now)[0]) in firsts
        and first != folded_name(*before)[0]
        and compare_names(before, now) == "other"
    }


def _on_the_wall(moment: str, zone: tzinfo) -> datetime:
    """What the clinic's clock shows then: a visit that is moved across a clock change keeps its hour."""
    return datetime.fromisoformat(moment).astimezone(zone).replace(tzinfo=None)
