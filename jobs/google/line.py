"""HTTP to Google as httplib2 speaks it, with an end to every call and no call made twice.

httplib2 repeats a request by itself when the other side hangs up without an answer, a letter's sending included; and
its timeout begins anew with each byte.
"""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httplib2

_CUT_AGAIN_SECONDS = 0.05


class _Once:
    """A connection on which an answer that never came is a lost connection, which httplib2 does not try to mend."""

    sock: Any

    def getresponse(self) -> Any:
        try:
            return super().getresponse()  # type: ignore[misc]
        except (http.client.BadStatusLine, http.client.ResponseNotReady) as trouble:
            raise ConnectionResetError("The connection was closed without an answer.") from trouble


class _OncePlain(_Once, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    pass


class _OnceEncrypted(_Once, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    pass


class BoundedHttp(httplib2.Http):  # type: ignore[misc]
    """httplib2's Http, each of whose calls ends within `call_seconds`, however slowly the answer drips."""

    def __init__(self, call_seconds: float) -> None:
        super().__init__(timeout=call_seconds)
        self.redirect_codes = httplib2.REDIRECT_CODES - {308}  # at Google that means: go on with the upload
        self._call_seconds = call_seconds

    def request(self, uri: str, *args: Any, **words: Any) -> Any:
        words["connection_type"] = _OncePlain if uri.startswith("http:") else _OnceEncrypted
        with self._within_its_time():
            return super().request(uri, *args, **words)

    @contextmanager
    def _within_its_time(self) -> Iterator[None]:
        answered, late = threading.Event(), threading.Event()

        def watch() -> None:
            if answered.wait(self._call_seconds):
                return
            late.set()
            self._hang_up()
            while not answered.wait(_CUT_AGAIN_SECONDS):  # it may only now have connected
                self._hang_up()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            yield
        except (OSError, http.client.HTTPException, httplib2.HttpLib2Error):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            answered.set()
            watching.join()

    def _hang_up(self) -> None:
        for connection in list(self.connections.values()):
            if connection.sock is not None:
                with suppress(OSError):  # the plain shutdown: it does not touch what the encryption is doing
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
