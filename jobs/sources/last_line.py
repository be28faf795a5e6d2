"""The last line of a text table, where it has no end: it may be half a line, and half a line can hold half an address.

Many exports never end their last line. So a file that changed just now is read without it, until nobody changes it any
more; of an older one it is left out where it has fewer cells than the lines above, or where the file before had an end.
"""

import csv
from typing import NamedTuple

_LOOKED_AT = 50  # lines above the last one
_DELIMITERS = ",;\t|"
ENDED, OPEN, UNKNOWN = 1, -1, 0


class Text(NamedTuple):
    """The bytes of a text table that count, how its last line ended, and what is to be said where that is left out.

    `is_settled` is False where the same file may have more to say the next time.
    """

    data: bytes
    ending: int
    left_out: str = ""
    is_settled: bool = True


def settle_last_line(data: bytes, just_changed: bool, before: int) -> Text:
    """The table without a last line that may be cut off; `before` is how the file before this one ended."""
    if data.rstrip(b"\0 ").endswith((b"\n", b"\r")):
        return Text(data, ENDED)
    whole, above, last = _parts(data)
    if not above or not last.strip():
        return Text(data, before)
    number = len(above) + 1
    if just_changed:
        said = f"The last line, {number}, has no end yet; it is read once nobody has changed the file for some minutes."
        return Text(whole, before, said, is_settled=False)
    cells = _cells(above[-_LOOKED_AT:], last)
    if 1 < cells[-1] < min(cells[:-1]):
        return Text(whole, before, _breaks_off(number))
    return Text(whole, OPEN, _breaks_off(number)) if before == ENDED and cells[-1] > 1 else Text(data, OPEN)


def _breaks_off(number: int) -> str:
    return f"The file breaks off in its last line, {number}, which is left out. Export it again."


def _parts(data: bytes) -> tuple[bytes, list[str], str]:
    """What stands above the last line, as bytes and as lines, and the last line."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
        at = max(text.rfind("\n"), text.rfind("\r")) + 1
        return text[:at].encode("utf-16"), text[:at].splitlines(), text[at:]
    at = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    return data[:at], [line.decode("latin-1") for line in data[:at].splitlines()], data[at:].decode("latin-1")


def _cells(above: list[str], last: str) -> list[int]:
    """How many cells the lines have, blank ones left out; the last one's number comes last."""
    lines = [line for line in above if line.strip()] or [last]
    delimiter = max(_DELIMITERS, key=lines[-1].count)
    return [_count(line, delimiter) for line in (*lines, last)]


def _count(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return line.count(delimiter) + 1
