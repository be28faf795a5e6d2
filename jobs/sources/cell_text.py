"""The one text of each kind of cell that a workbook can hold, a column at a time."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast


def column_text(cells: Sequence[object], known: dict[object, str]) -> list[str]:
    """The texts of one column, stripped.

    `known` are cells of this column, other than texts, that were read before; those of now are added.
    """
    try:
        return list(map(str.strip, cast(Sequence[str], cells)))
    except TypeError:  # not all of them are texts
        pass
    try:
        if 0 not in known and 1 not in known:  # which yes and no equal
            return list(map(known.__getitem__, cells))
    except KeyError:
        pass
    if bool in set(map(type, cells)):
        return [(_BY_KIND.get(cell.__class__) or cell_text)(cell) for cell in cells]
    for cell in set(cells).difference(known):
        known[cell] = (_BY_KIND.get(cell.__class__) or cell_text)(cell)
    return list(map(known.__getitem__, cells))


def cell_text(cell: object) -> str:
    """`15` for 15.0, `2026-03-04 09:30:00`, `2026-03-04` for a day or a midnight, `09:30:00`, `yes`, "" for nothing."""
    for kind, text in _BY_KIND.items():
        if isinstance(cell, kind):
            return text(cell)
    return str(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _moment(cell: datetime) -> str:
    text = (cell if not cell.microsecond else _whole_seconds(cell)).isoformat(" ")
    return text[:10] if text.endswith(" 00:00:00") else text


def _time(cell: time) -> str:
    return str(_whole_seconds(datetime.combine(date.min, cell)).time())


def _length(cell: timedelta) -> str:
    seconds = round(cell.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _whole_seconds(moment: datetime) -> datetime:
    """Workbooks keep a moment as a fraction of a day, so that 9:30 can come back a microsecond short."""
    whole = moment.replace(microsecond=0)
    return whole + timedelta(seconds=1) if moment.microsecond >= 500_000 else whole


_BY_KIND: dict[type, Callable[[Any], str]] = {
    str: str.strip,
    float: _number,
    datetime: _moment,  # before date, of which it is a kind
    date: date.isoformat,
    time: _time,
    timedelta: _length,
    bool: lambda cell: "yes" if cell else "no",
    int: str,
    type(None): lambda cell: "",
}
