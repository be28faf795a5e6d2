"""The end of the program."""

import atexit
import os
import sys
from typing import NoReturn


def leave(end: SystemExit) -> NoReturn:
    """End with the exit code of `end`, once all is said. The system takes the memory back at once, which Python would
    take apart piece by piece."""
    if not isinstance(end.code, int):  # a sentence, which Python prints, or nothing
        raise end
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads it any more
        raise end from None
    os._exit(end.code)
