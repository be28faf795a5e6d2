"""The page behind the stop link of a letter, and what a mail program calls when its user presses "unsubscribe".

RFC 8058: a POST that says List-Unsubscribe=One-Click takes effect at once. Looking at the page changes nothing, since
programs that guard mailboxes open every link. Who may stop what is told by the sealed token in the link alone.
"""

import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from functools import partial
from html import escape
from http import HTTPStatus
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import click

from jobs.clinic.answers import Ending, wished
from jobs.clinic.follow_ups import utc_text
from jobs.mail.message import StopToken, address_mark, read_token
from jobs.mail.stop_secret import SecretDamaged, secret_in, stop_secret
from jobs.runner.log import open_log
from jobs.runner.settings import Settings

if TYPE_CHECKING:
    from jobs.store.memory import Store

Environment = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]
_REASON, _SOURCE = "asked by the stop link for no more", "stop page"
_LARGEST = 10_000  # bytes that a POST may say
_LONGEST_SILENCE = 20.0  # seconds, of whoever calls
_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),  # the address holds the token
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
]
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{clinic}</title><style>body{{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:3em auto;padding:0 1em}}
button{{font:inherit;padding:.5em 1em}}</style></head><body><h1>{clinic}</h1><p>{words}</p>{form}</body></html>
"""
_FORM = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Stop these e-mails</button></form>"
)
_ASKED = {
    "news": "Do you want no more news from us? Letters about your own visits go on.",
    "all": "Do you want no more e-mails from us? Reminders of your visits stop too.",
}
_DONE = {
    "news": "Done. You get no more news from us. Letters about your own visits go on.",
    "all": "Done. You get no more e-mails from us.",
}


def application(home: Path | str) -> Application:
    """The page of the clinic in this folder, for any server that speaks WSGI."""
    from jobs.runner.settings_loading import load_settings

    return StopPage(load_settings(Path(home)))


class StopPage:
    """Answers one request after the other, or several at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = open_log(settings.state_dir)  # it makes the folder
        self._secret = stop_secret(settings.state_dir, self._kept_secret)

    def _kept_secret(self, offered: bytes, *, is_new: bool) -> bytes:
        from jobs.store.kept_secret import kept_secret

        with self._store() as store:
            return kept_secret(store, offered, is_new=is_new)

    @contextmanager
    def _store(self) -> "Iterator[Store]":
        """The clinic's memory as it stands now: a backup may have been put back since the last click."""
        from jobs.store.memory import open_store

        store = open_store(self._settings.database_url, self._settings.clinic.id, self._settings.state_dir)
        try:
            yield store
        finally:
            store.close()

    def __call__(self, environment: Environment, start_response: StartResponse) -> list[bytes]:
        status, words, form = self._answer(environment)
        clinic = escape(self._settings.clinic.name)
        body = _PAGE.format(clinic=clinic, words=escape(words), form=form).encode()
        allow = [("Allow", "GET, HEAD, POST")] if status is HTTPStatus.METHOD_NOT_ALLOWED else []
        head = [*_HEADERS, *allow, ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", head)
        return [] if environment["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environment: Environment) -> tuple[HTTPStatus, str, str]:
        """Status, words and form."""
        method = environment["REQUEST_METHOD"]
        if method not in ("GET", "HEAD", "POST"):
            return HTTPStatus.METHOD_NOT_ALLOWED, "Open this page with a browser.", ""
        (token,) = parse_qs(environment.get("QUERY_STRING", "")).get("t", [""])[:1]
        read = self._read(token)
        if not self._secret:
            return *self._failed("the secret of the stop links is gone"), ""
        if read is None or read.clinic_id != self._settings.clinic.id:
            return HTTPStatus.NOT_FOUND, f"This link is not whole. {self._write_to_us()}", ""
        if method != "POST":
            return HTTPStatus.OK, _ASKED[wished(read.category)], _FORM
        if not _says_one_click(environment):
            return HTTPStatus.BAD_REQUEST, "Nothing was changed. Press the button to stop these e-mails.", _FORM
        return *self._stop(read), ""

    def _read(self, token: str) -> StopToken | None:
        """What a token says. Where it does not fit, the state folder may be another one since the page was started."""
        if read := read_token(self._secret, token):
            return read
        with suppress(SecretDamaged, OSError):
            self._secret = secret_in(self._settings.state_dir)
        return read_token(self._secret, token) if self._secret else None

    def _failed(self, why: str, letter_id: int = 0) -> tuple[HTTPStatus, str]:
        self._log.error("the stop page failed", extra={"facts": {"letter": letter_id, "why": why}})
        return HTTPStatus.SERVICE_UNAVAILABLE, f"That did not work just now. Try again later. {self._write_to_us()}"

    def _stop(self, token: StopToken) -> tuple[HTTPStatus, str]:
        try:
            known, new = self._record(token)
        except Exception as error:
            return self._failed(type(error).__name__, token.letter_id)
        self._log.info("stop page", extra={"facts": {"letter": token.letter_id, "known": known, "new": new}})
        return HTTPStatus.OK, _DONE[wished(token.category)]

    def _record(self, token: StopToken) -> tuple[bool, bool]:
        """Whether the letter is known, and whether the wish is new. Of a letter that is not, it is kept: after a backup
        was put back, the next pull tells whose it is."""
        from jobs.store.decisions import NotPossible, decide_letter
        from jobs.store.late_wishes import Wish, keep_wish
        from jobs.store.mailbox_messages import meant_by_tokens
        from jobs.store.stops import stop_once

        at = utc_text(datetime.now(UTC))
        with self._store() as store, store.begin() as memory:
            name = token.letter_id, token.address_mark
            found = meant_by_tokens(memory, [name], partial(address_mark, self._secret)).get(name)
            if found is None:
                return False, keep_wish(memory, Wish(*name, at, wished(token.category), _REASON, _SOURCE))
            concerned, state = found
            if state == "unknown":
                with suppress(NotPossible):  # somebody has just decided
                    decide_letter(memory, token.letter_id, "mark-sent", "the stop page", "its stop link was used", at)
            key, patient = concerned.address_key, concerned.patient_id
            return True, stop_once(memory, at, Ending(wished(token.category), _REASON, _SOURCE, key, patient))

    def _write_to_us(self) -> str:
        mail = self._settings.mail
        return f"Please write to {mail.unsubscribe_address or mail.reply_to or mail.sender}."


def _says_one_click(environment: Environment) -> bool:
    """Whether the body is what RFC 8058, section 3.2 asks for, as a form of either kind."""
    try:
        length = int(environment.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    if not 0 < length <= _LARGEST:
        return False
    body, kind = environment["wsgi.input"].read(length), environment.get("CONTENT_TYPE", "")
    if kind.partition(";")[0].strip().lower() == "multipart/form-data":
        form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace") + body)
        return any(
            part.get_param("name", header="content-disposition") == "List-Unsubscribe"
            and str(part.get_payload()).strip() == "One-Click"
            for part in (form.walk() if form.is_multipart() else ())
        )
    return parse_qs(body.decode("latin-1")).get("List-Unsubscribe") == ["One-Click"]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128  # who comes at once with many others waits, and is not turned away


class _Quietly(WSGIRequestHandler):
    timeout = _LONGEST_SILENCE

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the addresses hold tokens."""


def server_at(host: str, port: int, page: StopPage) -> WSGIServer:
    """The server of the page. Raises OSError."""
    return make_server(host, port, page, server_class=_Server, handler_class=_Quietly)


def serve_stop_page(settings: Settings, host: str, port: int) -> int:
    """Serve the page until somebody ends it."""
    try:
        server = server_at(host, port, StopPage(settings))
    except OSError as trouble:
        click.echo(f"Nothing can be served at {host}:{port}: {trouble.strerror}. Take another --port.", err=True)
        return 1

    def end(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, end)
    click.echo(f"The stop page answers at http://{host}:{server.server_port}/ until Ctrl-C.")
    sys.stdout.flush()
    with server:
        server.serve_forever(0.2)
    return 0
