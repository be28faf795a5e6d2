"""The letters of `templates/`: checked and compiled once, kept compiled, and written to one patient at a time.

What a letter compiles to depends on its text, the shell, the reading list, the clinic's own values and this program.
All of that names its file in the cache, so that a daily run loads neither Markdown nor the style inliner, and a letter
that somebody edits while a run is under way changes nothing in that run.
"""

import hashlib
import marshal
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from jobs.clinic.faults import Fault, did_you_mean
from jobs.clinic.letter_names import in_language, is_letter, language_of, own_letter
from jobs.clinic.profile import ClinicProfile
from jobs.machine.program_files import program_print
from jobs.machine.whole_files import keep_for_speed
from jobs.mail.fields import LetterValues, clinic_values
from jobs.mail.kept_versions import KeptVersions
from jobs.mail.letter_forms import PARTS, Awake, Compiled, Trials, Written
from jobs.mail.real_trials import read_trials

VERSIONS, TRIALS = "versions", "cache/trials.json"
"""Within the state folder: the versions of the letters, and what real rows hold, masked."""

_SEAL = 16
_MADE_BY = (
    "fields", "given_names", "letter_file", "letter_forms", "letter_language", "letter_making", "letter_marks",
    "letter_paper", "letter_pasted", "letter_privacy", "letter_source", "letter_trials", "letter_typed_over",
    "markdown_letters", "real_trials", "spoken_dates", "templates",
)  # fmt: skip
"""What decides how a letter compiles: another program makes its letters anew."""


class Instead(NamedTuple):
    """An earlier version that goes on in place of a file with faults: `number` and `saved_at` (UTC) say which."""

    name: str
    number: int
    saved_at: str


class Letters:
    """All letters of the clinic. `faults` names every mistake in every file; a letter with one is never written.

    `names` are the letters that rules name; `usable` are those that can be written; `instead` says which of them are
    the last good version because what was saved since has faults or is not there; `gone` are those that are not there.
    """

    def __init__(
        self,
        compiled: Mapping[str, Compiled],
        faults: list[Fault],
        clinic: ClinicProfile | None = None,
        instead: Sequence[Instead] = (),
        gone: Collection[str] = (),
    ) -> None:
        self._compiled = dict(compiled)
        self._zone, self._language = (clinic.zone, clinic.language) if clinic else ("UTC", "en")
        self._awake: dict[str, Awake] = {}
        self.faults = faults
        self.instead = tuple(instead)
        self.gone = frozenset(gone)
        self.names: tuple[str, ...] = tuple(name for name in self._compiled if not language_of(name))
        self.usable = frozenset(name for name, letter in self._compiled.items() if letter.html is not None)

    def write(self, name: str, values: LetterValues) -> Written:
        """The letter as this patient reads it, in the patient's language where the letter is there in it. ValueError
        where there is no such letter or it has faults."""
        if values.language and values.language != self._language:
            theirs = in_language(name, values.language)
            name = theirs if theirs in self.usable else name
        awake = self._awake.get(name)
        if awake is None:
            awake = self._awake[name] = self._wake(name)
        return awake.write(values)

    def languages(self, name: str) -> list[str]:
        """The other languages in which a letter can be written."""
        return [language_of(other) for other in sorted(self.usable) if own_letter(other) == name != other]

    def _wake(self, name: str) -> "Awake":
        letter = self._compiled.get(name)
        if letter is None:
            raise ValueError(f'There is no letter "{name}" in templates/. {did_you_mean(name, self.names)}'.rstrip())
        if letter.html is None:
            raise ValueError(f'The letter "{name}" has faults and is not used; `run_jobs.py check` lists them.')
        return Awake(letter, self._zone, language_of(name) or self._language)


def load_letters(
    folder: Path,
    clinic: ClinicProfile,
    state: Path | None,
    private_words: Callable[[], Collection[str]] = tuple,
    anew: bool = False,
    further: bytes = b"",
    only: Collection[str] | None = None,
    named: Collection[str] = (),
) -> Letters:
    """Every letter of a folder, or `only` these in all their languages.

    Those that rules name (`named`, and those of `only`) and that are not there are used as they were when they last
    passed, and so are those in other languages that were there before and are not retired. That they are missing is no
    fault here: it is one of the rule or of the folder.

    Those that were compiled before are taken from the folder `state`; new and changed ones, or all where they are to be
    made `anew`, are checked, tried out and compiled, and their versions are kept.

    Faults are returned, not raised. In place of a letter with faults goes the last version that passed; without one, it
    stands in `names` but not in `usable`. `private_words` gives the words that no subject and no preheader may hold;
    where what they are made of (`further`) has changed, every letter is looked at once more.
    """
    kept = KeptVersions(state / VERSIONS) if state else None
    trials = Trials(private_words, partial(read_trials, state / TRIALS)) if state else Trials(private_words)
    maker = _Maker(folder, clinic, state / "cache" if state else None, kept, trials, anew, further)
    parts = _read_parts(folder)
    found, unreadable = _read_letters(folder, only)
    wanted = {*named, *(only or ())}
    gone = (wanted | (kept.translations(wanted) if kept else set())) - {*found, *unreadable}
    misnamed = _misnamed(folder.name, [*found, *unreadable, *gone])
    found = {name: data for name, data in found.items() if name not in misnamed}
    made = {name: maker.letter(name, data, parts) for name, data in found.items()}
    compiled = made | unreadable | {name: Compiled("", "", None, None, ()) for name in gone}
    faults = {Fault(*fault) for letter in compiled.values() for fault in letter.faults} | {*misnamed.values()}
    if not found and not unreadable:
        faults.add(Fault(f"{folder.name}/", 0, "The folder holds no letter.", "Restore its *.md files."))
    instead = list[Instead]()
    broken = {name for name in PARTS if any(fault.file == f"{folder.name}/{name}" for fault in faults)}
    if broken and kept:
        parts, instead = _mended(parts, broken, kept)
        compiled |= {name: maker.letter(name, data, parts, "mended") for name, data in found.items()}
    unusable = [name for name, letter in compiled.items() if letter.html is None]
    back = _last_good(unusable, kept, maker) if kept else {}
    compiled |= {which.name: letter for which, letter in back.items()}
    return Letters(compiled, sorted(faults), clinic, [*instead, *back], gone)


def _last_good(names: Iterable[str], kept: KeptVersions, maker: "_Maker") -> dict[Instead, Compiled]:
    """Those of the letters of which a version has passed, as they were then."""
    found = {}
    for name in names:
        good = kept.last_good(name)
        letter = good and maker.letter(name, good.files[name], good.files, "last")
        if good and letter and letter.html is not None:
            found[Instead(name, good.version.number, good.version.saved_at)] = letter
    return found


def letter_files(folder: Path) -> list[Path]:
    """The letters of a folder in all their languages."""
    return sorted(path for path in folder.glob("*.md") if is_letter(path.name))


def _read_letters(folder: Path, only: Collection[str] | None) -> tuple[dict[str, bytes], dict[str, Compiled]]:
    """What stands in each letter; and those that cannot be read, as refused."""
    found, unreadable = dict[str, bytes](), dict[str, Compiled]()
    for path in letter_files(folder):
        if only is not None and own_letter(path.name) not in only:
            continue
        try:
            found[path.name] = path.read_bytes()
        except OSError as error:
            what = f"The file cannot be read ({error.strerror})."
            fault = (f"{folder.name}/{path.name}", 0, what, "Let the user that runs the jobs read it.")
            unreadable[path.name] = Compiled("", "", None, None, (fault,))
    return found, unreadable


def _misnamed(folder: str, names: Collection[str]) -> dict[str, Fault]:
    """Letters in other languages whose file has a name that nothing will ever ask for, with their faults."""
    found = {}
    for name in filter(language_of, names):
        from jobs.clinic.languages import LANGUAGES  # only where there are such letters

        language, own = language_of(name), own_letter(name)
        if language not in LANGUAGES:
            what = f'"{language}" in the name of the file is no language that is known.'
            found[name] = Fault(f"{folder}/{name}", 0, what, f"Rename it, to {in_language(own, 'es')} for Spanish.")
        elif own not in names:
            what = f"There is no letter {own} that this could be in another language."
            remedy = did_you_mean(own, names) or "Correct the name of the file."
            found[name] = Fault(f"{folder}/{name}", 0, what, remedy)
        elif name != in_language(own, language):
            what = "The two letters of a language stand in capitals in the name of the file; nothing asks for it so."
            remedy = f"Rename it to {in_language(own, language)}."
            found[name] = Fault(f"{folder}/{name}", 0, what, remedy)
    return found


class _Maker(NamedTuple):
    """Makes one letter after the other for one clinic."""

    folder: Path
    clinic: ClinicProfile
    cache: Path | None
    kept: KeptVersions | None
    trials: Trials
    anew: bool
    further: bytes

    def letter(self, name: str, data: bytes, parts: Mapping[str, bytes], which: str = "") -> Compiled:
        """One letter with these parts around it. `which` is "" for the files as they stand, else says what they are:
        `mended` parts, or the `last` version that passed."""
        stem = name.removesuffix(".md") + (f".{which}" if which else "")
        around = [_program_print(), repr(astuple(self.clinic)).encode(), *(parts.get(part, b"") for part in PARTS)]
        around.append(self.further)
        print_of_letter = _print_of([*around, name.encode(), data])
        path = self.cache / f"{stem}.{print_of_letter}.letter" if self.cache else None
        letter = _from_cache(path) if path and not self.anew else None
        if letter is None:
            earlier = self.kept.counted_before(name, data) if self.kept else b""
            letter = self._made(name, data, parts, earlier)
            if self.kept and which != "last":
                self._keep(self.kept, name, {**parts, name: data}, letter.html is not None, which)
            if path:
                _into_cache(path, stem, letter)
        return letter

    def _made(self, name: str, data: bytes, parts: Mapping[str, bytes], earlier: bytes) -> Compiled:
        from jobs.mail.letter_making import Paper, make_letter  # the cold path: Markdown, styles, trials

        language = language_of(name) or self.clinic.language
        clinic = clinic_values(self.clinic)
        paper = Paper(self.folder.name, parts, clinic, self.clinic.zone, language, self.trials, earlier)
        return make_letter(data, f"{self.folder.name}/{name}", paper)

    def _keep(self, kept: KeptVersions, name: str, files: Mapping[str, bytes], good: bool, which: str) -> None:
        """Keep the versions of a letter and of what surrounds it, and whether they passed."""
        for file, data in files.items():
            if data and not (which and file != name):
                kept.saw(file, data, _saved_at(self.folder / file))
        if good:
            kept.passed(name, files)


def _mended(
    parts: Mapping[str, bytes], broken: Collection[str], kept: KeptVersions
) -> tuple[dict[str, bytes], list[Instead]]:
    """The parts, those with faults as they were when a letter last passed with them."""
    mended, instead = dict(parts), []
    for name in sorted(broken):
        good = kept.last_good_part(name)
        if good is not None:
            mended[name] = good.files[name]
            instead.append(Instead(name, good.version.number, good.version.saved_at))
    return mended, instead


def _saved_at(path: Path) -> str:
    """When a file was last changed, in UTC."""
    try:
        return datetime.fromtimestamp(int(path.stat().st_mtime), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OSError:
        return ""


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
    libraries = [find_spec(library) for library in ("jinja2", "markdown_it", "css_inline")]
    origins = [Path(found.origin) for found in libraries if found and found.origin]
    return program_print(*(here / f"{name}.py" for name in _MADE_BY), *origins)


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
    if not keep_for_speed(path, hashlib.blake2b(data, digest_size=_SEAL).digest() + data):
        return
    with suppress(OSError):
        for old in path.parent.glob(f"{stem}.*.letter"):
            if old != path and old.name.count(".") == path.name.count("."):
                old.unlink(missing_ok=True)
