"""A calendar, from a file or from its address, asked for only if it changed."""

from http import HTTPStatus
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from jobs.clinic.problems import LOOK_AT_ADDRESS, TRIED_AGAIN, WITHOUT_PASSWORD
from jobs.machine.connections import line_words
from jobs.sources.header_row import Unreadable

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


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
        with build_opener(_SafeElsewhere).open(Request(address, headers=headers), timeout=seconds) as answer:
            data = answer.read(limit + 1)
            is_cut = len(data) <= limit and bool(answer.length)  # bytes that were promised and did not come
            found = (answer.headers.get("ETag") or "", answer.headers.get("Last-Modified") or "")
    except HTTPError as error:
        if error.code == 304:
            return Fetched(None, tags)
        raise _answered(error.code) from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise Unreadable(f"The calendar's server cannot be reached: {_why(error)}.", TRIED_AGAIN) from None
    if len(data) > limit:
        raise Unreadable(f"The calendar has more than {limit >> 20} MB.", "Share a calendar of appointments only.")
    if is_cut:
        raise Unreadable("The calendar's server hung up in the middle of its answer.", TRIED_AGAIN)
    if b"BEGIN:VCALENDAR" not in data[:4096].upper():
        raise Unreadable("What came from the address is no calendar.", LOOK_AT_ADDRESS)
    return Fetched(data, found)


def _check_safe(address: str) -> None:
    if not _is_encrypted(address):
        raise Unreadable("The calendar's address is not encrypted.", "Use the address that begins with https://.")
    if "@" in urlsplit(address).netloc:
        raise Unreadable("A name and a password in the calendar's address cannot be used.", WITHOUT_PASSWORD)


def _is_encrypted(address: str) -> bool:
    """Whether nobody can listen on the way there; within this machine nobody can."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)


class _SafeElsewhere(HTTPRedirectHandler):
    """Goes where the calendar's server sends us, and asks nothing there that others could listen to."""

    def redirect_request(self, *told: Any) -> Request | None:
        """The request for the new address, which is the last that is told. Raises Unreadable."""
        if not _is_encrypted(told[-1]):
            what = "The calendar's server sends us to an address that is not encrypted."
            raise Unreadable(what, LOOK_AT_ADDRESS)
        _check_safe(told[-1])
        return super().redirect_request(*told)


def _why(error: Exception) -> str:
    """What kept us from the server, in words that hold no address."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, str):
        return cause
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if getattr(cause, "verify_message", "") and isinstance(cause, OSError):
        return f"its certificate cannot be trusted ({line_words(cause)})"
    return line_words(cause) if isinstance(cause, OSError) else type(cause).__name__


def _answered(code: int) -> Unreadable:
    """What a server says that gives no calendar, in our words: its own may repeat the address."""
    phrase = next((f" ({status.phrase})" for status in HTTPStatus if status == code), "")
    if 300 <= code < 400:
        return Unreadable(f"The calendar's server sends us elsewhere and gives nothing ({code}).", LOOK_AT_ADDRESS)
    what = f"The calendar's server answered {code}{phrase}."
    return Unreadable(what, TRIED_AGAIN if code == HTTPStatus.TOO_MANY_REQUESTS or code >= 500 else LOOK_AT_ADDRESS)
