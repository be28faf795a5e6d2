"""The end of the program."""

import os
import sys
from typing import NoReturn


def leave(end: SystemExit) -> NoReturn:
    """End with the exit code of `end`, once all is said. The system takes the memory back at once, which Python would
    take apart piece by piece.

    Of what libraries wish to do at the end, two things matter: logs are closed, and processes of ours that are still
    there are seen out, which is left to Python.
    """
    if not isinstance(end.code, int) or _at_work():  # a sentence, which Python prints, or nothing; or somebody works
        raise end
    try:
        if "logging" in sys.modules:
            import logging

            logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # it could not be printed, which Python would say once more, with an exit code of its own
        os._exit(end.code or 1)
    os._exit(end.code)


def _at_work() -> bool:
    """Whether a process that was forked here has not ended."""
    if "multiprocessing.process" not in sys.modules:
        return False
    from multiprocessing import active_children

    return bool(active_children())
