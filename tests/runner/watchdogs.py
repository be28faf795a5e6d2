"""Servers on the loopback address that play the watchdog, well or badly."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


@contextmanager
def watchdog(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A web server on the loopback address; gives its address and the paths it was asked for."""
    heard: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def strange_server(says: bytes) -> Iterator[str]:
    """Takes a connection, says this, and keeps it open."""
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def answer() -> None:
        connected, _ = listening.accept()
        held.append(connected)
        connected.recv(10_000)
        connected.sendall(says)

    threading.Thread(target=answer, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/ping"
    finally:
        listening.close()
        for connected in held:
            connected.close()
