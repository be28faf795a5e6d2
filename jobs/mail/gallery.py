"""The letter gallery: one page that shows every letter as the patient would see it, on a phone and on a desktop.

The page runs no script and loads nothing: each letter stands in a sandboxed frame, and the switches are plain HTML.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from jobs.machine.whole_files import whole_file


class GalleryLetter(NamedTuple):
    """One letter to show. `sent_on` is in words; `why` says why it is sent, for staff."""

    title: str
    rule: str
    subject: str
    preheader: str
    html: str
    text: str
    to: str
    sent_on: str
    why: str


def write_gallery(folder: Path, letters: Sequence[GalleryLetter], made_up: bool = False) -> Path:
    """Write `index.html` into the folder, whole or not at all, readable by this user only: unless its patients are
    `made_up`, it holds patient data."""
    with whole_file(folder / "index.html", durable=False) as file:
        file.writelines(part.encode() for part in _page(letters, made_up))
    return folder / "index.html"


def _page(letters: Sequence[GalleryLetter], made_up: bool) -> Iterator[str]:
    by_rule: dict[str, list[GalleryLetter]] = {}
    for letter in letters:
        by_rule.setdefault(letter.rule, []).append(letter)
    groups = list(by_rule.items())
    count = f"{len(letters):,} letter{'' if len(letters) == 1 else 's'}"
    whose = "These patients are made up." if made_up else "This page holds patient data."
    yield _HEAD.replace("COUNT", count).replace("WHOSE", whose).replace("CONTENTS", "".join(_contents(groups)))
    if not letters:
        yield '<p class="none">No letter is due. When one is, it will be shown here.</p>'
    for number, (rule, members) in enumerate(groups, 1):
        yield f'<section id="g{number}" aria-labelledby="t{number}"><h2 id="t{number}">{_title(rule, members)}</h2>\n'
        for place, letter in enumerate(members):
            yield _card(letter, open_it=place == 0)
        yield "</section>\n"
    yield "</div></div></main></body></html>\n"


def _title(rule: str, members: Sequence[GalleryLetter]) -> str:
    return escape(members[0].title or rule)


def _contents(groups: Iterable[tuple[str, list[GalleryLetter]]]) -> Iterator[str]:
    for number, (rule, members) in enumerate(groups, 1):
        yield f'<li><a href="#g{number}">{_title(rule, members)}</a> <span>{len(members):,}</span></li>'


def _card(letter: GalleryLetter, open_it: bool) -> str:
    """One letter, folded but for the first of its kind: folded frames cost the browser nothing."""
    height = min(420 + 25 * (letter.text.count("\n") + len(letter.text) // 60), 1500)
    preheader = f'<span class="pre">{escape(letter.preheader)}</span>' if letter.preheader else ""
    why = f'<p class="why"><b>Why:</b> {escape(letter.why)}</p>' if letter.why else ""
    return f"""<details class="card"{" open" if open_it else ""}>
<summary><span class="subject">{escape(letter.subject)}</span>{preheader}
<span class="facts">to {escape(letter.to)}{" · " if letter.sent_on else ""}{escape(letter.sent_on)}</span></summary>
{why}<div class="sides">
<div class="frame wide"><iframe sandbox loading="lazy" title="{escape(letter.subject)}, on a desktop"
 style="height:{height}px" srcdoc="{escape(letter.html)}"></iframe></div>
<div class="frame narrow"><iframe sandbox loading="lazy" title="{escape(letter.subject)}, on a phone"
 style="height:{height}px" srcdoc="{escape(letter.html)}"></iframe></div>
<div class="text"><h3>The text part</h3><pre>{escape(letter.text)}</pre></div>
</div></details>
"""


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex"><title>Letter gallery</title>
<style>
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: #eceff0; color: #22292b;
  font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
header { background: #fff; border-bottom: 1px solid #d8dedf; padding: 22px 32px 18px; }
h1 { margin: 0; font: normal 26px/1.3 Georgia, "Times New Roman", serif; color: #1d4f4a; }
header p { margin: 2px 0 0; color: #566164; }
.switch { position: absolute; opacity: 0; }
.bar { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 10px 24px; align-items: center;
  padding: 10px 32px; background: #fffffff2; border-bottom: 1px solid #d8dedf; }
.choice { display: inline-flex; border: 1px solid #b9c3c5; border-radius: 8px; overflow: hidden; }
.choice label { padding: 5px 15px; cursor: pointer; color: #3c484b; }
.choice label + label { border-left: 1px solid #b9c3c5; }
#both:checked ~ .bar [for=both], #desktop:checked ~ .bar [for=desktop], #phone:checked ~ .bar [for=phone],
#light:checked ~ .bar [for=light], #dark:checked ~ .bar [for=dark] { background: #1d6b63; color: #fff; }
#both:focus-visible ~ .bar [for=both], #desktop:focus-visible ~ .bar [for=desktop],
#phone:focus-visible ~ .bar [for=phone], #light:focus-visible ~ .bar [for=light],
#dark:focus-visible ~ .bar [for=dark] { outline: 3px solid #e0a526; outline-offset: -3px; }
.room { display: flex; align-items: flex-start; max-width: 1560px; margin: 0 auto; }
nav { position: sticky; top: 56px; flex: 0 0 216px; padding: 26px 0 26px 32px; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { display: flex; justify-content: space-between; gap: 12px; padding: 4px 0; color: #566164; }
nav a { color: #17645c; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.letters { flex: 1 1 auto; min-width: 0; padding: 8px 32px 60px; }
section { scroll-margin-top: 58px; }
h2 { margin: 22px 0 10px; font: normal 21px/1.3 Georgia, "Times New Roman", serif; color: #1d4f4a; }
.card { margin: 0 0 12px; background: #fff; border: 1px solid #d8dedf; border-radius: 10px; overflow: hidden; }
summary { padding: 12px 20px; cursor: pointer; overflow-wrap: anywhere; }
summary:hover { background: #f6f8f8; }
.subject { font-weight: 600; margin-right: 8px; }
.pre { color: #566164; }
.facts { display: block; padding-left: 17px; font-size: 14px; color: #566164; }
.why { margin: 0; padding: 10px 20px; border-top: 1px solid #e6eaeb; font-size: 14px; color: #3c484b;
  background: #f9faf7; }
.sides { display: flex; flex-wrap: wrap; border-top: 1px solid #e6eaeb; }
.frame { flex: 0 1 auto; min-width: 0; padding: 20px; background: #dfe4e5; }
.wide { flex: 1 1 640px; }
iframe { display: block; width: 100%; max-width: 680px; margin: 0 auto; border: 0; border-radius: 6px;
  background: #f4f1ea; box-shadow: 0 1px 5px #0003; color-scheme: light; }
.narrow iframe { width: 378px; max-width: 100%; border: 9px solid #22292b; border-radius: 30px; }
#phone:checked ~ .room .wide, #desktop:checked ~ .room .narrow { display: none; }
#dark:checked ~ .room iframe { color-scheme: dark; background: #16191a; }
.text { flex: 1 1 420px; min-width: 0; padding: 16px 22px; }
h3 { margin: 0 0 8px; font-size: 14px; font-weight: 600; color: #566164; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; }
.none { padding: 40px 0; color: #566164; }
@media (max-width: 900px) {
  .room { display: block; } nav { position: static; padding: 18px 16px 0; } .letters { padding: 4px 12px 40px; }
  header, .bar { padding-left: 16px; padding-right: 16px; } .frame { padding: 12px 0; flex: 1 1 100%; }
  .text { flex-basis: 100%; } .narrow iframe { width: 100%; border-width: 0; border-radius: 0; }
}
@media (max-width: 560px) { #both:checked ~ .room .narrow { display: none; } }
@media print { .bar, nav { display: none; } }
</style></head><body>
<header><h1>Letter gallery</h1><p>COUNT, as the patients see them. WHOSE</p></header>
<main>
<input class="switch" type="radio" name="width" id="both" checked><input class="switch" type="radio" name="width"
 id="desktop"><input class="switch" type="radio" name="width" id="phone"><input class="switch" type="radio"
 name="shade" id="light" checked><input class="switch" type="radio" name="shade" id="dark">
<div class="bar"><span class="choice"><label for="both">Both</label><label for="desktop">Desktop</label><label
 for="phone">Phone</label></span>
<span class="choice"><label for="light">Light</label><label for="dark">Dark</label></span></div>
<div class="room"><nav aria-label="Kinds of letters"><ul>CONTENTS</ul></nav><div class="letters">
"""
