"""A calendar by its address: encrypted only, asked whether it changed, and its address told to nobody."""

import socket
import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hand_written_clinic import Clinic
from made_files import Found, read_one

from jobs.runner.run import FINE
from jobs.sources.calendar_file import fetch_calendar
from jobs.sources.header_row import Unreadable
from jobs.sources.source import Limits, Source

CERTIFICATE = Path(__file__).resolve().parents[1] / "mail" / "loopback_certificate.pem"
SLOTS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
UID:one\r
DTSTART:20260304T170000Z\r
DTEND:20260304T174500Z\r
SUMMARY:Pilates - MIRA Q (back)\r
END:VEVENT\r
END:VCALENDAR\r
"""
SECRET = "private-5b1c"


class Shared(ThreadingHTTPServer):
    """A calendar's server on the loopback address; `asked` holds the headers of each request."""

    def __init__(self, encrypted: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.data, self.status, self.asked, self.leads_to = SLOTS, 200, [], ""
        self.promised, self.etag = 0, '"first"'
        self.encrypted = encrypted
        if encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def address(self) -> str:
        return f"{'https' if self.encrypted else 'http'}://localhost:{self.server_address[1]}/{SECRET}/basic.ics"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us hangs up: no word of it among the tests."""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server: Shared = self.server  # type: ignore[assignment]
        server.asked.append(dict(self.headers))
        known = self.headers["If-None-Match"] == server.etag
        self.send_response(304 if known and server.status == 200 else server.status)
        if server.leads_to:
            self.send_header("Location", server.leads_to)
        self.send_header("ETag", server.etag)
        self.send_header("Content-Length", "0" if known else str(server.promised or len(server.data)))
        self.end_headers()
        if not known:
            self.wfile.write(server.data)

    def log_message(self, format: str, *words: object) -> None:
        """Nothing is printed among the tests."""


@pytest.fixture
def shared() -> Iterator[Shared]:
    yield from _serving(Shared())


@pytest.fixture
def plain() -> Iterator[Shared]:
    yield from _serving(Shared(encrypted=False))


def _serving(server: Shared) -> Iterator[Shared]:
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback server's certificate is one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def fetch(address: str, memory: bytes = b"", limits: Limits | None = None) -> Found:
    memories = {"https://localhost/…": memory} if memory else {}
    found = read_one(Path("/"), Source("slots", address), memories, limits or Limits(fetch_seconds=20))
    assert SECRET not in f"{found.path} {found.problem}"
    return found


@pytest.mark.usefixtures("trusted")
def test_a_calendar_is_read_from_its_address(shared: Shared) -> None:
    found = fetch(shared.address)
    assert (found.path, found.outcome, found.problem) == ("https://localhost/…", "read", None)
    assert found.columns["start"] == ["2026-03-04T17:00:00Z"]


@pytest.mark.usefixtures("trusted")
def test_the_address_that_a_calendar_program_shows_is_taken_too(shared: Shared) -> None:
    assert fetch(shared.address.replace("https://", "webcal://")).outcome == "read"


@pytest.mark.usefixtures("trusted")
def test_it_is_asked_only_whether_it_changed(shared: Shared) -> None:
    first = fetch(shared.address)
    again = fetch(shared.address, first.memory)
    third = fetch(shared.address, again.memory)
    assert (again.outcome, again.rows, again.memory, third.outcome) == ("unchanged", [], first.memory, "unchanged")
    assert [asked.get("If-None-Match") for asked in shared.asked] == [None, '"first"', '"first"']


@pytest.mark.parametrize("etag", ['"first"', '"another"'])
def test_a_calendar_last_changed_when_its_entries_did_and_not_when_it_was_asked_for(
    clinic: Clinic, plain: Shared, etag: str
) -> None:
    clinic.read_from(f"{{name: studio, path: {plain.address}}}")
    assert clinic.pull("2026-03-03 07:00").code == FINE
    plain.etag = etag
    for hour in ("08", "09"):
        assert clinic.pull(f"2026-03-03 {hour}:00").counts["files unchanged"] == 1
    assert clinic.ask("SELECT read_at, data_at FROM source_files") == [("2026-03-03T15:00:00Z", "2026-03-03T17:00:00Z")]


def test_a_calendar_that_is_asked_for_whole_on_a_new_day_and_says_the_same_has_not_changed(
    clinic: Clinic, plain: Shared
) -> None:
    clinic.read_from(f"{{name: studio, path: {plain.address}}}")
    assert clinic.pull("2026-03-03 07:00").code == FINE
    assert clinic.pull("2026-03-04 07:00").counts["files read"] == 1
    assert clinic.ask("SELECT read_at, data_at FROM source_files") == [("2026-03-03T15:00:00Z", "2026-03-04T15:00:00Z")]
    plain.data = SLOTS.replace(b"0304T", b"0305T")
    assert clinic.pull("2026-03-05 07:00").code == FINE
    assert clinic.ask("SELECT read_at FROM source_files") == ["2026-03-05T15:00:00Z"]


def test_an_answer_that_breaks_off_before_its_promised_end_is_not_read(plain: Shared) -> None:
    plain.promised = len(SLOTS) + 100
    found = fetch(plain.address)
    assert (found.outcome, found.rows, found.memory) == ("refused", [], b"")
    assert found.said() == "The calendar's server hung up in the middle of its answer. It is tried again next time."


@pytest.mark.parametrize("end", ["END:VCALENDAR", "END:VEVENT"])
def test_of_a_calendar_without_its_end_nothing_is_called_gone_and_it_is_asked_for_whole_again(
    plain: Shared, end: str
) -> None:
    second = SLOTS[SLOTS.index(b"BEGIN:VEVENT") :].replace(b"UID:one", b"UID:two").replace(b"0304", b"0305")
    plain.data = SLOTS[: SLOTS.index(b"END:VCALENDAR")] + second
    first = fetch(plain.address)
    plain.data, plain.etag = SLOTS[: SLOTS.index(end.encode())] + b"", '"cut"'
    if end == "END:VEVENT":
        plain.data = SLOTS[: SLOTS.index(b"END:VCALENDAR")] + second[:40]
    cut = fetch(plain.address, first.memory)
    assert (cut.outcome, cut.gone, "The calendar breaks off " in cut.said()) == ("read", frozenset(), True)
    plain.data, plain.etag = SLOTS, '"whole"'
    whole = fetch(plain.address, cut.memory)
    assert (whole.outcome, whole.problem, len(whole.gone)) == ("read", None, 1)
    assert plain.asked[-1].get("If-None-Match") is None


def test_a_server_whose_certificate_nobody_vouches_for_is_not_read(shared: Shared) -> None:
    found = fetch(shared.address)
    assert (found.outcome, found.rows, shared.asked) == ("refused", [], [])
    assert found.said() == (
        "The calendar's server cannot be reached: its certificate cannot be trusted (self-signed certificate). It is "
        "tried again next time."
    )


def test_an_address_that_is_not_encrypted_is_not_asked(tmp_path: Path) -> None:
    found = read_one(tmp_path, Source("slots", f"http://calendars.lakeside.example/{SECRET}/basic.ics"))
    assert (found.path, found.outcome) == ("https://calendars.lakeside.example/…", "refused")
    assert found.said() == "The calendar's address is not encrypted. Use the address that begins with https://."


def test_a_name_and_a_password_in_an_address_are_refused_in_words_that_hold_neither(clinic: Clinic) -> None:
    clinic.read_from("{name: studio, path: 'https://jo:s3cret@calendars.lakeside.example/a@b.ics'}")
    said = (
        "A name and a password in the calendar's address cannot be used. Take the secret address that calendars give "
        "under Settings, Share; it has no name and password."
    )
    failed = clinic.pull("2026-03-03 07:00").outcome.failed
    assert failed == f"Nothing was read from https://calendars.lakeside.example/… (studio): {said}"
    told = clinic.command("check")
    line = (clinic.home / "config" / "sources.yaml").read_text().partition("name: studio")[0].count("\n") + 1
    assert (told.exit_code, told.output.replace("\n", " ")) == (
        3,
        f"config/sources.yaml, line {line}: Source studio: a{said[1:]} 1 fault. Nothing was sent or changed. ",
    )


def test_a_run_says_itself_what_a_calendars_server_answered(clinic: Clinic, plain: Shared) -> None:
    clinic.read_from(f"{{name: studio, path: {plain.address}}}")
    plain.status = 404
    assert clinic.pull("2026-03-03 07:00").outcome.failed == (
        "Nothing was read from https://localhost/… (studio): The calendar's server answered 404 (Not Found). Check "
        "path: of this source in config/sources.yaml; calendars give their address under Settings, Share."
    )


def test_on_this_very_machine_no_encryption_is_needed(plain: Shared) -> None:
    assert fetch(plain.address).outcome == "read"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("to", [f"http://calendars.lakeside.example/{SECRET}.ics", "file:///etc/hostname"])
def test_an_address_that_leads_elsewhere_unencrypted_is_not_followed(shared: Shared, to: str) -> None:
    shared.status, shared.leads_to = 302, to
    found = fetch(shared.address)
    assert (found.outcome, found.rows, SECRET in found.said()) == ("refused", [], False)


def test_no_secret_travels_unencrypted_to_where_a_server_sends_us(
    plain: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one server of this test by two names, the second of which counts as another machine's."""
    monkeypatch.setattr("jobs.sources.calendar_file._THIS_MACHINE", ("localhost",))
    plain.status, plain.leads_to = 302, plain.address.replace("localhost", "127.0.0.1")
    with pytest.raises(Unreadable) as told:
        fetch_calendar(plain.address, ("", ""), 20, 1 << 20)
    assert told.value.what == "The calendar's server sends us to an address that is not encrypted."
    assert len(plain.asked) == 1


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("status", "data", "said"),
    [
        (404, b"", "The calendar's server answered 404 (Not Found)."),
        (500, b"", "The calendar's server answered 500 (Internal Server Error)."),
        (302, b"", "The calendar's server sends us elsewhere and gives nothing (302)."),
        (200, b"<html>Please sign in</html>", "What came from the address is no calendar."),
        (200, b"", "What came from the address is no calendar."),
    ],
)
def test_what_is_no_calendar_is_said_in_one_sentence(shared: Shared, status: int, data: bytes, said: str) -> None:
    shared.status, shared.data = status, data
    found = fetch(shared.address)
    assert (found.outcome, found.problem and found.problem.what) == ("refused", said)


@pytest.mark.usefixtures("trusted")
def test_a_calendar_that_is_far_too_large_is_not_read(shared: Shared) -> None:
    shared.data = SLOTS + b"X" * (2 << 20)
    found = fetch(shared.address, limits=Limits(file_bytes=1 << 20, fetch_seconds=20))
    assert (found.outcome, found.problem and found.problem.what) == ("refused", "The calendar has more than 1 MB.")


def test_a_server_that_is_not_there_is_said_in_one_sentence() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        found = fetch(f"https://localhost:{nobody.getsockname()[1]}/{SECRET}/basic.ics")
    assert (found.outcome, found.said().startswith("The calendar's server cannot be reached: ")) == ("refused", True)
