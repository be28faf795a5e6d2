"""Passwords: from the environment, or from a file that nobody but its owner can read. They are never logged."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class WhereItIs(Protocol):
    """The settings that say where a password is kept."""

    @property
    def password_env(self) -> str: ...
    @property
    def password_file(self) -> str: ...


class NoPassword(Exception):
    """There is none that can be used; the text is a sentence for the IT person."""


def place_of(settings: WhereItIs) -> str:
    """Where the password belongs, in words."""
    variable = f"the environment variable {settings.password_env}"
    return f"{variable} or the file {settings.password_file}" if settings.password_file else variable


def find_password(settings: WhereItIs, environment: Mapping[str, str], whose: str) -> str:
    """The password of `whose` ("the mail server") from the environment, else from its file. Raises NoPassword."""
    password = environment.get(settings.password_env, "")
    if not password and settings.password_file:
        password = _from_file(Path(settings.password_file))
    if not password:
        raise NoPassword(f"There is no password for {whose}. Put it into {place_of(settings)}.")
    return password


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise NoPassword(f"Others can read the password file {path}. Run: chmod 600 {path}")
            return file.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        raise NoPassword(f"The password file {path} is no text.") from None
    except OSError as trouble:
        raise NoPassword(f"The password file {path} cannot be read: {trouble.strerror}.") from None
