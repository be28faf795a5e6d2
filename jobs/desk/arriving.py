"""The beginning of the program."""

import os
import sys

from jobs.machine.put_off import put_off


def begin_in_utf_8() -> None:
    """Begin anew where this Python was told to know nothing but ASCII: a folder's name may well hold an umlaut.

    It knows UTF-8 by itself in every locale but those that name another encoding, unless the environment forbids it.
    """
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def load_less() -> None:
    """Put off what SQLAlchemy names for what no job does, a sixth of its loading."""
    put_off("asyncio", "iscoroutine")
    put_off("importlib.metadata")
    for name in ("random", "tempfile", "shutil", "bz2", "lzma"):
        put_off(name)
    put_off("sqlalchemy.dialects.sqlite.aiosqlite")
