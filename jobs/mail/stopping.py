"""Being asked to stop while letters leave: the letter on its way is finished first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody asked the run to stop, and by which signal."""

    asked = ""  # "SIGTERM", "SIGINT"

    def hear(self, number: int, frame: FrameType | None) -> None:
        """The first signal is a request; the second one means now."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = signal.Signals(number).name


@contextmanager
def heeding_signals() -> Iterator[StopRequest]:
    """Within the block, SIGTERM and Ctrl-C only set `asked`. Outside the main thread signals are not ours to hear."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.signal(number, request.hear) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
