"""Begins to read what the clinic named as its sources."""

from datetime import date
from typing import TYPE_CHECKING

from jobs.runner.tools import Tools
from jobs.sources.reading import Reading, start_reading, value_rules
from jobs.sources.source import Source

if TYPE_CHECKING:
    from jobs.sources.google_reading import GoogleReading


def begin_reading(tools: Tools, source: Source, memories: dict[str, bytes], today: date) -> "Reading | GoogleReading":
    """The files of a source as they come; the reading that began early, unless a pull or midnight came between."""
    begun = tools.early.readings.get(source.name) if tools.early else None
    if begun and (begun.memories, begun.today) == (memories, today):
        return begun.reading
    zone = tools.settings.clinic.zone
    rules = value_rules(source, zone, today, tools.settings.own_addresses)
    if source.google_name:
        from jobs.sources.google_reading import GoogleReading

        return GoogleReading(source, tools.settings.google, tools.state_dir, memories, today, zone, rules)
    return start_reading(source, tools.home, memories, today, zone, rules=rules)
