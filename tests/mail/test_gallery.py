"""The letter gallery. All people here are made up."""

import re
from html.parser import HTMLParser
from pathlib import Path

from jobs.mail.gallery import GalleryLetter, write_gallery

LETTER = GalleryLetter(
    "Missed visit", "missed_visit", "We missed you", "It happens.", "<p>Hello &amp; welcome</p>", "Hello & welcome",
    "pat@patient.example", "March 5, 2026", "A visit was missed on March 4.",
)  # fmt: skip


class Seen(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def page_of(folder: Path, *letters: GalleryLetter) -> str:
    return write_gallery(folder, letters).read_text(encoding="utf-8")


def test_each_letter_stands_in_a_frame_that_can_do_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path, LETTER, LETTER._replace(html="<script>alert(1)</script>"))
    frames = [attributes for tag, attributes in Seen(page).elements if tag == "iframe"]
    assert [frame["srcdoc"] for frame in frames] == [LETTER.html] * 2 + ["<script>alert(1)</script>"] * 2
    assert all("sandbox" in frame and not frame["sandbox"] for frame in frames)
    assert "default-src 'none'" in page
    assert not [tag for tag, _ in Seen(page).elements if tag in ("script", "img", "link")]


def test_nothing_in_a_letter_becomes_part_of_the_page(tmp_path: Path) -> None:
    odd = GalleryLetter(*['"></iframe><script>alert(1)</script><b x="'] * 9)
    tags = [tag for tag, _ in Seen(page_of(tmp_path / "a", LETTER)).elements]
    assert [tag for tag, _ in Seen(page_of(tmp_path / "b", odd)).elements] == tags


def test_letters_are_grouped_by_their_rule_and_counted(tmp_path: Path) -> None:
    other = LETTER._replace(rule="welcome", title="Welcome")
    page = page_of(tmp_path, LETTER, other, LETTER)
    assert "3 letters" in page
    assert re.findall(r'<li><a href="#g\d">([^<]*)</a> <span>(\d+)</span>', page) == [
        ("Missed visit", "2"),
        ("Welcome", "1"),
    ]
    assert page.count("<details") == 3 and page.count(" open>") == 2


def test_a_day_without_letters_has_a_page_that_says_so(tmp_path: Path) -> None:
    assert "No letter is due." in page_of(tmp_path)


def test_the_page_is_for_this_user_only_and_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "gallery"
    path = write_gallery(folder, [LETTER])
    write_gallery(folder, [LETTER])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["index.html"]
