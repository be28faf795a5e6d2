"""The secret that seals the stop links of this installation."""

import os
from contextlib import suppress
from pathlib import Path

from jobs.machine.whole_files import write_whole

_BYTES = 32


class SecretDamaged(Exception):
    """The file does not hold what was written there; the text is a sentence for the IT person."""


def stop_secret(state_dir: Path) -> bytes:
    """The 32 secret bytes of this installation, made at the first call; only its user can read the file.

    It is there whole or not at all: with a part of it, or with nothing, anybody could make stop links up.
    """
    path = state_dir / "secret"
    with suppress(FileNotFoundError):
        if found := path.read_bytes():
            return _whole(found, path)
        path.unlink()  # empty: a disk was full when it was made
    _make(path)
    return _whole(path.read_bytes(), path)


def _whole(found: bytes, path: Path) -> bytes:
    if len(found) != _BYTES:
        raise SecretDamaged(
            f"{path} is damaged: it must hold {_BYTES} bytes. Put it back from the backup. Without one, delete it: "
            "the stop links of letters that are out do not work any more then."
        )
    return found


def _make(path: Path) -> None:
    """Write it beside its place and link it there; where another process was first, its own stays."""
    import secrets  # both are needed once in the life of an installation
    import tempfile

    descriptor, beside = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.unlink(beside)


def keep_secret_beside(state_dir: Path, folder: Path) -> None:
    """Copy the secret into a folder of backups: without it the stop links of letters that are out cannot be read."""
    write_whole(folder / "secret", stop_secret(state_dir))


def take_secret_back(state_dir: Path, folder: Path) -> None:
    """Put the secret of a folder of backups in its place, where there is none."""
    kept, path = folder / "secret", state_dir / "secret"
    if kept.exists() and not path.exists():
        write_whole(path, kept.read_bytes())
