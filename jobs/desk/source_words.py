"""What people said of sources of late, with who and when, as `status` and `problems` tell it."""

from datetime import datetime, timedelta

from jobs.clinic.follow_ups import utc_text
from jobs.runner.tools import Tools
from jobs.store.memory import Memory
from jobs.store.source_words import said_of_sources

TOLD_DAYS = 30


def said_in_words(tools: Tools, memory: Memory, everything: bool = False) -> list[str]:
    """A sentence for each word of the last TOLD_DAYS, or for each there ever was, oldest first."""
    since = "" if everything else utc_text(tools.now - timedelta(days=TOLD_DAYS))
    zone = tools.settings.clinic.tzinfo
    return [
        f"On {datetime.fromisoformat(said.at).astimezone(zone):%a %d %b %Y, %H:%M} {said.by} said of source "
        f'"{said.source}": {said.words}.'
        for said in said_of_sources(memory, since)
    ]
