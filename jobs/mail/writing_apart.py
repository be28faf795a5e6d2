"""The process that writes the letters, seen from within. To start it loads nothing: what it needs, it loads itself."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from jobs.machine.apart import Apart

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from jobs.mail.templates import Letters
    from jobs.mail.writing import Order

_CPU_SECONDS = 3600
_MEMORY_BYTES = 2 << 30
_AT_ONCE = 25  # letters


def start_writing(load: "Callable[[], Letters]") -> Apart:
    """Start the process. `load` gives the letters of `templates/`; it is called there, and checks and compiles what is
    new."""
    return Apart(_work, load, memory_bytes=_MEMORY_BYTES, cpu_seconds=_CPU_SECONDS)


def _work(line: "Connection", load: "Callable[[], Letters]") -> None:
    try:
        letters = load()
    except Exception:  # a traceback may quote what the letters are tried on; the run says that this process ended
        return
    with suppress(EOFError, OSError):  # the run has ended
        line.send((letters.usable, letters.instead, letters.gone))
        import jobs.mail.letter_language  # noqa: F401  (Jinja is ready when the first order comes)

        while True:
            orders = line.recv()
            written = [_write(letters, order) for order in orders]
            while written:  # bit by bit, and none is kept: a whole group would be held twice on each side
                line.send(written[:_AT_ONCE])
                del written[:_AT_ONCE]


def _write(letters: "Letters", order: "Order") -> bytes | None:
    from jobs.mail.message import finish
    from jobs.mail.news_law import lacks

    try:
        written = letters.write(order.template, order.values)
        if order.must_say and lacks(written, order.must_say):
            return None
        return finish(written, order.envelope)
    except Exception:  # its text may quote the patient
        return None
