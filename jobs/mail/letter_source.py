"""One Markdown letter as the office manager wrote it: its parts, and the mistakes that can be seen without running it.

Everything here keeps the line numbers of the file, so that each fault names the line she sees in her editor.
"""

import re
from dataclasses import dataclass
from functools import partial

from jobs.clinic.faults import Fault, did_you_mean
from jobs.mail.letter_marks import TAG, look_at_markdown, look_at_words, look_for_conflict

LONGEST_SUBJECT = 150
_HEADS = ("subject", "preheader")
_QUOTES = "“”„‟‘’‚‛«»‹›"
_DASHES = re.compile(r"[-\u2010-\u2015\u2212_=\u2500*]{1,40}")


@dataclass(frozen=True)
class LetterSource:
    """A letter taken apart: `body` starts on line `body_line` of the file, `lines` gives each head its line."""

    file: str
    subject: str
    preheader: str
    body: str
    body_line: int
    lines: dict[str, int]


def take_apart(text: str, file: str) -> tuple[LetterSource | None, list[Fault]]:
    """The head and the body of a letter, with the faults of both that can be seen without running it."""
    lines = text.split("\n")
    conflict = look_for_conflict(lines, file)
    ends = [number for number, line in enumerate(lines[1:], 2) if line.rstrip() == "---"]
    if conflict or lines[0].rstrip() != "---" or not ends:
        return None, conflict or [_no_head(lines, file)]
    head, faults = _read_head(lines[1 : ends[0] - 1], file)
    body_lines = lines[ends[0] :]
    heads = {name: _line_of(name, lines[: ends[0]]) for name in _HEADS}
    source = LetterSource(file, head["subject"], head["preheader"], "\n".join(body_lines), ends[0] + 1, heads)
    faults += look_at_tags("\n".join(lines[: ends[0]]), file, 1)
    faults += look_at_tags(source.body, file, source.body_line)
    faults += look_at_markdown(body_lines, file, source.body_line)
    if not source.body.strip():
        faults.append(Fault(file, source.body_line, "The letter says nothing.", "Write its text under the second ---."))
    return source, faults


def _no_head(lines: list[str], file: str) -> Fault:
    """What is wrong where the head does not stand between two lines of three hyphens."""
    for number, line in enumerate(lines[:8], 1):
        mark = line.strip()
        if mark not in ("", "---") and _DASHES.fullmatch(mark):
            what = f'The line "{mark[:20]}" should be three plain hyphens: ---.'
            return Fault(file, number, what, "Type them in a plain editor; Word joins them into a dash.")
    if lines[0].rstrip() == "---":
        return Fault(file, 1, "The head of the letter is not closed.", "Write --- on a line of its own under it.")
    first = next((number for number, line in enumerate(lines, 1) if line.strip()), 1)
    if lines[first - 1].rstrip() == "---":
        return Fault(file, 1, "An empty line stands above the head of the letter.", "Delete it: --- comes first.")
    remedy = "Begin the file with three lines: ---, then subject: and the words of the subject, then --- again."
    return Fault(file, 1, "The head of the letter, between two lines of ---, is missing.", remedy)


def _line_of(name: str, lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines, 1) if _is_head(name, line)), 1)


def _is_head(name: str, line: str) -> bool:
    """Whether a line of the head gives this name its words: `subject:`, also `Subject :`."""
    return line.partition(":")[0].strip().lower() == name and ":" in line


def _read_head(lines: list[str], file: str) -> tuple[dict[str, str], list[Fault]]:
    """Subject and preheader, "" where they cannot be read."""
    import frontmatter  # only where a letter is new or changed: it is slow to load
    import yaml  # type: ignore[import-untyped]  # its stubs are no part of the pinned packages

    head, faults = dict.fromkeys(_HEADS, ""), list[Fault]()
    try:
        found = dict(frontmatter.loads("---\n" + "\n".join(lines) + "\n---\n").metadata)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        remedy = 'Put the words between straight quotation marks: subject: "Your visit: what comes next".'
        line = next((number for number, words in enumerate(lines, 2) if not _is_yaml(words)), 2)
        return {**head, "subject": "?"}, [Fault(file, line, "The head of the letter cannot be read here.", remedy)]
    for typed, value in found.items():
        name = str(typed).strip().lower()
        at = _line_of(name, ["---", *lines])
        if name not in _HEADS:
            remedy = did_you_mean(name, _HEADS) or "A head has the lines subject: and preheader:."
            faults.append(Fault(file, at, f'"{typed}" is not known in the head of a letter.', remedy))
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


def _is_yaml(line: str) -> bool:
    """Whether a line of the head can be read by itself."""
    import yaml

    try:
        yaml.safe_load(line)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return True


def _look_at_head(name: str, value: str, lines: list[str], file: str, at: int) -> list[Fault]:
    places = [number for number, line in enumerate(lines, 2) if _is_head(name, line)]
    if len(places) > 1:
        return [Fault(file, places[-1], f"The head has two lines {name}:.", "Delete one of them.")]
    if value[:1] in tuple(_QUOTES) and value[-1:] in tuple(_QUOTES):
        remedy = f"Leave the quotation marks out, or use straight ones, else patients see them in the {name}."
        return [Fault(file, at, f"The {name} stands between curly quotation marks.", remedy)]
    if name == "subject" and len(value) > LONGEST_SUBJECT:
        what = f"The subject has {len(value)} characters; the limit is {LONGEST_SUBJECT}."
        return [Fault(file, at, what, "Phones show about forty; say the rest in the letter.")]
    return look_at_words(name, value, partial(Fault, file, at))


_OUTSIDE = (
    (re.compile(r"\{\{\{|\}\}\}"), "has three braces in a row", "Write exactly two: {{ patient.first_name }}."),
    (re.compile(r"\{\s+\{|\}\s+\}"), "has a blank between two braces", "Write them together: {{ and }}."),
    (re.compile(r"\{\s+%|%\s+\}"), "has a blank between a brace and a percent sign", "Write them together: {% and %}."),
    (re.compile(r"\{\{"), "opens a field with {{ that is not closed", "Close it with }}."),
    (re.compile(r"\{%"), "opens an instruction with {% that is not closed", "Close it with %}."),
    (re.compile(r"\{#"), "opens a note with {# that is not closed", "Close it with #} on the same line."),
    (re.compile(r"\}\}"), "closes a field with }} that was not opened", "Open it with {{."),
    (re.compile(r"%\}"), "closes an instruction with %} that was not opened", "Open it with {%."),
    (re.compile(r"\{\s{0,9}[A-Za-z_][\w. ]{0,60}\}"), "has a field between single braces",
     "Write two on each side: {{ patient.first_name }}."),
)  # fmt: skip
"""What is wrong with a line whose good tags are taken out; the first that fits is told."""


def look_at_tags(text: str, file: str, first_line: int) -> list[Fault]:
    """Faults of braces, quotation marks and blocks, each with its line."""
    faults: list[Fault] = []
    misfits: list[Fault] = []
    blocks_seen = True  # no instruction was lost to a broken brace or word, so that what is unclosed is truly unclosed
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
                    blocks_seen = blocks_seen and _block_word(tag) in ("", *_BLOCK_WORDS)
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
    word = _block_word(tag)
    if tag.startswith("{%") and word not in _BLOCK_WORDS:
        joined = "".join(tag[2:-2].strip("-+ ").lower().split())
        remedy = did_you_mean(joined if joined in _BLOCK_WORDS else word.lower(), _BLOCK_WORDS)
        remedy = remedy or f"A letter knows {', '.join(_BLOCK_WORDS)}."
        return [fault(f'"{word}" is no instruction that a letter knows.', remedy)]
    return []


_BLOCK_WORDS = ("if", "elif", "else", "endif", "for", "endfor")


def _block_word(tag: str) -> str:
    """`if` of `{% if articles %}`."""
    return (tag[2:-2].strip("-+ ").split() or [""])[0]


def _follow_block(tag: str, open_blocks: list[tuple[str, int]], file: str, number: int) -> list[Fault]:
    """Keep the blocks that are open; a fault where this one does not fit."""
    word = _block_word(tag)
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
    return []
