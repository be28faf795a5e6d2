"""An article's page is read as a person reads it, and its topics are proposed without help."""

from pathlib import Path

import pytest

from jobs.articles.mentions import topics_of
from jobs.articles.page import Page, read_page
from jobs.articles.topics import propose_topics
from jobs.articles.vocabulary import the_vocabulary

PAGES = Path(__file__).parent / "pages"
CAUSES = ["muscle strain", "muscle imbalance", "gait and running analysis", "sciatica", "herniated disc"]
SERVICES = ["assessment", "core strength", "pelvic health", "manual therapy", "therapeutic exercise"]


def topics(page: Page) -> list[str]:
    return propose_topics(page, the_vocabulary())


def html(body: str, head: str = "") -> Page:
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "text/html", "utf-8")


@pytest.mark.parametrize(("name", "kind"), [("html", "text/html"), ("txt", "text/plain")])
def test_five_causes_and_four_services_are_found_without_help(name: str, kind: str) -> None:
    page = read_page((PAGES / f"back-pain-on-a-run.{name}").read_bytes(), kind)
    vocabulary = the_vocabulary()
    found = topics(page)
    assert [concept for topic in found for concept in topics_of(topic, vocabulary)] == [
        "low back pain", "running", *CAUSES, *SERVICES,
    ]  # fmt: skip
    assert {"sciatica", "herniated disc", "running form", "comprehensive assessment", "manual therapy"} <= set(found)


def test_a_saved_page_tells_its_title_day_address_and_summary() -> None:
    page = read_page((PAGES / "back-pain-on-a-run.html").read_bytes(), "text/html")
    assert (page.title, page.published) == ("Lower back pain when running", "2026-02-10")
    assert page.address == "https://lakeside.example/blog/lower-back-pain-when-running"
    assert page.summary == "Five reasons for a back that complains on a run, and what we do about each."
    assert page.headings[:3] == ("What may be behind it", "Overuse and strain", "Muscle imbalances")


def test_what_stands_around_an_article_is_none_of_it() -> None:
    page = read_page((PAGES / "back-pain-on-a-run.html").read_bytes(), "text/html")
    for aside in ("Knee pain", "Massage", "Neck pain", "dry needling"):
        assert aside not in page.text and aside not in page.headings


def test_without_a_part_of_its_own_the_whole_page_counts_but_its_menus() -> None:
    page = html(
        '<div class="site-menu"><a>Dizziness</a></div><header>Lakeside</header><h1>Hip pain</h1><div>It hurts.</div>'
        '<div class="related-posts"><h3>Tennis elbow</h3></div>'
    )
    assert (page.title, page.text) == ("Hip pain", "Hip pain. It hurts.")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Hip pain | Lakeside Therapy</title>", "", "Hip pain"),
        ("<title>Hip pain - Lakeside</title>", "", "Hip pain"),
        ("<title>Post-op: what now</title>", "", "Post-op: what now"),
        ('<meta property="og:title" content="Hips">', "<h1>Hip pain, part two</h1>", "Hip pain, part two"),
        ("", "", ""),
    ],
)
def test_a_title_is_the_heading_else_what_the_head_says_without_the_site_s_name(
    head: str, body: str, title: str
) -> None:
    assert html(body, head).title == title


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<script type="application/ld+json">{"@graph":[{"datePublished":"2026-01-02T03:04:05Z"}]}</script>',
         "2026-01-02"),
        ('<meta name="date" content="2025-12-01">', "2025-12-01"),
        ('<script type="application/ld+json">{broken</script><meta name="date" content="soon">', ""),
        ('<script type="application/ld+json">[1, "x", {"datePublished": 7}]</script>', ""),
    ],
)  # fmt: skip
def test_the_day_is_read_where_a_page_says_it(head: str, day: str) -> None:
    assert html("<h1>A</h1>", head).published == day


def test_a_long_beginning_is_cut_where_a_sentence_ends() -> None:
    page = html(f"<h1>A</h1><p>{'One short sentence of eight words stands here. ' * 9}</p>")
    assert page.summary.endswith("stands here.") and 100 < len(page.summary) <= 240


def test_what_is_named_once_in_passing_is_no_topic_and_what_recurs_is() -> None:
    passing = html("<h1>Hip pain</h1><p>Some also have a headache on that day, which is another story.</p>")
    often = html("<h1>Hip pain</h1><p>Walking helps. Walking uphill does more. Walking at night does not.</p>")
    assert topics(passing) == ["hip pain"]
    assert topics(often) == ["hip pain", "walking"]


def test_what_a_heading_denies_is_no_topic() -> None:
    assert topics(html("<h1>Knee pain without surgery</h1><h2>No arthritis?</h2>")) == ["knee pain"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 99, b"<" * 5000, b"<div>" * 3000, b"\xff\xfe<\x00h", b"<h1>" + b"a " * 200_000]
)
def test_whatever_a_page_holds_there_is_an_answer(content: bytes) -> None:
    for kind in ("text/html", "text/plain"):
        assert isinstance(topics(read_page(content, kind)), list)
