"""One Markdown letter as the office manager wrote it: its parts, and the mistakes that can be seen without running it.

Everything here keeps the line numbers of the file, so that each fault names the line she sees in her editor.
"""

import re
from dataclasses import dataclass
from functools import partial

from jobs.clinic.faults import Fault, did_you_mean

LONGEST_FILE = 100_000
TAG = re.compile(r"\{\{.{0,300}?\}\}|\{%.{0,300}?%\}|\{#.{0,2000}?#\}")  # bounded: no line can make it slow
_HEADS = ("subject", "preheader")
_QUOTES = "“”„‟‘’‚‛«»‹›"
_WORDY_SPACE = re.compile("[\u00a0\u2000-\u200b\u202f\u2060\ufeff]")  # blanks that word processors put into tags
_HTML = re.compile(r"</?[A-Za-z][A-Za-z0-9:-]*(?:\s[^<>]*)?/?>|<!--|<!\[|<\?xml|\bclass=\"?Mso")
_LINK = re.compile(r"(!?)\[([^\]\n]{0,500})\]\(\s{0,9}([^)\s]{0,2000})[^)]{0,500}\)")
_SPACED_LINK = re.compile(r"\[[^\]\n]{1,500}\]\s{1,9}\((?:https?:|mailto:|\{\{)")
_ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@|tel:\+?[\d(])", re.IGNORECASE)


@dataclass(frozen=True)
class LetterSource:
    """A letter taken apart: `body` starts on line `body_line` of the file, `lines` gives each head its line."""

    file: str
    subject: str
    preheader: str
    body: str
    body_line: int
    lines: dict[str, int]


def decode(data: bytes, file: str) -> tuple[str, list[Fault]]:
    """The text of a template with line ends of one kind; faults where it is too long or not UTF-8."""
    if len(data) > LONGEST_FILE:
        remedy = "A letter is a few hundred words. Paste it again as plain text, without pictures."
        what = f"The file has {len(data) // 1000} KB; the limit is {LONGEST_FILE // 1000}."
        return "", [Fault(file, 0, what, remedy)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        remedy = "In the editor, choose Save As and the encoding UTF-8."
        return "", [Fault(file, line, "A character on this line is not saved as UTF-8.", remedy)]
    return _WORDY_TAGS.sub(_tidy_tag, text.replace("\r\n", "\n").replace("\r", "\n")), []


_WORDY_TAGS = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}")


def _tidy_tag(tag: re.Match[str]) -> str:
    return _WORDY_SPACE.sub(" ", tag[0])


def take_apart(text: str, file: str) -> tuple[LetterSource | None, list[Fault]]:
    """The head and the body of a letter, with the faults of both that can be seen without running it."""
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        remedy = "Begin the file with three lines: ---, then subject: and the words of the subject, then --- again."
        return None, [Fault(file, 1, "The head of the letter, between two lines of ---, is missing.", remedy)]
    head, faults = _read_head(lines[1 : ends[0] - 1], file)
    body_lines = lines[ends[0] :]
    heads = {name: _line_of(name, lines[: ends[0]]) for name in _HEADS}
    source = LetterSource(file, head["subject"], head["preheader"], "\n".join(body_lines), ends[0] + 1, heads)
    faults += look_at_tags("\n".join(lines[: ends[0]]), file, 1)
    faults += look_at_tags(source.body, file, source.body_line)
    faults += _look_at_markdown(body_lines, file, source.body_line)
    if not source.body.strip():
        faults.append(Fault(file, source.body_line, "The letter says nothing.", "Write its text under the second ---."))
    return source, faults


def _line_of(name: str, lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{name}:")), 1)


def _read_head(lines: list[str], file: str) -> tuple[dict[str, str], list[Fault]]:
    """Subject and preheader, "" where they cannot be read."""
    import frontmatter  # only where a letter is new or changed: it is slow to load
    import yaml  # type: ignore[import-untyped]  # its stubs are no part of the pinned packages

    head, faults = dict.fromkeys(_HEADS, ""), list[Fault]()
    try:
        found = dict(frontmatter.loads("---\n" + "\n".join(lines) + "\n---\n").metadata)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError) as trouble:
        mark = getattr(trouble, "problem_mark", None)
        remedy = 'Put the words between straight quotation marks: subject: "Your visit: what comes next".'
        line = min(mark.line, len(lines) - 1) + 2 if mark and lines else 2
        return {**head, "subject": "?"}, [Fault(file, line, "The head of the letter cannot be read here.", remedy)]
    for name, value in found.items():
        at = _line_of(str(name), ["---", *lines])
        if name not in _HEADS:
            remedy = did_you_mean(str(name), _HEADS) or "A head has the lines subject: and preheader:."
            faults.append(Fault(file, at, f'"{name}" is not known in the head of a letter.', remedy))
        elif not isinstance(value, str) and value is not None:
            remedy = f'Put the words between straight quotation marks: {name}: "...".'
            faults.append(Fault(file, at, f"The {name} is not read as words.", remedy))
            head[name] = "?"
        else:
            head[name] = " ".join((value or "").split())
            faults += _look_at_head(name, head[name], lines, file, at)
    if not head["subject"]:
        remedy = "Add a line such as: subject: Your visit on {{ appointment.date }}"
        faults.append(Fault(file, _line_of("subject", ["---", *lines]), "The subject is missing.", remedy))
    return head, faults


def _look_at_head(name: str, value: str, lines: list[str], file: str, at: int) -> list[Fault]:
    if sum(line.startswith(f"{name}:") for line in lines) > 1:
        second = (
            len(lines) + 1 - next(place for place, line in enumerate(reversed(lines)) if line.startswith(f"{name}:"))
        )
        return [Fault(file, second, f"The head has two lines {name}:.", "Delete one of them.")]
    if value[:1] in tuple(_QUOTES) and value[-1:] in tuple(_QUOTES):
        remedy = f"Leave the quotation marks out, or use straight ones, else patients see them in the {name}."
        return [Fault(file, at, f"The {name} stands between curly quotation marks.", remedy)]
    return []


_OUTSIDE = (
    (re.compile(r"\{\{\{|\}\}\}"), "has three braces in a row", "Write exactly two: {{ patient.first_name }}."),
    (re.compile(r"\{\s+\{|\}\s+\}"), "has a blank between two braces", "Write them together: {{ and }}."),
    (re.compile(r"\{\s+%|%\s+\}"), "has a blank between a brace and a percent sign", "Write them together: {% and %}."),
    (re.compile(r"\{\{"), "opens a field with {{ that is not closed", "Close it with }}."),
    (re.compile(r"\{%"), "opens an instruction with {% that is not closed", "Close it with %}."),
    (re.compile(r"\{#"), "opens a note with {# that is not closed", "Close it with #} on the same line."),
    (re.compile(r"\}\}"), "closes a field with }} that was not opened", "Open it with {{."),
    (re.compile(r"%\}"), "closes an instruction with %} that was not opened", "Open it with {%."),
    (re.compile(r"\{\s*(?:patient|appointment|clinic|articles)\b[^{}]*\}"), "has a field between single braces",
     "Write two on each side: {{ patient.first_name }}."),
)  # fmt: skip
"""What is wrong with a line whose good tags are taken out; the first that fits is told."""


def look_at_tags(text: str, file: str, first_line: int) -> list[Fault]:
    """Faults of braces, quotation marks and blocks, each with its line."""
    faults: list[Fault] = []
    misfits: list[Fault] = []
    blocks_seen = True  # no instruction was lost to a broken brace, so that what is unclosed is truly unclosed
    open_blocks: list[tuple[str, int]] = []
    for number, line in enumerate(text.split("\n"), first_line):
        tripled = _OUTSIDE[0][0].search(line)
        rest = line if tripled else TAG.sub(" ", line)
        wrong = next((rule for rule in _OUTSIDE if rule[0].search(rest)), None)
        nested = next((tag for tag in TAG.findall(line) if "{{" in tag[2:] or "{%" in tag[2:]), None)
        if wrong:
            faults.append(Fault(file, number, f"The line {wrong[1]}.", wrong[2]))
            blocks_seen = blocks_seen and "%" not in line
        elif nested:
            faults.append(Fault(file, number, f'"{nested[:40]}" opens a second time before it is closed.',
                                "Close each field with }} and each instruction with %}."))  # fmt: skip
        else:
            for tag in TAG.findall(line):
                faults += _look_into(tag, partial(Fault, file, number))
                if tag.startswith("{%"):
                    misfits += _follow_block(tag, open_blocks, file, number)
    for word, number in open_blocks:
        remedy = f"Write {{% end{word} %}} after the last line that belongs to it."
        misfits.append(Fault(file, number, f'"{{% {word} ... %}}" is never closed.', remedy))
    return faults + misfits if blocks_seen else faults


def _look_into(tag: str, fault: "partial[Fault]") -> list[Fault]:
    if tag.startswith("{#"):
        return []
    if any(mark in tag for mark in _QUOTES):
        return [fault(f"Curly quotation marks stand inside {tag[:60]}.", "Type straight ones there: ' or \".")]
    if "\\" in tag:
        return [fault(f"A backslash stands inside {tag[:60]}.", "Delete it; some editors put it before an underscore.")]
    if not tag[2:-2].strip("- "):
        return [fault(f"{tag} is empty.", "Write the name of a field between the braces, or delete them.")]
    return []


_BLOCK_WORDS = ("if", "elif", "else", "endif", "for", "endfor")


def _follow_block(tag: str, open_blocks: list[tuple[str, int]], file: str, number: int) -> list[Fault]:
    """Keep the blocks that are open; a fault where this one does not fit."""
    word = (tag[2:-2].strip("-+ ").split() or [""])[0]
    if word in ("if", "for"):
        open_blocks.append((word, number))
    elif word in ("else", "elif"):
        if not open_blocks:
            return [
                Fault(file, number, f"{{% {word} %}} stands outside of any {{% if %}}.", "Write {% if ... %} first.")
            ]
    elif word in ("endif", "endfor"):
        if not open_blocks or open_blocks[-1][0] != word[3:]:
            remedy = f"Write {{% {word[3:]} ... %}} before it, or delete it."
            if open_blocks:
                remedy = f"Close the {{% {open_blocks[-1][0]} %}} of line {open_blocks[-1][1]} first."
                open_blocks.pop()
            return [Fault(file, number, f"{{% {word} %}} has no {{% {word[3:]} %}} before it.", remedy)]
        open_blocks.pop()
    elif word:
        joined = "".join(tag[2:-2].strip("-+ ").lower().split())
        remedy = did_you_mean(joined if joined in _BLOCK_WORDS else word.lower(), _BLOCK_WORDS)
        what = f'"{word}" is no instruction that a letter knows.'
        return [Fault(file, number, what, remedy or f"A letter knows {', '.join(_BLOCK_WORDS)}.")]
    return []


def _look_at_markdown(lines: list[str], file: str, first_line: int) -> list[Fault]:
    """HTML, pictures and links that lead nowhere."""
    faults: list[Fault] = []
    pasted = [
        (number, found[0])
        for number, line in enumerate(lines, first_line)
        if (found := _HTML.search(TAG.sub("", line)))
    ]
    if pasted:
        more = f" and {len(pasted) - 1} more lines" if len(pasted) > 1 else ""
        what = f'The line{more} holds HTML, such as "{pasted[0][1][:30]}", as Word leaves it when text is pasted.'
        remedy = "Paste the text again as plain text (Ctrl+Shift+V); make **bold** with asterisks."
        faults.append(Fault(file, pasted[0][0], what, remedy))
    for number, line in enumerate(lines, first_line):
        fault = partial(Fault, file, number)
        for picture, words, address in _LINK.findall(TAG.sub(_without_blanks, line)):
            faults += _look_at_link(picture, words, address, fault)
        if _SPACED_LINK.search(line):
            faults.append(
                fault("A blank stands between the words of a link and its address.", "Write [words](address).")
            )
    return faults


def _without_blanks(tag: re.Match[str]) -> str:
    return tag[0].replace(" ", "")


def _look_at_link(picture: str, words: str, address: str, fault: "partial[Fault]") -> list[Fault]:
    if picture:
        return [fault("Letters hold no pictures: most mail programs hide them.", "Write what it shows, or link to it.")]
    if not address:
        return [fault(f'The link "{words[:40]}" leads nowhere.', "Write its address between the parentheses.")]
    if not words.strip():
        return [fault("A link has no words.", "Write between the brackets what the patient clicks on.")]
    if "{{" in address:
        if "patient." in address or "appointment." in address:
            return [fault("The address of a link holds a field of the patient.", "Use a field of the clinic there.")]
    elif not _ADDRESS.match(address):
        return [fault(f'The address "{address[:60]}" of a link is incomplete.', "Begin it with https:// or mailto:.")]
    return []
