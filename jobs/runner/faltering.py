"""What may be told of an exception that nobody foresaw: its kind and its place, never its text.

The text of a foreign exception can hold a row, hence patient data; so can a traceback.
"""

from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from jobs.machine.room_left import FULL, why_no_room

_MAKE_ROOM = "Make room there; the next run goes on where this one ended."
_DAMAGED = "The file is damaged. Put a backup in its place: `run_jobs.py restore FILE` (docs/it.md)."


def exception_words(error: BaseException, state_dir: Path | None = None) -> str:
    """One sentence for a person: our own exceptions' words; of others the kind, the system's reason and the place. What
    the program keeps in `state_dir` is named with its remedy."""
    if type(error).__module__.startswith("jobs."):
        return str(error)
    if isinstance(error, OperationalError) or type(error) is DatabaseError:  # which a damaged file is to SQLite
        reason = str(error.orig).splitlines()[0].rstrip(".")
        return f"The database cannot be used: {reason}.{database_remedy(reason, state_dir)}"
    kind = type(error).__name__
    if isinstance(error, OSError) and error.errno in FULL:
        return f"The disk that was written to is full. {_MAKE_ROOM}"
    if isinstance(error, OSError) and error.strerror:
        if state_dir and isinstance(error.filename, (str, Path)) and Path(error.filename).is_relative_to(state_dir):
            return file_words(error)
        kind = f"{error.strerror} ({kind})"
    where = places(error)[-1:]
    return f"{kind}{f' at {where[0]}' if where else ''}. It was not foreseen; logs/clinic.log tells the IT person more."


def database_remedy(reason: str, state_dir: Path | None = None) -> str:
    """What to do about it, by SQLite's words (sqlite.org/rescode.html), which say "unable to open" and "I/O error" also
    of a disk without room."""
    if state_dir and ("unable to open" in reason or "I/O error" in reason) and (full := why_no_room(state_dir)):
        return f" {full}"
    for word, remedy in (
        ("locked", "Another run is busy with it; the next try finds it free."),
        ("full", "Make room on the disk; the next run goes on where this one ended."),
        ("readonly", "Let the user that runs the jobs write it and its folder, on a disk that can be written."),
        ("unable to open", "Let the user that runs the jobs write it and its folder."),
        ("malformed", _DAMAGED),
        ("not a database", _DAMAGED),
        ("I/O error", "Look at the disk; the next run goes on where this one ended."),
    ):
        if word in reason:
            return f" {remedy}"
    return ""


def file_words(error: OSError) -> str:
    """What is wrong with a file or folder of the program's own, with its path and the remedy."""
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{error.filename}: a file stands where a folder belongs. Move it away."
    if isinstance(error, PermissionError):
        return f"{error.filename}: this user may not read or write it. Give it to the user that runs the jobs."
    if error.errno in FULL:
        return f"{error.filename}: the disk is full, or can hold no more files. {_MAKE_ROOM}"
    return f"{error.filename}: {error.strerror}."


def places(error: BaseException) -> list[str]:
    """The lines of our own files that led to the exception, outermost first."""
    trace, found = error.__traceback__, []
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "/jobs/" in file and "/site-packages/" not in file:
            found.append(f"jobs/{file.rpartition('/jobs/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found
