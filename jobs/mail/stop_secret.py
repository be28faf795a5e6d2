"""The secret that seals the stop links of this installation."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from jobs.machine.whole_files import write_whole

_BYTES = 32


class SecretDamaged(Exception):
    """The file is gone, or does not hold what was written there; the text is a sentence for the IT person."""


class KeptElsewhere(Protocol):
    """Who keeps the secret too."""

    def __call__(self, offered: bytes, *, is_new: bool) -> bytes:
        """The secret that is kept; else the one that is offered, kept from now on; b"" where letters are out and it is
        a new one."""


def stop_secret(state_dir: Path, kept: KeptElsewhere) -> bytes:
    """The 32 secret bytes of this installation, made at the first call; only its user can read the file.

    It is there whole or not at all: with a part of it, or with nothing, anybody could make stop links up. One that is
    lost is taken from who keeps it, else from the backups; it is made anew only where no letter is out, or where
    somebody has left an empty file for it. Raises SecretDamaged.
    """
    path = state_dir / "secret"
    if found := secret_in(state_dir):
        return found
    wanted = _is_empty(path)  # a person wants a new one
    offered = _found(state_dir / "backups" / "secret")
    secret = kept(offered or os.urandom(_BYTES), is_new=not (offered or wanted))
    if not secret:
        raise SecretDamaged(_gone(path))
    if wanted and _is_empty(path):  # still: another process may have been first
        path.unlink(missing_ok=True)
    _put(path, secret)
    return _found(path)


def secret_in(state_dir: Path) -> bytes:
    """The secret as it lies there; b"" where there is none. Raises SecretDamaged."""
    return _found(state_dir / "secret")


def why_unusable(state_dir: Path, missed: bool) -> str:
    """What `stop_secret` would say; `missed` tells that letters are out and nobody else keeps it."""
    path = state_dir / "secret"
    try:
        if not secret_in(state_dir) and missed and not path.exists() and not _found(state_dir / "backups" / "secret"):
            return _gone(path)
    except SecretDamaged as reason:
        return str(reason)
    except OSError:  # another user's, which is told elsewhere
        pass
    return ""


def _gone(path: Path) -> str:
    return (
        f"{path} is gone, which seals the stop links, and letters have left: with a new one their links would be dead, "
        "and whoever wants no more would not be heard. Put it back: it lies beside each backup. Without one, make an "
        f"empty file there (touch {path}): then a new one is made."
    )


def _found(path: Path) -> bytes:
    """What lies there whole; b"" where there is none, or an empty file. Raises SecretDamaged."""
    with suppress(FileNotFoundError, NotADirectoryError):
        found = path.read_bytes()
        if len(found) not in (0, _BYTES):
            raise SecretDamaged(
                f"{path} is damaged: it must hold {_BYTES} bytes. Put it back from the backup. Without one, delete it: "
                "then the one that the database keeps is put in its place."
            )
        return found
    return b""


def _is_empty(path: Path) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError):
        return path.stat().st_size == 0
    return False


def _put(path: Path, secret: bytes) -> None:
    """Write it beside its place and link it there; where another process was first, its own stays."""
    import tempfile  # needed once in the life of an installation

    descriptor, beside = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.unlink(beside)


def keep_secret_beside(secret: bytes, folder: Path) -> None:
    """Copy the secret into a folder of backups: without it the stop links of letters that are out cannot be read."""
    write_whole(folder / "secret", secret)


def take_secret_back(state_dir: Path, folder: Path) -> None:
    """Put the secret of a folder of backups in its place, where there is none."""
    kept, path = folder / "secret", state_dir / "secret"
    if kept.exists() and not path.exists():
        write_whole(path, kept.read_bytes())
