"""A calendar, from a file or from its address, asked for only if it changed."""

from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from jobs.clinic.problems import TRIED_AGAIN
from jobs.sources.header_row import Unreadable

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_LOOK = "Check path: of this source in config/sources.yaml; calendars give their address under Settings, Share."


class Fetched(NamedTuple):
    """What an address gave; `data` is None where the calendar is the one that `tags` were given for."""

    data: bytes | None
    tags: tuple[str, str]  # ETag and Last-Modified


def fetch_calendar(address: str, tags: tuple[str, str], seconds: float, limit: int) -> Fetched:
    """Fetch a calendar. Raises Unreadable in words that do not repeat the address, which is often a secret."""
    if address.lower().startswith("webcal://"):
        address = "https://" + address[9:]
    _check_safe(address)
    headers = {"User-Agent": "clinic-jobs", "Accept": "text/calendar, */*;q=0.1"}
    headers |= {name: tag for name, tag in zip(("If-None-Match", "If-Modified-Since"), tags, strict=True) if tag}
    try:
        with urlopen(Request(address, headers=headers), timeout=seconds) as answer:
            _check_safe(answer.url)
            data = answer.read(limit + 1)
            is_cut = len(data) <= limit and bool(answer.length)  # bytes that were promised and did not come
            found = (answer.headers.get("ETag") or "", answer.headers.get("Last-Modified") or "")
    except HTTPError as error:
        if error.code == 304:
            return Fetched(None, tags)
        raise Unreadable(f"The calendar's server answered {error.code} ({error.reason}).", _LOOK) from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise Unreadable(f"The calendar's server cannot be reached: {reason}.", TRIED_AGAIN) from None
    if len(data) > limit:
        raise Unreadable(f"The calendar has more than {limit >> 20} MB.", "Share a calendar of appointments only.")
    if is_cut:
        raise Unreadable("The calendar's server hung up in the middle of its answer.", TRIED_AGAIN)
    if b"BEGIN:VCALENDAR" not in data[:4096].upper():
        raise Unreadable("What came from the address is no calendar.", _LOOK)
    return Fetched(data, found)


def _check_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise Unreadable("The calendar's address is not encrypted.", "Use the address that begins with https://.")
