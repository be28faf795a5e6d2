"""Fetches pages of the clinic's blog: politely, within bounds, and never from inside the network unless it may.

Every address, also one that a page redirects to, is resolved once and connected to as resolved, so that a name cannot
point to the inside the moment after it was checked.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

MOST_BYTES = 3_000_000
_SECONDS, _SECONDS_OF_ALL = 10.0, 300.0  # for one page, for all of a run
_REDIRECTS = 5
_AGENT = "clinic-jobs"


class NotFetched(Exception):
    """A page that could not be had; the text says why, and `gone` whether it will not come back."""

    def __init__(self, why: str, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


class Fetched(NamedTuple):
    """What an address gave."""

    address: str  # where it was in the end
    content: bytes
    kind: str  # its media type, in small letters
    charset: str
    etag: str
    last_modified: str
    unchanged: bool  # the server says that it is as it was
    for_good: bool  # every redirect on the way was a lasting one


class Web:
    """One run's way to the blog. `own_network` lets it go to addresses within the clinic's network."""

    def __init__(
        self,
        own_network: bool = False,
        pause_seconds: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own_network, self._pause, self._sleep, self._clock = own_network, pause_seconds, sleep, clock
        self._ends = clock() + _SECONDS_OF_ALL
        self._asked_at: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser] = {}

    def fetch(self, address: str, etag: str = "", last_modified: str = "") -> Fetched:
        """The page of an address; where it is as it was then, its content is empty. Raises NotFetched."""
        headers = {"If-None-Match": etag} if etag else {}
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        for_good = True
        for _ in range(_REDIRECTS + 1):
            parts = _parts(address)
            if not self._may(parts):
                raise NotFetched("its robots.txt asks programs not to read it")
            response, content = self._ask(parts, headers)
            if response.status not in (301, 302, 303, 307, 308):
                return self._read(address, response, content, for_good)
            for_good = for_good and response.status in (301, 308)
            address = urljoin(address, response.headers.get("Location", ""))
        raise NotFetched(f"it redirects more than {_REDIRECTS} times", gone=True)

    def _read(self, address: str, response: http.client.HTTPResponse, content: bytes, for_good: bool) -> Fetched:
        status = response.status
        if status in (404, 410):
            raise NotFetched(f"its page is gone ({status})", gone=True)
        if status not in (200, 304):
            raise NotFetched(f"its server answered {status}")
        headers = response.headers
        return Fetched(
            address,
            content,
            headers.get_content_type(),
            headers.get_content_charset("") or "",
            headers.get("ETag", ""),
            headers.get("Last-Modified", ""),
            status == 304,
            for_good,
        )

    def _may(self, parts: SplitResult) -> bool:
        """Whether the site's robots.txt lets a program read this address; where there is none, it does (RFC 9309)."""
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            rules = RobotFileParser()
            try:
                response, content = self._ask(urlsplit(f"{site}/robots.txt"), {})
                lines = content.decode("utf-8", "replace").splitlines() if response.status == 200 else []
            except NotFetched:
                lines = []
            rules.parse(lines)
            self._robots[site] = rules
        return self._robots[site].can_fetch(_AGENT, parts.geturl())

    def _ask(self, parts: SplitResult, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        """One request; the pause before it is what a polite reader leaves."""
        host = parts.netloc
        since = self._clock() - self._asked_at.get(host, -1e9)
        if since < self._pause:
            self._sleep(self._pause - since)
        now = self._asked_at[host] = self._clock()
        if self._ends <= now:
            raise NotFetched("there was no time left for it")
        ends = min(now + _SECONDS, self._ends)
        connection = self._connection(parts)
        late = threading.Timer(ends - self._clock(), _hang_up, [connection.sock])  # a server may send drop by drop
        late.daemon = True
        late.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"User-Agent": _AGENT, "Accept": "*/*", **headers})
            response = connection.getresponse()
            return response, self._content(response, ends)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotFetched(f"its server did not answer as it should ({type(error).__name__})") from None
        finally:
            late.cancel()
            connection.close()

    def _content(self, response: http.client.HTTPResponse, ends: float) -> bytes:
        """The body, within the bounds of time and size."""
        content = b""
        while part := response.read1(65_536):
            content += part
            if len(content) > MOST_BYTES:
                raise NotFetched(f"it is larger than {MOST_BYTES // 1_000_000} MB")
        if self._clock() >= ends or response.length:
            raise NotFetched("it broke off or took too long")
        return content

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = self._resolved(host, port)
        sock = None
        for family, kind, protocol, place in found:
            try:
                sock = socket.socket(family, kind, protocol)
                sock.settimeout(_SECONDS)
                sock.connect(place)
                break
            except OSError:
                if sock:
                    sock.close()
                sock = None
        if sock is None:
            raise NotFetched("its server cannot be reached")
        connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        if parts.scheme == "https":
            try:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
            except (OSError, ValueError):
                sock.close()
                raise NotFetched("its certificate is not valid") from None
        connection.sock = sock
        return connection

    def _resolved(self, host: str, port: int) -> list[tuple[int, int, int, tuple[str, int]]]:
        """Where a name is. Raises NotFetched where that is within the network and the run may not go there."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotFetched("its server has no address") from None
        for *_, place in found:
            if not self._own_network and not _is_outside(str(place[0])):
                raise NotFetched("its address is within a private network, where this program does not go")
        return [(family, kind, protocol, place) for family, kind, protocol, _, place in found]  # type: ignore[misc]


def _is_outside(number: str) -> bool:
    """Whether an IP address is one of the open internet."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _parts(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        usable = None
    if not usable:
        raise NotFetched("it is no web address")
    if parts.username or parts.password:
        raise NotFetched("its address holds a password")
    return parts
