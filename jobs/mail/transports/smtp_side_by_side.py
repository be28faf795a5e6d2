"""Several connections at once, each with a thread of its own; the letters, the ledger and the results stay with the
caller's. However this ends, no lane is at work any more afterwards, so that the marks of the letters are final.
"""

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import NamedTuple

from jobs.mail.records import Marks, Ready, Result
from jobs.mail.transports.smtp_connection import Unreachable
from jobs.mail.transports.smtp_lane import Lane, Trust

_AHEAD = 2  # letters a lane: the one on its way and the one that is announced with its text
_FAREWELL_SECONDS = 5.0
_LOOK_UP_SECONDS = 0.2


class _Ended(NamedTuple):
    """A lane is done; `letters` are those that it had taken and did not settle."""

    reason: BaseException | None
    letters: list[Ready]


_Waiting = SimpleQueue[Ready | None]
_Heard = SimpleQueue[Result | _Ended]


def side_by_side(
    lanes: Sequence[Lane], trust: Trust, letters: Iterator[Ready], marks: Marks
) -> Generator[Result, None, None]:
    """Send the letters over all lanes; yields and raises as one lane would.

    A lane that cannot connect while others can hands its letters back and is missed by nobody: many servers take a few
    connections only. Whatever else ends one lane ends them all, each after the letter on its way.
    """
    waiting, heard = _Waiting(), _Heard()
    threads = [threading.Thread(target=_work, args=(lane, waiting, heard, marks), daemon=True) for lane in lanes]
    under_way = _hand_out(letters, waiting, _AHEAD * len(lanes))
    at_work, ended = len(threads), _Ended(None, [])
    try:
        for thread in threads:
            thread.start()
        while at_work:
            if not under_way or trust.spent or ended.reason:
                _call_in(waiting, at_work)
            word = _next_word(heard)
            if isinstance(word, Result):
                more = 0 if trust.spent or ended.reason else _hand_out(letters, waiting, 1)
                under_way += more - 1
                yield word
                continue
            at_work -= 1
            if isinstance(word.reason, Unreachable) and at_work and not ended.reason:
                for letter in word.letters:
                    waiting.put(letter)
            elif word.reason and not ended.reason:
                ended = word
    finally:
        if at_work:  # this was left in the middle: somebody asked twice, or the caller cannot go on
            for lane in lanes:
                lane.abandon()
            _call_in(waiting, at_work)
        _see_out(threads)
    if ended.reason:
        raise ended.reason


def _next_word(heard: _Heard) -> Result | _Ended:
    """What a lane says next. A signal is heard at the latest between two looks, whichever thread it came to."""
    while True:
        with suppress(Empty):
            return heard.get(timeout=_LOOK_UP_SECONDS)


def _hand_out(letters: Iterator[Ready], waiting: _Waiting, most: int) -> int:
    """Draw up to so many letters, in the caller's thread; how many there were."""
    for count in range(most):
        letter = next(letters, None)
        if letter is None:
            return count
        waiting.put(letter)
    return most


def _call_in(waiting: _Waiting, lanes: int) -> None:
    """Take back what no lane has taken, and let each lane end after the letter on its way."""
    try:
        while True:
            waiting.get_nowait()
    except Empty:
        for _ in range(lanes):
            waiting.put(None)


def _see_out(threads: Sequence[threading.Thread]) -> None:
    """Wait until nobody works, however often somebody asks to stop. A lane that is still connecting when its time is
    over finds itself abandoned before it marks a letter."""
    ends = time.monotonic() + _FAREWELL_SECONDS
    for thread in threads:
        while thread.is_alive() and (left := ends - time.monotonic()) > 0:
            with suppress(KeyboardInterrupt):
                thread.join(left)


def _work(lane: Lane, waiting: _Waiting, heard: _Heard, marks: Marks) -> None:
    """One lane: letter after letter, until it is called in or cannot go on."""
    letter, following = waiting.get(), None
    try:
        while letter is not None and not lane.over:
            try:
                following = waiting.get_nowait()
            except Empty:
                following = None
            else:
                if following is None:
                    waiting.put(None)  # called in: this letter is the last one
            heard.put(lane.send(letter, following, marks))
            letter, following = following or waiting.get(), None
        heard.put(_Ended(None, []))
    except BaseException as reason:
        heard.put(_Ended(reason, [each for each in (letter, following) if each is not None]))
