"""Files are read and letters' templates looked at while the database library is still being loaded, the longest wait
of an ordinary run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from jobs.machine.apart import Apart
from jobs.runner.discover import ORDER
from jobs.runner.settings import Settings
from jobs.runner.tools import Early
from jobs.sending.early_letters import start_letters
from jobs.sources.child_process import ChildProcess
from jobs.sources.files import is_address
from jobs.sources.reading import BegunReading, start_reading, value_rules
from jobs.store.early_look import early_memories

_PULL, _SEND, _ = ORDER


@contextmanager
def started_early(
    home: Path, settings: Settings, now: datetime | None, names: Sequence[str], spare: list[ChildProcess] | None = None
) -> Iterator[Early]:
    """What the named jobs need, as far as it can be begun without the database; a `spare` child reads the first source
    that has anything new. What nobody took ends here."""
    readings: dict[str, BegunReading] = {}
    letters: Apart | None = None
    try:
        if _PULL in names:
            readings.update(_begin_readings(home, settings, now, spare or []))
        if [*names].count(_SEND) == 1:
            letters = start_letters(home, settings)
        yield Early(readings, letters)
    finally:
        for each in readings.values():
            each.reading.close()
        if letters:
            letters.end()


def _begin_readings(
    home: Path, settings: Settings, now: datetime | None, spare: list[ChildProcess]
) -> Iterator[tuple[str, BegunReading]]:
    """The readings of the sources that lie on this machine, by their names."""
    today = (now or datetime.now(UTC).astimezone(settings.clinic.tzinfo)).date()
    known = early_memories(settings.database_url, settings.clinic.id)
    for source in settings.sources if known is not None else ():
        if not is_address(source.path) and not source.google_name:
            memories = known.get(source.name, {}) if known else {}
            zone = settings.clinic.zone
            rules = value_rules(source, zone, today, settings.own_addresses)
            reading = start_reading(source, home, memories, today, zone, rules=rules, spare=spare)
            yield source.name, BegunReading(memories, today, reading)
