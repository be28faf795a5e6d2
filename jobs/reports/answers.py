"""Reads back what the office manager wrote into workbooks: which source a text is, and her notes.

Each workbook is read in a process of its own with limits on memory and time: the file comes from a desk, and a few
bytes can keep a reader busy without end.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from jobs.clinic.cells import tidy
from jobs.clinic.source_names import name_key
from jobs.machine.apart import Apart
from jobs.reports.names_sheet import AS_TYPED, GIVEN_SHEET, NOTES, SHEET, THIS_IS
from jobs.reports.sheets import WRITTEN_AS
from jobs.reports.whole_files import lock_beside

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_SECONDS = 60
_MEMORY_BYTES = 1 << 30
_HEADER_ROWS = 30
_NOT_OURS = ("problems",)
NOTHING = ("", "")


class Answer(NamedTuple):
    """What stands beside one text: the source that it is, and notes; "" where nothing was written."""

    text: str
    this_is: str
    notes: str


class Answered(NamedTuple):
    """One workbook that was changed since it was last read; `digest` names what it holds now, `author` who saved it,
    `name` the file as which it was written, whatever it is called now."""

    file: str
    digest: str
    author: str
    answers: tuple[Answer, ...]
    name: str = ""


class Answers(NamedTuple):
    """All workbooks with something new in them, the one saved last at the end; and sentences about the others."""

    workbooks: tuple[Answered, ...]
    sentences: tuple[str, ...]
    digests: frozenset[str]  # of every workbook that is there


def digest_of(path: Path) -> str:
    """Tells one content of a file from another."""
    return sha256(path.read_bytes()).hexdigest()


def new_answers(folder: Path, known: Collection[str], expected: str = "", expected_digest: str = "") -> Answers:
    """What stands in the workbooks of `folder`, under whatever names, whose digest is not `known`.

    `expected` is the file that was written last; where neither it nor a copy of it is there, a sentence says so.
    """
    found: list[Answered] = []
    sentences: list[str] = []
    digests: set[str] = set()
    for path in _workbooks(folder):
        if lock_beside(path):
            sentences.append(f"{path.name} is open in another program: what is not saved yet is read next time.")
        try:
            digest = digest_of(path)
        except OSError as error:
            sentences.append(f"{path.name} cannot be read ({error.strerror}). What was written there waits.")
            continue
        digests.add(digest)
        if digest not in known:
            answered = _read_apart(path)
            if isinstance(answered, str):
                sentences.append(answered)
            else:
                found.append(answered._replace(digest=digest))
    if expected and not (folder / expected).exists() and expected_digest not in digests:
        sentences.append(
            f"{expected} is not in {folder.name}/ any more: what was written there since cannot be read. "
            "Put it back, under any name, and the next run reads it."
        )
    return Answers(tuple(found), tuple(sentences), frozenset(digests))


def _workbooks(folder: Path) -> list[Path]:
    """The workbooks of a folder, the one saved last at the end."""
    paths = [
        path
        for path in folder.glob("*.xlsx")
        if not path.name.startswith((".", "~")) and not path.stem.startswith(_NOT_OURS)
    ]
    return sorted(paths, key=lambda path: path.stat().st_mtime_ns)


def _read_apart(path: Path) -> Answered | str:
    """The answers of one workbook, or a sentence where it cannot be read."""
    apart = Apart(_work, path, memory_bytes=_MEMORY_BYTES, cpu_seconds=_SECONDS)
    told: Answered | str = f"{path.name} could not be read in time."
    try:
        if apart.answers(_SECONDS):
            told = apart.line.recv()
    except (EOFError, OSError):
        apart.end()
        if not apart.took_too_long:
            told = f"{path.name} cannot be read: it is damaged. Save it again from Excel; what was written there waits."
    finally:
        apart.end()
    return told


def _work(line: "Connection", path: Path) -> None:
    import warnings

    warnings.simplefilter("ignore")  # about what is read for nobody here, such as sparklines; cron would mail it
    with suppress(Exception):  # an exception's text could quote what people typed; the caller says that it is damaged
        line.send(_read(path))


def _read(path: Path) -> Answered:
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    sheets = [book[title] for title in (SHEET, GIVEN_SHEET) if title in book.sheetnames]
    answers = [answer for sheet in sheets for answer in _answers(list(sheet.iter_rows(values_only=True)))]
    author = tidy(book.properties.lastModifiedBy or "")
    name = next((str(each.value) for each in book.custom_doc_props.props if each.name == WRITTEN_AS), path.name)
    return Answered(path.name, "", author, tuple(answers), name)


def newly_written(
    answers: Iterable[Answer], before: Mapping[str, Sequence[str]], beside: Mapping[str, tuple[str, str]]
) -> list[Answer]:
    """Those that are not what they were when their workbook was last read or written (`before`, by the text's
    `name_key`): an old answer that is saved again with another one undoes no newer one. One that could not be taken so
    far, and stands beside its text, is tried again; so are notes kept (`beside`) where they were not written anew."""
    found = []
    for answer in answers:
        (this_is, notes), (waits, kept) = (
            before.get(name_key(answer.text), NOTHING),
            beside.get(name_key(answer.text), NOTHING),
        )
        is_new = answer.this_is != this_is or answer.this_is == waits != ""
        if is_new or answer.notes != notes:
            found.append(
                Answer(
                    answer.text, answer.this_is if is_new else waits, answer.notes if answer.notes != notes else kept
                )
            )
    return found


def as_written(answers: Iterable[Answer]) -> dict[str, tuple[str, str]]:
    """What stands beside each text of a workbook (its `name_key`), as (this is, notes), where anything does."""
    return {name_key(answer.text): answer[1:] for answer in answers if any(answer[1:])}


def _answers(rows: list[tuple[object, ...]]) -> Iterator[Answer]:
    """The lines of one table, empty answers too; its header stands wherever somebody has moved it."""
    headers = ([tidy(str(cell or "")) for cell in row] for row in rows[:_HEADER_ROWS])
    below, header = next(((n, h) for n, h in enumerate(headers, 1) if AS_TYPED in h and THIS_IS in h), (0, []))
    places = [header.index(name) if name in header else -1 for name in (AS_TYPED, THIS_IS, NOTES)]
    for row in rows[below:] if header else ():
        cells = [tidy(str(row[at])) if 0 <= at < len(row) and row[at] is not None else "" for at in places]
        if cells[0]:
            yield Answer(*cells)
