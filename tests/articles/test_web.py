"""Pages are fetched politely, within bounds, and never from inside the network unless the clinic says so."""

import socket
import threading
from collections.abc import Iterator

import pytest
from small_blog import Blog, page, serving

from jobs.articles import web
from jobs.articles.web import NotFetched, Web


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serving() as blog:
        yield blog


def inside() -> Web:
    return Web(own_network=True, pause_seconds=0)


def why_not(reader: Web, address: str) -> str:
    with pytest.raises(NotFetched) as refused:
        reader.fetch(address)
    return str(refused.value)


def test_a_page_comes_with_what_the_next_look_needs(blog: Blog) -> None:
    blog.pages["/a"] = page("hello", etag='"1"', Last_Modified="Sun, 01 Mar 2026 10:00:00 GMT")
    got = inside().fetch(f"{blog.address}/a")
    assert (got.content, got.kind, got.charset, got.etag, got.unchanged) == (
        b"hello",
        "text/html",
        "utf-8",
        '"1"',
        False,
    )
    again = inside().fetch(f"{blog.address}/a", got.etag, got.last_modified)
    assert (again.content, again.unchanged) == (b"", True)
    assert blog.headers[-1]["If-Modified-Since"] == "Sun, 01 Mar 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/a",
        "http://localhost:{port}/a",
        "http://[::ffff:127.0.0.1]:{port}/a",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00::1]/",
        "http://0.0.0.0:{port}/",
        "http://100.64.0.1/",
    ],
)
def test_an_address_inside_the_network_is_never_asked(blog: Blog, address: str) -> None:
    reader = Web(pause_seconds=0)
    said = why_not(reader, address.format(port=blog.address.rpartition(":")[2]))
    assert said == "its address is within a private network, where this program does not go"
    assert blog.asked == []


def test_a_name_that_redirects_to_the_inside_is_not_followed(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address counts as outside here; the one that it leads to does not."""
    blog.pages["/a"] = page("", status=302, Location="http://127.0.0.2/secret")
    monkeypatch.setattr(web, "_is_outside", lambda number: number == "127.0.0.1")
    assert why_not(Web(pause_seconds=0), f"{blog.address}/a").startswith("its address is within a private network")


@pytest.mark.parametrize("address", ["ftp://a.example/", "file:///etc/passwd", "http://", "http://a:b@c.example/", "x"])
def test_what_is_no_plain_web_address_is_not_asked(address: str) -> None:
    assert why_not(inside(), address) in ("it is no web address", "its address holds a password")


def test_robots_txt_is_heard(blog: Blog) -> None:
    blog.pages["/robots.txt"] = page("User-agent: *\nDisallow: /private/\n", "text/plain")
    blog.pages["/private/a"] = blog.pages["/b"] = page("x")
    reader = inside()
    assert why_not(reader, f"{blog.address}/private/a") == "its robots.txt asks programs not to read it"
    assert reader.fetch(f"{blog.address}/b").content == b"x"
    assert blog.asked == ["/robots.txt", "/b"]


def test_a_redirect_is_followed_and_one_without_end_is_not(blog: Blog) -> None:
    blog.pages["/a"] = page("", status=301, Location="/b")
    blog.pages["/b"] = page("there")
    blog.pages["/c"] = page("", status=302, Location="/b")
    blog.pages["/round"] = page("", status=301, Location="/round")
    reader = inside()
    moved = reader.fetch(f"{blog.address}/a")
    assert (moved.address, moved.content, moved.for_good) == (f"{blog.address}/b", b"there", True)
    assert reader.fetch(f"{blog.address}/c").for_good is False
    assert why_not(reader, f"{blog.address}/round") == "it redirects more than 5 times"


def test_gone_is_told_from_silent(blog: Blog) -> None:
    blog.pages["/broken"] = page("", status=503)
    reader = inside()
    for address, said, gone in (
        ("/none", "its page is gone (404)", True),
        ("/broken", "its server answered 503", False),
    ):
        with pytest.raises(NotFetched) as refused:
            reader.fetch(blog.address + address)
        assert (str(refused.value), refused.value.gone) == (said, gone)


def test_what_is_too_large_broken_off_or_no_answer_is_left_alone(blog: Blog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MOST_BYTES", 1_000_000)
    blog.pages["/large"] = page("x" * 1_000_001)
    blog.pages["/short"] = page("x", Content_Length="10")
    reader = inside()
    assert why_not(reader, f"{blog.address}/large") == "it is larger than 1 MB"
    assert why_not(reader, f"{blog.address}/short") == "it broke off or took too long"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert why_not(reader, f"http://127.0.0.1:{unused.getsockname()[1]}/") == "its server cannot be reached"


def test_a_server_that_sends_drop_by_drop_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_SECONDS", 0.3)
    closed = threading.Event()

    def drip() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line:
                try:
                    line.recv(1000)
                    while not closed.wait(0.02):
                        line.sendall(b"H")
                except OSError:
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        said = why_not(inside(), f"http://127.0.0.1:{listening.getsockname()[1]}/a")
        closed.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert said.startswith("its server did not answer as it should")


def test_there_is_a_pause_between_two_questions_and_an_end_to_all(blog: Blog) -> None:
    blog.pages["/a"] = page("x")
    now, slept = [0.0], []
    reader = Web(True, 2.0, sleep=lambda seconds: slept.append(seconds), clock=lambda: now[0])
    reader.fetch(f"{blog.address}/a")
    reader.fetch(f"{blog.address}/a")
    assert slept == [2.0, 2.0]
    now[0] = 301.0
    assert why_not(reader, f"{blog.address}/a") == "there was no time left for it"
