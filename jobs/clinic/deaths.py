"""Patients who have died, by what a part of a file says of them: noted, and said in all rows of theirs there.

Whether they came later may stand in another part, or be known of old: once all rows are kept, `store/deaths.py` asks.

Loaded only where a name or a status may say so.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from jobs.clinic.cells import Doubt
from jobs.clinic.columns import Columns
from jobs.clinic.episodes import KEPT
from jobs.clinic.problems import DIED_BY_NAME, DIED_BY_STATUS
from jobs.clinic.statuses import squash, tells_of_death

_DIED_BY_STATUS = Doubt(
    "",
    DIED_BY_STATUS,
    "If that is wrong, correct it in the practice system, export again, then run: "
    "python run_jobs.py allow ADDRESS --alive --reason TEXT.",
)
_ALIVE_AFTER = timedelta(days=60)
"""Who comes so long after a visit that was called off for a death is alive, and mourned somebody. Not sooner: practice
systems complete what nobody called off."""


def mourned(called_off: str, last_seen: str) -> bool:
    """Whether who was last seen on a day came too long after a visit was called off for a death to have died."""
    return bool(last_seen) and date.fromisoformat(called_off) + _ALIVE_AFTER <= date.fromisoformat(last_seen)


def died(columns: Columns, values: Mapping[str, list[str]], own: Collection[str]) -> list[str]:
    """Of patients whose name or status says in any row that they have died, in all of their rows: "yes", or where
    only statuses say so the day of the last such visit. Each such status is noted; of the clinic's `own` spellings only
    those that it calls deceased."""
    keys, days = values["patient_key"], values["starts_on"]
    named = {problem.row for problem in columns.problems if problem.what == DIED_BY_NAME}
    dead = {key: "yes" for row, key in zip(columns.table.rows, keys, strict=True) if row in named}
    seen = _last_seen(values)
    typed = columns.texts("status")
    for place in _telling(typed, values["status"], own):
        key, day = keys[place], days[place]
        if not (day and mourned(day, seen.get(key, ""))):
            dead[key] = max(dead.get(key, ""), day or "yes")  # a day stands before "yes"
            columns.note(place, "status", typed[place], _DIED_BY_STATUS)
    return [dead.get(key, "") if key else "" for key in keys]


def _telling(typed: list[str], statuses: list[str], own: Collection[str]) -> list[int]:
    """The places of the rows whose status tells of a death."""
    theirs = set(map(squash, own))
    telling = {text for text in set(typed) if squash(text) not in theirs and tells_of_death(text)}
    rows = zip(typed, statuses, strict=True)
    return [place for place, (text, status) in enumerate(rows) if status == "deceased" or text in telling]


def _last_seen(values: Mapping[str, list[str]]) -> dict[str, str]:
    """The day of each patient's last visit that was kept."""
    found: dict[str, str] = {}
    for key, day, status in zip(values["patient_key"], values["starts_on"], values["status"], strict=True):
        if status in KEPT and day > found.get(key, ""):
            found[key] = day
    return found
