"""Reading begins while the database library is still being loaded: an ordinary pull is over before the long wait."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from jobs.runner.settings import Settings
from jobs.sources.files import is_address
from jobs.sources.reading import BegunReading, start_reading, value_rules
from jobs.store.early_look import early_memories


@contextmanager
def begun_readings(
    home: Path, settings: Settings, now: datetime | None, wanted: bool
) -> Iterator[Mapping[str, BegunReading]]:
    """The readings of the sources that lie on this machine, by their names, if they are `wanted`. What nobody
    took ends here."""
    today = (now or datetime.now(UTC).astimezone(settings.clinic.tzinfo)).date()
    known = early_memories(settings.database_url, settings.clinic.id) if wanted else None
    begun: dict[str, BegunReading] = {}
    try:
        for source in settings.sources if known is not None else ():
            if not is_address(source.path) and not source.google_name:
                memories = known.get(source.name, {}) if known else {}
                zone = settings.clinic.zone
                reading = start_reading(source, home, memories, today, zone, rules=value_rules(source, zone))
                begun[source.name] = BegunReading(memories, today, reading)
        yield begun
    finally:
        for each in begun.values():
            each.reading.close()
