"""Time zones by the names that exports and calendars give them."""

import re
from zoneinfo import ZoneInfo

from jobs.clinic.patterns import pattern

_US_ZONES = {
    "eastern": "America/New_York",
    "central": "America/Chicago",
    "mountain": "America/Denver",
    "pacific": "America/Los_Angeles",
}
_US_ZONE = pattern(
    r"(?:\([^)]*\)\s*)?(eastern|central|mountain|pacific)(?: standard| daylight)? time\b.*", re.IGNORECASE
)
_US_SHORT = pattern(r"([ECMP])[SD]?T", re.IGNORECASE)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name or of the usual names of the four zones of the mainland US; None where unknown."""
    written = _US_ZONE.fullmatch(name)
    short = _US_SHORT.fullmatch(name)
    if written:
        name = _US_ZONES[written[1].lower()]
    elif short:
        name = next(zone for word, zone in _US_ZONES.items() if word[0] == short[1].lower())
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None
