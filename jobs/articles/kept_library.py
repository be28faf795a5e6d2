"""The library with its index, kept from one run to the next: to make the index takes ten times as long as to read."""

import pickle
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from jobs.articles.library import Library, load_library
from jobs.machine.program_files import program_print
from jobs.machine.whole_files import is_private, keep_for_speed

_JOBS = Path(__file__).resolve().parents[1]
_ROOMS = (_JOBS / "articles", _JOBS / "clinic")  # in which the list is read and judged
_MADE_BY = (".py", ".csv", ".txt", ".gz")  # their rules, the vocabulary, the lists of words and of codes


def kept_library(path: Path, pages: Path, cache: Path) -> Library:
    """The library as `load_library` gives it. It is kept in `cache` until a file of the clinic's or the program
    changes, and only saves time: where it is damaged, or not ours alone, it is made anew."""
    file = cache / f"articles-{_print_of(path, path.with_name('words.csv'), pages)}"
    try:
        kept = pickle.loads(file.read_bytes()) if is_private(file) else None
    except Exception:
        kept = None
    return kept if isinstance(kept, Library) else _made(path, pages, file)


def _made(path: Path, pages: Path, file: Path) -> Library:
    library = load_library(path, pages)[0]
    _ = library.for_letters("care").index  # care letters, nearly all there are, are what it is for
    with suppress(OSError):
        for old in file.parent.glob("articles-*"):
            old.unlink()
    keep_for_speed(file, pickle.dumps(library))
    return library


def _print_of(*files: Path) -> str:
    """What changes when a file does, the program, or its Python."""
    digest = sha256(program_print(*_ROOMS, endings=_MADE_BY))
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        digest.update(b"%d\n" % len(content) + content)
    return digest.hexdigest()[:24]
