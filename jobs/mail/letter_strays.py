"""Files beside the letters that nobody gets: saved, copied or renamed so that their name is no letter's any more.

The office manager sees her words in them and believes that patients read them.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.faults import Fault
from jobs.clinic.languages import language_name, read_language
from jobs.clinic.letter_names import in_language, is_letter, language_of, own_letter
from jobs.mail.letter_forms import PARTS

_ENDING = re.compile(r"((?:\.(?:md|markdown|mdown|txt|text|docx?|odt|rtf|html?|pdf))+)\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s._()\[\]-]+")


class _Name(NamedTuple):
    """The name of a file: what stands before its endings, and these."""

    stem: str
    ending: str


def stray_files(folder: Path, rules: Collection[str], language: str) -> tuple[list[Fault], list[str]]:
    """The files whose name is a slip, as faults; and in sentences those that may well stand there and that nobody gets.

    `rules` are the letters that rules name, `language` is the clinic's own. A letter that a rule names and that is not
    there is told elsewhere, with the file that may be meant.
    """
    names = sorted(path.name for path in folder.glob("*") if not path.name.startswith((".", "~")))
    faults, remarks = list[Fault](), list[str]()
    for name in names:
        if name in PARTS or name.lower() == "readme.md" or name in rules:
            continue
        file = f"{folder.name}/{name}"
        meant = _meant(_name_of(name), names)
        if fault := _slip(file, name, meant, names):
            if own_letter(meant) in names or meant not in rules:
                faults.append(fault)
        else:
            remarks += _remarks(file, name, meant, names, language)
    return faults, remarks


def _name_of(name: str) -> _Name:
    found = _ENDING.search(name)
    return _Name(name[: found.start()], found[1]) if found else _Name(name, "")


def _meant(name: _Name, names: Collection[str]) -> str:
    """The letter that a file may be meant for: `cancelled.es.md` for `cancelled_es.md` and `cancelled.spanish.md`,
    where cancelled.md is there. Without a language in it the name with its one right ending."""
    for place in _BETWEEN.finditer(name.stem):
        before, behind = name.stem[: place.start()], name.stem[place.end() :]
        for own, words in ((before, behind), (behind, before)):
            language = read_language(words.strip(" ()[]").replace("_", "-")) if words else ""
            if f"{own}.md" in names and isinstance(language, str) and language:
                return in_language(f"{own}.md", language)
    return f"{name.stem}.md"


def _slip(file: str, name: str, meant: str, names: Collection[str]) -> Fault | None:
    """A fault where the name of a file was surely meant to be that of a letter, and is none."""
    ending = _name_of(name).ending.lower()
    if name == meant or not ending.startswith((".md", ".markdown", ".mdown")):
        return None
    if is_letter(name) and (language_of(name) or not language_of(meant)):
        return None  # the letters tell the one themselves; the other may be a letter to come
    if language_of(meant):
        what = f"Nothing asks for a letter of this name; {own_letter(meant)} in "
        what += f"{language_name(language_of(meant))} is called {meant}."
    else:
        what = f'The name of the file does not end in .md as that of a letter does, but in "{_name_of(name).ending}".'
    remedy = f"Rename it to {meant}."
    if meant in names:
        remedy = f"{meant} is there too: keep the better of the two under that name, and delete the other."
    return Fault(file, 0, what, remedy)


def _remarks(file: str, name: str, meant: str, names: Collection[str], language: str) -> Iterator[str]:
    """What is no mistake, and worth knowing."""
    if not is_letter(name):
        if meant in names and _name_of(name).ending:
            yield f"{file} is no letter: patients get {meant}."
    elif not language_of(name):
        yield f"{file}: no rule names this letter, so nobody gets it."
    elif language_of(name) == language and own_letter(name) in names:
        yield f"{file}: nobody gets it, as {own_letter(name)} is in {language_name(language)} already."
