"""A blog on the loopback address whose pages a test sets, and that remembers what was asked of it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]
NO_PAGE: Answer = (404, {}, b"no such page")


def page(body: str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Answer:
    """What the blog answers; `etag` stands for the header ETag."""
    return (
        status,
        {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()},
        body.encode(),
    )


def article(title: str, body: str = "<p>Words.</p>") -> str:
    return (
        f"<html><head><title>{title} | Lakeside</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )


@dataclass
class Blog:
    """`pages` by path; a path that is not there is answered with 404."""

    address: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Blog]:
    blog = Blog()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            blog.asked.append(self.path)
            blog.headers.append(dict(self.headers))
            status, headers, body = blog.pages.get(self.path, NO_PAGE)
            tag = headers.get("etag")
            if tag and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    blog.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
