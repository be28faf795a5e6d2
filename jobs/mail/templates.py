"""The letters of `templates/`: checked and compiled once, kept compiled, and written to one patient at a time.

What a letter compiles to depends on its text, the shell, the reading list, the clinic's own values and this program.
All of that names its file in the cache, so that a daily run loads neither Markdown nor the style inliner, and a letter
that somebody edits while a run is under way changes nothing in that run.
"""

import hashlib
import marshal
import os
import sys
from collections.abc import Mapping
from dataclasses import astuple
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.profile import ClinicProfile
from jobs.mail.fields import LetterValues, clinic_values
from jobs.mail.letter_forms import PARTS, Awake, Compiled, Written

_SEAL = 16
_MADE_BY = (
    "fields", "letter_forms", "letter_language", "letter_making", "letter_source", "letter_trials", "markdown_letters",
)  # fmt: skip


class Letters:
    """All letters of the clinic. `faults` names every mistake in every file; a letter with one is never written."""

    def __init__(self, compiled: Mapping[str, Compiled], faults: list[Fault]) -> None:
        self._compiled = dict(compiled)
        self._awake: dict[str, Awake] = {}
        self.faults = faults
        self.names: tuple[str, ...] = tuple(self._compiled)
        self.usable = frozenset(name for name, letter in self._compiled.items() if letter.html is not None)

    def write(self, name: str, values: LetterValues) -> Written:
        """The letter as this patient reads it. ValueError where there is no such letter or it has faults."""
        awake = self._awake.get(name)
        if awake is None:
            awake = self._awake[name] = self._wake(name)
        return awake.write(values)

    def _wake(self, name: str) -> "Awake":
        letter = self._compiled.get(name)
        if letter is None:
            raise ValueError(f'There is no letter "{name}" in templates/. {did_you_mean(name, self.names)}'.rstrip())
        if letter.html is None:
            raise ValueError(f'The letter "{name}" has faults and is not used; `run_jobs.py check` lists them.')
        return Awake(letter)


def load_letters(folder: Path, clinic: ClinicProfile, cache: Path | None) -> Letters:
    """Every letter of a folder. Compiled ones are taken from `cache`; new and changed ones are checked and compiled.

    Faults are returned, not raised; a letter with faults stands in `names` but not in `usable`.
    """
    parts, faults = _read_parts(folder), list[Fault]()
    around = _print_of([_program_print(), repr(astuple(clinic)).encode(), *parts.values()])
    compiled: dict[str, Compiled] = {}
    for path in sorted(folder.glob("*.md")):
        if path.name.lower() == "readme.md":
            continue
        data = path.read_bytes()
        print_of_letter = _print_of([around.encode(), path.name.encode(), data])
        kept = cache / f"{path.stem}.{print_of_letter}.letter" if cache else None
        letter = _from_cache(kept) if kept else None
        if letter is None:
            letter = _compile(data, f"{folder.name}/{path.name}", folder.name, parts, clinic)
            if kept:
                _into_cache(kept, path.stem, letter)
        compiled[path.name] = letter
        faults += [Fault(*fault) for fault in letter.faults]
    if not compiled:
        faults.append(Fault(f"{folder.name}/", 0, "The folder holds no letter.", "Restore its *.md files."))
    return Letters(compiled, sorted(set(faults)))


def _compile(data: bytes, file: str, folder: str, parts: Mapping[str, bytes], clinic: ClinicProfile) -> Compiled:
    from jobs.mail.letter_making import make_letter  # the cold path: Markdown, styles, trials

    return make_letter(data, file, folder, parts, clinic_values(clinic))


def _read_parts(folder: Path) -> dict[str, bytes]:
    """What surrounds every letter; a missing file is empty, which is a fault of each letter."""
    parts = {}
    for name in PARTS:
        try:
            parts[name] = (folder / name).read_bytes()
        except OSError:
            parts[name] = b""
    return parts


def _print_of(pieces: list[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "big") + piece)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _program_print() -> bytes:
    """What tells this program, this Python and this Jinja from any other."""
    here = Path(__file__).parent
    names = (
        "fields",
        "letter_forms",
        "letter_language",
        "letter_making",
        "letter_source",
        "letter_trials",
        "markdown_letters",
    )
    pieces = [(here / f"{name}.py").read_bytes() for name in names] + [Path(__file__).read_bytes()]
    for library in ("jinja2", "markdown_it", "css_inline"):
        found = find_spec(library)
        stat = os.stat(found.origin) if found and found.origin else None
        pieces.append(f"{stat.st_size} {stat.st_mtime_ns}".encode() if stat else b"")
    return _print_of([sys.version.encode(), *pieces]).encode()


def _from_cache(path: Path) -> Compiled | None:
    """The letter of one file; None where there is none or it is damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.blake2b(data[_SEAL:], digest_size=_SEAL).digest() != data[:_SEAL]:
        return None
    return Compiled(*marshal.loads(data[_SEAL:]))


def _into_cache(path: Path, stem: str, letter: Compiled) -> None:
    """Keep a compiled letter, whole or not at all, and drop its earlier versions. A full disk only costs time."""
    data = marshal.dumps(tuple(letter))
    unfinished = path.with_suffix(f".{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(hashlib.blake2b(data, digest_size=_SEAL).digest() + data)
            os.replace(unfinished, path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            return
        for old in path.parent.glob(f"{stem}.*.letter"):
            if old != path and old.name.count(".") == path.name.count("."):
                old.unlink(missing_ok=True)
    except OSError:
        return
