"""The making of one letter: read, checked, turned from Markdown into code, tried out on made-up patients."""

import re
from collections.abc import Mapping
from types import CodeType
from typing import NamedTuple

from jobs.clinic.faults import Fault
from jobs.mail import letter_language as language
from jobs.mail.fields import FIELDS
from jobs.mail.letter_file import decode
from jobs.mail.letter_forms import (
    LIST_HTML,
    LIST_TEXT,
    NO_TRIALS,
    SHELL_HTML,
    SHELL_TEXT,
    Awake,
    Compiled,
    Trials,
)
from jobs.mail.letter_marks import TAG
from jobs.mail.letter_paper import ALL_FIELDS, BODY, check_paper
from jobs.mail.letter_privacy import private_fault
from jobs.mail.letter_source import LetterSource, take_apart
from jobs.mail.letter_trials import try_out
from jobs.mail.letter_typed_over import typed_over
from jobs.mail.markdown_letters import convert, inline_styles

_ARTICLES = re.compile(r"\{\{-?\s*articles\s*-?\}\}")
_LETTER_FIELDS = tuple(field.name for field in FIELDS)
_HEAD_FIELDS = tuple(field.name for field in FIELDS if field.in_subject)

_NAME = re.compile(r" (\{\{-?\s*patient\.first_name\s*-?\}\})")
_NAME_IF_KNOWN = r"{% if patient.first_name %} \1{% endif %}"  # there is no "there" in other languages
_RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")


class Paper(NamedTuple):
    """What a letter is made with: the shell and the reading list, the clinic's own values, its zone and a language."""

    folder: str
    parts: Mapping[str, bytes]
    clinic: Mapping[str, str]
    zone: str
    language: str
    trials: Trials = NO_TRIALS
    earlier: bytes = b""  # the version of the letter that counted last


def make_letter(data: bytes, file: str, paper: Paper) -> Compiled:
    """The compiled letter, or its faults. Faults of the shell and the reading list come with every letter."""
    text, faults = decode(data, file)
    source = None
    if not faults:
        source, faults = take_apart(text, file)
    if source is not None:
        faults += _check_fields(source, faults, paper) or _typed_over(source, paper)
    surround, part_faults = check_paper(paper.folder, paper.parts)
    if faults or part_faults or source is None:
        return _refused(faults + part_faults)
    try:
        letter = _build(source, surround, paper)
        awake = Awake(letter, paper.zone, paper.language)
    except Exception as trouble:  # such as a hundred {% if %} inside each other: it must end as a sentence
        what = f"The letter cannot be put together ({type(trouble).__name__})."
        return _refused([Fault(file, 0, what, "Make it simpler: fewer instructions inside each other.")])
    faults = try_out(awake.write, source, paper.trials.patients())
    return _refused(faults) if faults else letter


def _refused(faults: list[Fault]) -> Compiled:
    return Compiled("", "", None, None, tuple((f.file, f.line, f.what, f.remedy) for f in faults))


def _check_fields(source: LetterSource, found: list[Fault], paper: Paper) -> list[Fault]:
    """Faults of the fields. Where a brace is missing, Jinja would only repeat it less plainly."""
    faults: list[Fault] = []
    for name in ("subject", "preheader"):
        words = getattr(source, name)
        if not any(fault.line == source.lines[name] for fault in found):
            faults += _check_head(source.file, name, words, source.lines[name])
        if not any(fault.line == source.lines[name] for fault in (*found, *faults)):
            told = TAG.sub(" . ", words).replace(paper.clinic.get("clinic.name", ""), " . ")
            private = private_fault(source.file, name, told, source.lines[name], paper.trials.private_words())
            faults += [private] if private else []
    if not any(fault.line >= source.body_line for fault in found):
        faults += language.check(source.body, source.file, source.body_line)
        faults += _check_list(source)
    return faults


def _typed_over(source: LetterSource, paper: Paper) -> list[Fault]:
    """Faults where a day, an hour or a name stands in place of a field of the version that counted last."""
    earlier, _ = take_apart(decode(paper.earlier, source.file)[0], source.file) if paper.earlier else (None, None)
    return typed_over(source, earlier, paper.language, paper.clinic.get("clinic.name", "")) if earlier else []


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
    lists = [number for number, line in enumerate(source.body.split("\n"), source.body_line) if _ARTICLES.search(line)]
    if len(lists) > 1:
        return [Fault(source.file, lists[1], "{{ articles }} stands in the letter twice.", "Delete one of them.")]
    remedy = "Put an empty line before and after {{ articles }}."
    return [
        Fault(source.file, number, "{{ articles }} does not stand on a line of its own.", remedy)
        for number, line in enumerate(source.body.split("\n"), source.body_line)
        if _ARTICLES.search(line) and _ARTICLES.sub("", re.sub(r"\{%.*?%\}", "", line)).strip()
    ]


def _build(source: LetterSource, parts: Mapping[str, str], paper: Paper) -> Compiled:
    english = paper.language == "en"
    clinic = dict(paper.clinic) | {"letter.language": paper.language}
    clinic["letter.direction"] = "rtl" if paper.language in _RIGHT_TO_LEFT else "ltr"
    bodies = convert(
        source.body if english else _NAME.sub(_NAME_IF_KNOWN, source.body),
        parts[LIST_HTML].strip("\n"),
        parts[LIST_TEXT].strip("\n"),
    )
    html = inline_styles(BODY.sub(lambda _: bodies.html, parts[SHELL_HTML]))
    text = BODY.sub(lambda _: bodies.text.strip("\n"), parts[SHELL_TEXT])
    return Compiled(
        _head(source.subject, clinic),
        _head(source.preheader, clinic),
        language.translate(html, source.file, True, clinic, ALL_FIELDS),
        language.translate(text, source.file, False, clinic, ALL_FIELDS),
        (),
    )


def _head(words: str, clinic: Mapping[str, str]) -> str | CodeType:
    """A subject or preheader: plain text where only the clinic's fields stand in it."""
    code = language.translate(words, "head", False, clinic, _HEAD_FIELDS)
    if "appointment." in words:
        return code
    return " ".join(language.wake(code, False).render().split())
