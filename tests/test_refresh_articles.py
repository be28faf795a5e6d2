"""The list of articles grows by itself, and nothing that the office manager wrote in it is ever lost."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hand_written_clinic import Clinic, Ran
from small_blog import NO_PAGE, Blog, article, page, serving

from jobs.articles.library import load_library
from jobs.articles.pages import page_faults

PAGES = Path(__file__).parent / "articles" / "pages"
SUNDAY = "2026-03-08 05:00"
HEADER = "slug,title,url,topics,icd10,summary,published,purpose,off"
RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Lakeside</title>
<item><title>Sciatica: what helps</title><link>{0}/blog/sciatica?utm_source=rss</link>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><description>Why the leg hurts.</description>
<content:encoded><![CDATA[<p>A long story about <b>leg pain</b> and what one does, told at length.</p>]]>
</content:encoded></item>
<item><title>=HYPERLINK("https://evil.example")</title><link>{0}/blog/formula</link></item>
</channel></rss>"""


@pytest.fixture
def blog(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blog]:
    """The small blog under a name of its own: an address of figures is none that a patient could be sent to."""
    resolved = socket.getaddrinfo
    named = {"blog.lakeside.example": "127.0.0.1"}
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolved(named.get(host, host), *rest, **more)
    )
    with serving() as blog:
        blog.address = blog.address.replace("127.0.0.1", "blog.lakeside.example")
        yield blog


class Library:
    """The list of a clinic whose blog is the small one."""

    def __init__(self, clinic: Clinic, *places: str, more: str = "") -> None:
        self.clinic = clinic
        named = ", ".join(f'"{place}"' for place in places)
        settings = clinic.home / "config" / "clinic.yaml"
        own = f"  blog: [{named}]\n  own_network: yes\n  pause_seconds: 0\n  confirm: yes\n{more}"
        text, changed = re.subn(r"^articles:\n(?: .*\n)+", f"articles:\n{own}", settings.read_text("utf-8"), flags=re.M)
        assert changed == 1
        settings.write_text(text, "utf-8")
        self.path = clinic.home / "config" / "articles.csv"
        self.write("")

    def write(self, rows: str, header: str = HEADER) -> None:
        self.path.write_bytes(f"{header}\r\n{rows}".encode())

    def refresh(self, moment: str = SUNDAY) -> Ran:
        return self.clinic.run("refresh_articles", moment)

    @property
    def text(self) -> str:
        return self.path.read_bytes().decode("utf-8-sig")

    def articles(self) -> dict[str, tuple[str, tuple[str, ...], bool]]:
        """Title, topics, and whether it may be sent."""
        library, faults = load_library(self.path, self.clinic.home / "var" / "articles.json")
        assert faults == []
        return {one.slug: (one.title, one.topics, not one.off) for one in library.articles}


def row(slug: str, url: str, off: str = "", more: str = "") -> str:
    return f"{slug},{slug} title,{url},knee pain,,Short.,2026-01-02,care,{off}{more}\r\n"


def test_without_a_blog_nothing_is_asked_and_the_run_says_so(clinic: Clinic) -> None:
    ran = clinic.run("refresh_articles", SUNDAY)
    assert (ran.code, ran.outcome.notes) == (
        0,
        ("No blog is named in config/clinic.yaml (articles: blog), so nothing was looked at.",),
    )


def test_a_feed_s_articles_are_proposed_and_wait_for_a_yes(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page(RSS.format(blog.address), "application/rss+xml")
    blog.pages["/blog/sciatica"] = page(article("Sciatica"))
    blog.pages["/blog/formula"] = page(article("Ignored", "<h2>Knee pain</h2><p>One <b>two</b>.</p>"))
    ran = library.refresh()
    assert ran.code == 0
    assert ran.outcome.counts == {"pages looked at": 1, "articles proposed": 2, "articles changed": 0}
    assert ran.outcome.notes == ("2 new articles wait for a yes under `confirmed` in config/articles.csv.",)
    assert library.articles() == {
        "sciatica": ("Sciatica: what helps", ("sciatica", "leg pain"), False),
        "formula": ('HYPERLINK("https://evil.example")', ("knee pain",), False),
    }
    assert f"{blog.address}/blog/sciatica,sciatica; leg pain,,Why the leg hurts.,2026-03-02,care,,no," in library.text
    confirmed = library.text.replace(",care,,no,", ",care,,yes,")
    library.path.write_text(confirmed, "utf-8", newline="")
    assert [sent for _, _, sent in library.articles().values()] == [True, True]
    assert library.refresh().outcome.counts["articles proposed"] == 0
    assert library.text == confirmed


def test_where_the_clinic_wants_it_a_new_article_may_be_sent_at_once_if_it_has_topics(
    clinic: Clinic, blog: Blog
) -> None:
    library = Library(clinic, f"{blog.address}/sitemap.xml")
    clinic.edit("config/clinic.yaml", "  confirm: yes", "  confirm: no")
    blog.pages["/sitemap.xml"] = page(
        f"<urlset><url><loc>{blog.address}/knee</loc></url><url><loc>{blog.address}/lemonade</loc></url>"
        f"<url><loc>{blog.address}/logo.png</loc></url></urlset>",
        "application/xml",
    )
    blog.pages["/knee"] = page(article("Knee pain on the stairs"))
    blog.pages["/lemonade"] = page(article("Lemonade in the yard"))
    assert library.refresh().code == 0
    assert library.articles() == {
        "knee": ("Knee pain on the stairs", ("knee pain",), True),
        "lemonade": ("Lemonade in the yard", (), False),
    }


def test_wordpress_is_read_by_its_own_interface(clinic: Clinic, blog: Blog) -> None:
    address = f"{blog.address}/wp-json/wp/v2/posts"
    library = Library(clinic, address)
    posts = [
        {
            "link": f"{blog.address}/neck",
            "date": "2026-02-03T10:00:00",
            "title": {"rendered": "A neck &amp; a desk"},
            "excerpt": {"rendered": "<p>Breaks.</p>"},
            "content": {"rendered": "<h2>Neck pain</h2><p>Desk work all day, and what to do about it.</p>"},
        }
    ]
    blog.pages["/wp-json/wp/v2/posts"] = page("[]", "application/json")
    blog.pages["/wp-json/wp/v2/posts?per_page=50&page=1"] = page(json.dumps(posts), "application/json")
    assert library.refresh().code == 0
    assert library.articles() == {"neck": ("A neck & a desk", ("desk", "neck pain"), False)}
    assert "2026-02-03" in library.text and "Breaks." in library.text


def test_the_blog_s_own_page_leads_to_its_feed_or_its_articles(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/blog", f"{blog.address}/news/")
    blog.pages["/blog"] = page('<a href="/blog/hip">Hip</a><a href="/other">x</a><a href="/blog/pic.jpg">x</a>')
    blog.pages["/news/"] = page('<link rel="alternate" type="application/atom+xml" href="/atom">')
    blog.pages["/atom"] = page(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Shoulder pain</title>'
        '<link href="/news/shoulder"/><updated>2026-03-01T00:00:00Z</updated><id>1</id></entry></feed>',
        "application/atom+xml",
    )
    blog.pages["/blog/hip"] = page(article("Hip pain at night"))
    blog.pages["/news/shoulder"] = page(article("Shoulder pain"))
    assert library.refresh().code == 0
    assert sorted(library.articles()) == ["hip", "shoulder"]


def test_saved_pages_in_a_folder_are_read_and_one_without_address_is_named(clinic: Clinic) -> None:
    folder = clinic.home / "saved"
    folder.mkdir()
    for name in ("back-pain-on-a-run.html", "back-pain-on-a-run.txt"):
        (folder / name).write_bytes((PAGES / name).read_bytes())
    library = Library(clinic, "saved")
    ran = library.refresh()
    assert ran.outcome.notes == (
        '"Lower back pain when running" cannot be proposed: url "back-pain-on-a-run.txt" is no web address.',
        "1 new articles wait for a yes under `confirmed` in config/articles.csv.",
    )
    ((title, topics, _),) = library.articles().values()
    assert title == "Lower back pain when running"
    assert topics == (
        "lower back pain", "running", "overuse and strain", "muscle imbalances", "running form", "sciatica",
        "herniated disc", "comprehensive assessment", "core and pelvic floor rehab", "manual therapy",
        "therapeutic exercise",
    )  # fmt: skip


def test_a_dead_page_is_switched_off_told_and_switched_on_when_it_is_back(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss><channel></channel></rss>", "application/rss+xml")
    library.write(row("knee", f"{blog.address}/knee", more=",,mine"), HEADER + ",confirmed,note")
    ran = library.refresh()
    assert ran.outcome.notes == ('The article "knee" was switched off: its page is gone (404).',)
    assert library.text.endswith(
        ",care,yes,,mine | 2026-03-08 switched off by refresh_articles: its page is gone (404)\r\n"
    )
    assert page_faults(clinic.home / "var") == [
        f"2026-03-08: knee title ({blog.address}/knee): switched off: its page is gone (404)"
    ]
    shown = clinic.command("articles", "list").output
    assert shown.endswith(f"2026-03-08: knee title ({blog.address}/knee): switched off: its page is gone (404)\n")
    before = library.text
    assert library.refresh("2026-03-15 05:00").outcome.notes == () and library.text == before
    blog.pages["/knee"] = page(article("Knees"))
    assert library.refresh("2026-03-22 05:00").outcome.notes == (
        'The article "knee" was switched on again: its page is back.',
    )
    assert library.text.endswith(
        ",care,,,mine | 2026-03-22 switched on again by refresh_articles: its page is back\r\n"
    )
    assert page_faults(clinic.home / "var") == []
    assert [sent for _, _, sent in library.articles().values()] == [True]


def test_what_she_switched_off_stays_off_and_is_not_asked_for(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss/>", "application/rss+xml")
    library.write(row("knee", f"{blog.address}/knee", off="yes"))
    before = library.text
    library.refresh()
    assert library.text == before and "/knee" not in blog.asked


def test_a_server_that_is_silent_once_switches_nothing_off(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss/>", "application/rss+xml")
    blog.pages["/knee"] = page("", status=503)
    library.write(row("knee", f"{blog.address}/knee"))
    notes = [library.refresh(f"2026-03-{day} 05:00").outcome.notes for day in ("08", "15", "22")]
    assert notes == [(), (), ('The article "knee" was switched off: its server answered 503.',)]
    assert page_faults(clinic.home / "var")[0].startswith("2026-03-08: ")


def test_a_page_that_moved_is_followed_and_one_that_leads_elsewhere_is_switched_off(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss/>", "application/rss+xml")
    library.write(row("knee", f"{blog.address}/knee") + row("hip", f"{blog.address}/hip"))
    blog.pages["/knee"] = blog.pages["/blog/knee"] = page(article("Knees"))
    blog.pages["/hip"] = page(article("Hips"))
    library.refresh()
    blog.pages["/knee"] = page("", status=301, Location="/blog/knee")
    blog.pages["/hip"] = page("", status=301, Location="/")
    blog.pages["/"] = page(article("Welcome"))
    ran = library.refresh("2026-03-15 05:00")
    assert ran.outcome.notes == (
        'The page of "knee" has moved; the list has its new address.',
        f'The article "hip" was switched off: its address now leads to another page ({blog.address}/).',
    )
    assert f"knee,knee title,{blog.address}/blog/knee,knee pain,,Short.,2026-01-02,care,," in library.text
    assert [sent for _, _, sent in library.articles().values()] == [True, False]


def test_a_page_that_only_says_it_is_not_there_is_dead(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss/>", "application/rss+xml")
    blog.pages["/knee"] = page(article("404 - Page not found"))
    library.write(row("knee", f"{blog.address}/knee"))
    assert library.refresh().outcome.notes == (
        'The article "knee" was switched off: its page says that there is none.',
    )


def test_the_second_look_asks_only_whether_something_changed(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page("<rss/>", "application/rss+xml")
    blog.pages["/knee"] = page(article("Knees", "<p>Stairs and hills.</p>"), etag='"7"')
    library.write(row("knee", f"{blog.address}/knee"))
    library.refresh()
    library.refresh("2026-03-15 05:00")
    asked = dict(zip(blog.asked, blog.headers, strict=True))
    assert asked["/knee"]["If-None-Match"] == '"7"'
    (article_,) = load_library(library.path, clinic.home / "var" / "articles.json")[0].articles
    assert article_.text.endswith("Knees. Stairs and hills.")


def test_a_run_asks_for_so_many_pages_and_no_more(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/sitemap.xml", more="  pages_at_once: 2\n")
    places = "".join(f"<url><loc>{blog.address}/knee-{number}</loc></url>" for number in range(9))
    blog.pages["/sitemap.xml"] = page(f"<urlset>{places}</urlset>", "application/xml")
    blog.pages |= {f"/knee-{number}": page(article(f"Knee pain {number}")) for number in range(9)}
    ran = library.refresh()
    assert "More than 2 new pages: the rest waits for the next run." in ran.outcome.notes
    assert len(library.articles()) == 2
    for week in ("15", "22"):
        library.refresh(f"2026-03-{week} 05:00")
    assert len(library.articles()) > 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (NO_PAGE, "its page is gone (404)"),
        (page('<!DOCTYPE rss [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "application/rss+xml"),
         "its feed holds definitions that could overwhelm a reader, so it is not read"),
        (page("<urlset><url><loc>x</loc>", "application/xml"), "its sitemap cannot be read"),
        (page('{"code": "rest_no_route"}', "application/json"), "what it answers is no list of posts"),
    ],
)  # fmt: skip
def test_a_blog_that_cannot_be_read_is_one_sentence_and_the_list_stays(
    clinic: Clinic, blog: Blog, answer: tuple[int, dict[str, str], bytes], said: str
) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = blog.pages["/feed?per_page=50&page=1"] = answer
    before = library.text
    ran = library.refresh()
    assert (ran.code, ran.outcome.failed) == (1, f"{blog.address}/feed could not be read: {said}.")
    assert library.text == before


def test_her_columns_her_order_and_her_quotation_marks_stay_byte_for_byte(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page(
        RSS.format(blog.address).replace("Sciatica: what", "Ciática – what"), "application/rss+xml"
    )
    hers = (
        "sep=;\r\nOff;Notes of mine;ICD-10;Topics;URL;Title;Slug ;Purpose;Summary;Published\r\n"
        f'"";"ask ""Mira"";\r\ntwo lines";M54.2;neck;{blog.address}/neck;"A neck";neck;care;Short.;\r\n'
        ";;;;;;;;;\r\n"
        f'no;  ;;"hip pain; golf";{blog.address}/hip;Hips;hip;care;;1/2/2026'
    )
    library.path.write_bytes(hers.encode("cp1252"))
    blog.pages["/neck"] = page(article("Neck"))
    assert library.refresh().code == 0
    new = library.path.read_bytes()
    assert new.startswith(b"\xef\xbb\xbfsep=;")  # so that Excel reads what Windows-1252 had no room for... or had
    text = new.decode("utf-8-sig")
    kept = hers.replace("Summary;Published", "Summary;Published;note;confirmed", 1)
    assert text.split("\r\n")[2:5] == kept.split("\r\n")[2:5]
    assert '"ask ""Mira"";\r\ntwo lines"' in text and '"hip pain; golf"' in text
    assert list(library.articles()) == ["neck", "hip", "sciatica"]


def test_a_list_that_cannot_be_read_to_its_end_is_not_touched(clinic: Clinic, blog: Blog) -> None:
    library = Library(clinic, f"{blog.address}/feed")
    blog.pages["/feed"] = page(RSS.format(blog.address), "application/rss+xml")
    library.write(row("a", f"{blog.address}/a") + 'b,"never closed,x\r\n')
    before = library.text
    ran = library.refresh()
    assert (ran.code, ran.outcome.failed) == (
        1,
        "config/articles.csv could not be brought up to date and is as it was: "
        "In line 3 of the list a quotation mark opens that is never closed; close it first.",
    )
    assert library.text == before
