"""The texts of an .xlsx file stand in a part of their own, and its cells name them by their numbers.

Opening a quarter of a million of them takes longer than all else where a few rows have changed: then only those that
these rows name are handed on.
"""

import re
from collections.abc import Iterator

from jobs.sources.zip_parts import ZipParts

SHARED_STRINGS = "xl/sharedStrings.xml"
_NAMING = re.compile(rb'(?<= t="s")([^<>]*><v>)(\d+)(?=</v>)')
_SHARED = b'"s"'  # the type of such a cell, however its element is written


def only_named(parts: ZipParts, rows: list[bytes]) -> tuple[bytes, list[bytes]] | None:
    """The part with only the texts that the `rows` name, and the rows, naming them by their new numbers; None where
    either is written in another way than Excel and its like do."""
    cut = [_NAMING.split(row) for row in rows]
    if any(b"'s'" in row or row.count(_SHARED) != len(pieces) // 3 for row, pieces in zip(rows, cut, strict=True)):
        return None
    named = sorted({int(number) for pieces in cut for number in pieces[2::3]})
    try:
        texts = b"<si>".join(_looked_out(parts, named)) + b"</sst>"
    except ValueError:
        return None
    new = {number: b"%d" % place for place, number in enumerate(named)}
    for pieces in cut:
        pieces[2::3] = [new[int(number)] for number in pieces[2::3]]
    return texts, [b"".join(pieces) for pieces in cut]


def _looked_out(parts: ZipParts, numbers: list[int]) -> Iterator[bytes]:
    """What stands in front of the texts, then those with these numbers. Raises ValueError where one is not there."""
    wanted = iter([0, *(number + 1 for number in numbers)])
    place, base = next(wanted), 0
    for pieces in _cut(parts):
        while base <= place < base + len(pieces):
            yield pieces[place - base]
            place = next(wanted, -1)
        base += len(pieces)
    if place >= 0:
        raise ValueError


def _cut(parts: ZipParts) -> Iterator[list[bytes]]:
    """The part, cut in front of each text. Raises ValueError where it cannot be cut so."""
    rest = b""
    for chunk in parts.chunks(SHARED_STRINGS):
        text = rest + chunk
        *pieces, rest = text.split(b"<si>")
        if b"<!" in text or text.count(b"<si", 0, len(text) - len(rest)) != len(pieces):
            raise ValueError
        yield pieces
    last, end, _ = rest.rpartition(b"</si>")
    if not end or b"<si" in last:
        raise ValueError
    yield [last + end]
