"""Which source counts where two of them have the same appointment."""

from collections.abc import Iterable

from jobs.clinic.reconcile import FROM_CALENDARS_ON
from jobs.sources.source import Source


def ranks_of(sources: Iterable[Source]) -> dict[str, int]:
    """Lower counts more: spreadsheets before calendars, and among them the order in config/sources.yaml."""
    return {
        source.name: place + (FROM_CALENDARS_ON if source.is_calendar else 0) for place, source in enumerate(sources)
    }
