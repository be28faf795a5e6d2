"""A small Google on the loopback address: it gives tokens, checks them, and answers as it is told."""

import base64
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jobs.google.settings import Google


class HangUp(Exception):
    """The server closes the connection without an answer."""


class BreakOff(Exception):
    """The server closes the connection without a goodbye, as a machine does that is switched off."""


@dataclass
class Call:
    """One request as the server sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any  # of JSON and forms the values, else bytes
    connection: Any = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Answer:
    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def trouble(status: int, reason: str = "", message: str = "in words that may quote patient@mail.example") -> Answer:
    """An error as Google's services word it."""
    return Answer(status, {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}})


Handler = Callable[..., Answer]
Script = Callable[[Call], Answer | None]


class _Patient(ThreadingHTTPServer):
    """A client that hangs up, or was killed, is no news."""

    def handle_error(self, request: Any, client_address: Any) -> None: ...


class LoopbackGoogle:
    """Hand it handlers by method and path with `on`; `script` hears of each call first and may answer in its place."""

    def __init__(self, script: Script | None = None) -> None:
        self.script: Script = script or (lambda call: None)
        self.calls: list[Call] = []
        self.tokens: list[dict[str, str]] = []  # what was asked for at the token endpoint
        self.valid = {"token-0"}  # the access tokens that count
        self.scopes_granted = ""  # what a sign-in in the browser allows; "" is what was asked
        self._handlers: list[tuple[str, re.Pattern[str], Handler]] = []
        self.on("POST", "/token", self._token)
        google = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer is one packet: the other side does not wait for the rest of it

            def handle_one(self) -> None:
                google._serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_one

            def log_message(self, format: str, *args: Any) -> None: ...

        self._server = _Patient(("127.0.0.1", 0), Requests)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def on(self, method: str, path: str, handler: Handler) -> None:
        """Answer calls whose path fits the pattern; its groups are handed over after the call."""
        self._handlers.append((method, re.compile(path), handler))

    def heard(self, *but: str) -> list[str]:
        """The calls as `GET /gmail/v1/...`, without those for tokens."""
        return [str(call) for call in self.calls if call.path != "/token"]

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        call = _read(request)
        self.calls.append(call)
        try:
            answer = self.script(call) or self._usual(call)
        except (HangUp, BreakOff) as how:
            request.close_connection = True
            if isinstance(how, BreakOff):
                request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        request.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _usual(self, call: Call) -> Answer:
        if call.path != "/token" and call.headers.get("authorization", "").removeprefix("Bearer ") not in self.valid:
            return trouble(401, "authError")
        for method, path, handler in self._handlers:
            if method == call.method and (found := path.fullmatch(call.path)):
                return handler(call, *found.groups())
        return trouble(404, "notFound")

    def _token(self, call: Call) -> Answer:
        """The token endpoint: a new access token for a key, a kept sign-in or a code."""
        asked = dict(call.body)
        if "assertion" in asked:
            asked |= json.loads(base64.urlsafe_b64decode(asked["assertion"].split(".")[1] + "=="))
        self.tokens.append(asked)
        made = f"token-{len(self.tokens)}"
        self.valid.add(made)
        lasting = {"refresh_token": "lasting"} if asked["grant_type"] == "authorization_code" else {}
        scope = {"scope": self.scopes_granted} if self.scopes_granted else {}
        return Answer(200, {"access_token": made, "expires_in": 3600, "token_type": "Bearer", **lasting, **scope})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _read(request: BaseHTTPRequestHandler) -> Call:
    address = urlsplit(request.path)
    raw = request.rfile.read(int(request.headers.get("Content-Length", 0)))
    kind = request.headers.get("Content-Type", "")
    body: Any = raw
    if kind.startswith("application/json") and raw:
        body = json.loads(raw)
    elif kind.startswith("application/x-www-form-urlencoded"):
        body = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Call(request.command, address.path, query, headers, body, request.connection)


@contextmanager
def google_serving(script: Script | None = None) -> Iterator[LoopbackGoogle]:
    google = LoopbackGoogle(script)
    try:
        yield google
    finally:
        google.close()


_KEY: list[str] = []  # made once: making one takes its time


def service_key(folder: Path, google: LoopbackGoogle) -> Path:
    """The key file of a service account, made for this test only."""
    if not _KEY:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        _KEY.append(key.private_bytes(*form).decode())
    path = folder / "key.json"
    told = {"type": "service_account", "client_email": "jobs@made-up.example", "private_key": _KEY[0]}
    path.write_text(json.dumps(told | {"private_key_id": "1", "token_uri": f"{google.endpoint}/token"}), "utf-8")
    path.chmod(0o600)
    return path


def client_file(folder: Path, google: LoopbackGoogle) -> Path:
    """The client of an installed app, as Google's console gives it."""
    path = folder / "client.json"
    told = {"client_id": "made-up", "client_secret": "not one", "redirect_uris": ["http://localhost"]}
    told |= {"auth_uri": f"{google.endpoint}/auth", "token_uri": f"{google.endpoint}/token"}
    path.write_text(json.dumps({"installed": told}), "utf-8")
    return path


def settings_for(folder: Path, google: LoopbackGoogle, **more: Any) -> Google:
    """A service account that calls the loopback server."""
    return Google(service_account_file=str(service_key(folder, google)), endpoint=google.endpoint, **more)
