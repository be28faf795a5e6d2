"""A Markdown letter turned into an HTML and a text template, once, long before any patient's name is known.

Tags stand aside while Markdown is read, so that nothing which a patient is called can ever act as Markdown.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jobs.mail.fields import FIELDS
from jobs.mail.letter_marks import TAG

if TYPE_CHECKING:
    from markdown_it.token import Token

WIDTH = 68
_EXAMPLES = {name.name: len(name.example) for name in FIELDS}
_PLACE = re.compile(r"zq(\d{5})qz")
_LONE_PLACES = re.compile(r"<p>\s*((?:zq\d{5}qz\s*)+)</p>\n?")
_OWN_LINE = re.compile(r"[ \t]*(?:(?:\{%[^\n]*?%\}|\{\{-?\s*articles\s*-?\}\})[ \t]*)+")
_WHOLE_PARAGRAPH = re.compile(r"<p>(zq\d{5}qz)((?:(?!</?p>).)*)(zq\d{5}qz)</p>", re.S)
_BUTTON_TABLE = (
    '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0"><tr><td>{}</td></tr></table>'
)
_BUTTON = re.compile(r"<p>(<a href=\"[^\"]*\">(?:(?!</a>).)*</a>)</p>")


@dataclass
class Aside:
    """The tags of a text, each replaced by one word that Markdown and HTML leave alone."""

    tags: list[str] = field(default_factory=list)

    def put(self, text: str) -> str:
        return TAG.sub(self._take, text)

    def _take(self, tag: re.Match[str]) -> str:
        if tag[0].startswith("{#"):
            return ""
        self.tags.append(tag[0])
        return f"zq{len(self.tags) - 1:05d}qz"

    def back(self, text: str) -> str:
        return _PLACE.sub(lambda place: self.tags[int(place[1])], text)

    def is_block(self, place: str) -> bool:
        """Whether the place holds an instruction or the reading list: something that is no word of a paragraph."""
        tag = self.tags[int(place[2:7])]
        return tag.startswith("{%") or _is_articles(tag)

    def width(self, word: str) -> int:
        """How wide a word will be, its fields counted as their examples; instructions have no width."""
        wide = len(_PLACE.sub("", word))
        for place in _PLACE.finditer(word):
            tag = self.tags[int(place[1])]
            wide += 0 if tag.startswith("{%") else _EXAMPLES.get(tag[2:-2].strip("- "), 12)
        return wide


def _is_articles(tag: str) -> bool:
    return tag.startswith("{{") and tag[2:-2].strip("- ") == "articles"


@dataclass(frozen=True)
class Bodies:
    """The body of a letter as two Jinja sources."""

    html: str
    text: str


def convert(body: str, list_html: str, list_text: str) -> Bodies:
    """Both forms of a letter's Markdown; `list_html` and `list_text` take the place of `{{ articles }}`."""
    from markdown_it import MarkdownIt  # only where a letter is new or changed: it is slow to load

    aside = Aside()
    lines = [f"\n\n{line.strip()}\n\n" if _OWN_LINE.fullmatch(line) else line for line in body.split("\n")]
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    reader.disable(["code", "fence", "lheading", "html_block", "html_inline", "image"])
    tokens = reader.parse(aside.put("\n".join(lines)))
    html = _outside_paragraphs(reader.renderer.render(tokens, reader.options, {}), aside)
    text = _TextWriter(aside).write(tokens)
    return Bodies(_with_list(html, aside, list_html), _with_list(text, aside, list_text))


def _outside_paragraphs(html: str, aside: Aside) -> str:
    """Instructions that fill a paragraph go around it, so that none is left empty; lone links become buttons."""

    def bare(found: re.Match[str]) -> str:
        places = found[1].split()
        return "".join(places) if all(map(aside.is_block, places)) else found[0]

    def around(found: re.Match[str]) -> str:
        first, last = (aside.tags[int(found[n][2:7])] for n in (1, 3))
        between = [aside.tags[int(place)] for place in _PLACE.findall(found[2])]
        blocks = [tag for tag in (first, *between, last) if tag.startswith("{%")]
        if len(blocks) == 2 and blocks == [first, last]:
            return f"{found[1]}<p>{found[2]}</p>{found[3]}"
        return found[0]

    html = _WHOLE_PARAGRAPH.sub(around, _LONE_PLACES.sub(bare, html))
    return _BUTTON.sub(lambda link: _BUTTON_TABLE.format(link[1]), html)


def _with_list(source: str, aside: Aside, articles: str) -> str:
    def restore(place: re.Match[str]) -> str:
        tag = aside.tags[int(place[1])]
        return articles if _is_articles(tag) else tag

    return _PLACE.sub(restore, source)


class _TextWriter:
    """Writes what Markdown found as plain text: wrapped, lists kept, links as `words (address)`."""

    def __init__(self, aside: Aside) -> None:
        self.aside = aside
        self.parts: list[str] = []
        self.margins: list[tuple[str, str]] = []  # of the first line of an item, and of all others
        self.counts: list[int] = []

    def write(self, tokens: "list[Token]") -> str:
        for token in tokens:
            step = getattr(self, f"_{token.type}", None)
            if step is not None:
                step(token)
        return "".join(self.parts)

    def _bullet_list_open(self, token: "Token") -> None:
        self.counts.append(-1)

    def _ordered_list_open(self, token: "Token") -> None:
        self.counts.append(int(token.attrGet("start") or 1))

    def _bullet_list_close(self, token: "Token") -> None:
        self.counts.pop()
        if not self.counts and not self.parts[-1].endswith("\n\n"):
            self.parts.append("\n")

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, token: "Token") -> None:
        mark = "- "
        if self.counts[-1] >= 0:
            mark = f"{self.counts[-1]}. "
            self.counts[-1] += 1
        self.margins.append((mark, " " * len(mark)))

    def _list_item_close(self, token: "Token") -> None:
        self.margins.pop()

    def _blockquote_open(self, token: "Token") -> None:
        self.margins.append(("> ", "> "))

    _blockquote_close = _list_item_close

    def _hr(self, token: "Token") -> None:
        self.parts.append("-" * 24 + "\n\n")

    def _heading_open(self, token: "Token") -> None:
        self.heading, self.tight = "=" if token.tag == "h1" else "-", False

    heading = ""
    tight = False

    def _paragraph_open(self, token: "Token") -> None:
        self.tight = token.hidden

    def _inline(self, token: "Token") -> None:
        text = _words_of(token.children or [])
        places = text.split()
        if places and all(_PLACE.fullmatch(word) and self.aside.is_block(word) for word in places):
            self.parts.append("".join(places))
            return
        first, rest = self._margin()
        lines = wrap(text, WIDTH - len(rest), self.aside.width)
        written = ("\n" + rest).join(lines)
        if self.heading:
            written += "\n" + rest + self.heading * min(max(map(self.aside.width, lines)), WIDTH)
            self.heading = ""
        self.parts.append(_around_paragraph(first + written + ("\n" if self.tight else "\n\n"), self.aside))

    def _margin(self) -> tuple[str, str]:
        """The margins of a paragraph; the mark of an item is used up by its first paragraph."""
        if not self.margins:
            return "", ""
        first = "".join(rest for _, rest in self.margins[:-1]) + self.margins[-1][0]
        rest = "".join(rest for _, rest in self.margins)
        mark, margin = self.margins[-1]
        self.margins[-1] = (margin, margin) if mark != margin else (mark, margin)
        return first, rest


def _around_paragraph(paragraph: str, aside: Aside) -> str:
    """An `if` that fills a paragraph takes the blank line after it along, so that none is left without the words."""
    words = paragraph.rstrip("\n")
    places = _PLACE.findall(words)
    blocks = [int(place) for place in places if aside.tags[int(place)].startswith("{%")]
    if len(blocks) == 2 and words.startswith(f"zq{blocks[0]:05d}qz") and words.endswith(f"zq{blocks[1]:05d}qz"):
        return words[:-9] + paragraph[len(words) :] + words[-9:]
    return paragraph


def _words_of(children: "list[Token]") -> str:
    """One paragraph as text with its line breaks; emphasis leaves no marks."""
    parts: list[str] = []
    links: list[tuple[int, str]] = []
    for child in children:
        if child.type == "link_open":
            links.append((len(parts), str(child.attrGet("href") or "")))
        elif child.type == "link_close":
            start, address = links.pop()
            words = "".join(parts[start:])
            plain = re.sub(r"^(?:mailto|tel):", "", address)
            parts[start:] = [words if plain in words else f"{words} ({plain})"]
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)


def wrap(text: str, width: int, measure: Callable[[str], int]) -> list[str]:
    """Lines no wider than `width`; a longer word, such as an address, stands alone."""
    lines: list[str] = []
    for line in text.split("\n"):
        words, used = list[str](), 0
        for word in line.split():
            if words and used + 1 + measure(word) > width:
                lines.append(" ".join(words))
                words, used = [], 0
            used += measure(word) + (1 if words else 0)
            words.append(word)
        lines.append(" ".join(words))
    return lines


_STYLE_OR_TAG = re.compile(
    r"<!--.*?-->|<style\b.*?</style>|<title\b.*?</title>|<[A-Za-z/!][^>]*>", re.S | re.IGNORECASE
)


def inline_styles(source: str) -> str:
    """The shell with its styles written into each element, as mail programs need it; rules for screens are kept."""
    import css_inline  # only where a letter is new or changed

    aside = Aside()
    placed = aside.put(source)
    parts, end = [], 0
    for found in _STYLE_OR_TAG.finditer(placed):
        parts += [_commented(placed[end : found.start()], aside), found[0]]
        end = found.end()
    parts.append(_commented(placed[end:], aside))
    inliner = css_inline.CSSInliner(
        inline_style_tags=True, keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False
    )
    done = inliner.inline("".join(parts))
    done = re.sub(r"<!--(zq\d{5}qz)-->", r"\1", done)
    return aside.back(re.sub(r"\n\s+", "\n", done))


def _commented(text: str, aside: Aside) -> str:
    """Instructions between elements become comments: the only thing an HTML reader leaves in place in a table."""
    return _PLACE.sub(
        lambda place: f"<!--{place[0]}-->" if aside.tags[int(place[1])].startswith("{%") else place[0], text
    )
