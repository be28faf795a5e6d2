"""The making of one letter: read, checked, turned from Markdown into code, tried out on made-up patients."""

import re
from collections.abc import Mapping
from types import CodeType

from jobs.clinic.faults import Fault
from jobs.mail import letter_language as language
from jobs.mail.fields import FIELDS
from jobs.mail.letter_forms import LIST_HTML, LIST_TEXT, PARTS, SHELL_HTML, SHELL_TEXT, Awake, Compiled
from jobs.mail.letter_source import LetterSource, decode, look_at_tags, take_apart
from jobs.mail.letter_trials import try_out
from jobs.mail.markdown_letters import convert, inline_styles

_BODY = re.compile(r"\{\{-?\s*letter\.body\s*-?\}\}")
_ARTICLES = re.compile(r"\{\{-?\s*articles\s*-?\}\}")
_LETTER_FIELDS = tuple(field.name for field in FIELDS)
_HEAD_FIELDS = tuple(field.name for field in FIELDS if field.in_subject)
_ALL_FIELDS = _LETTER_FIELDS + language.SHELL_FIELDS


def make_letter(data: bytes, file: str, folder: str, parts: Mapping[str, bytes], clinic: Mapping[str, str]) -> Compiled:
    """The compiled letter, or its faults. Faults of the shell and the reading list come with every letter."""
    text, faults = decode(data, file)
    source = None
    if not faults:
        source, faults = take_apart(text, file)
    if source is not None:
        faults += _check_fields(source, faults)
    surround, part_faults = _check_parts(folder, parts)
    if faults or part_faults or source is None:
        return _refused(faults + part_faults)
    try:
        letter = _build(source, surround, clinic)
        awake = Awake(letter)
    except Exception as trouble:  # such as a hundred {% if %} inside each other: it must end as a sentence
        what = f"The letter cannot be put together ({type(trouble).__name__})."
        return _refused([Fault(file, 0, what, "Make it simpler: fewer instructions inside each other.")])
    faults = try_out(awake.write, file, source.lines, source.body, source.body_line)
    return _refused(faults) if faults else letter


def _refused(faults: list[Fault]) -> Compiled:
    return Compiled("", "", None, None, tuple((f.file, f.line, f.what, f.remedy) for f in faults))


def _check_fields(source: LetterSource, found: list[Fault]) -> list[Fault]:
    """Faults of the fields. Where a brace is missing, Jinja would only repeat it less plainly."""
    faults: list[Fault] = []
    for name in ("subject", "preheader"):
        words = getattr(source, name)
        if not any(fault.line == source.lines[name] for fault in found):
            faults += _check_head(source.file, name, words, source.lines[name])
    if not any(fault.line >= source.body_line for fault in found):
        faults += language.check(source.body, source.file, source.body_line)
        faults += _check_list(source)
    return faults


def _check_head(file: str, name: str, words: str, line: int) -> list[Fault]:
    faults = language.check(words, file, line, _LETTER_FIELDS)
    if faults:
        return faults
    for fault in language.check(words, file, line, _HEAD_FIELDS):
        field = fault.what.partition("}}")[0].strip("{ ")
        remedy = "It is shown on locked screens; greet the patient in the letter instead."
        faults.append(Fault(file, line, f"{{{{ {field} }}}} may not stand in the {name}.", remedy))
    return faults


def _check_list(source: LetterSource) -> list[Fault]:
    remedy = "Put an empty line before and after {{ articles }}."
    return [
        Fault(source.file, number, "{{ articles }} does not stand on a line of its own.", remedy)
        for number, line in enumerate(source.body.split("\n"), source.body_line)
        if _ARTICLES.search(line) and _ARTICLES.sub("", re.sub(r"\{%.*?%\}", "", line)).strip()
    ]


def _check_parts(folder: str, parts: Mapping[str, bytes]) -> tuple[dict[str, str], list[Fault]]:
    """The texts that surround every letter, with their faults."""
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name in PARTS:
        file = f"{folder}/{name}"
        if not parts[name]:
            faults.append(Fault(file, 0, "The file is missing or empty.", "Restore it; every letter needs it."))
            continue
        texts[name], wrong = decode(parts[name], file)
        wrong += look_at_tags(texts[name], file, 1)
        if not wrong:
            wrong = language.check(texts[name], file, 1, _ALL_FIELDS)
        if name in (SHELL_HTML, SHELL_TEXT) and len(_BODY.findall(texts[name])) != 1 and not wrong:
            what = "The letter itself has no place in the shell, or more than one."
            wrong.append(Fault(file, 0, what, "Write {{ letter.body }} once, where the letter belongs."))
        faults += wrong
    return texts, faults


def _build(source: LetterSource, parts: Mapping[str, str], clinic: Mapping[str, str]) -> Compiled:
    bodies = convert(source.body, parts[LIST_HTML].strip("\n"), parts[LIST_TEXT].strip("\n"))
    html = inline_styles(_BODY.sub(lambda _: bodies.html, parts[SHELL_HTML]))
    text = _BODY.sub(lambda _: bodies.text.strip("\n"), parts[SHELL_TEXT])
    return Compiled(
        _head(source.subject, clinic),
        _head(source.preheader, clinic),
        language.translate(html, source.file, True, clinic, _ALL_FIELDS),
        language.translate(text, source.file, False, clinic, _ALL_FIELDS),
        (),
    )


def _head(words: str, clinic: Mapping[str, str]) -> str | CodeType:
    """A subject or preheader: plain text where only the clinic's fields stand in it."""
    code = language.translate(words, "head", False, clinic, _HEAD_FIELDS)
    if "appointment." in words:
        return code
    return " ".join(language.wake(code, False).render().split())
