"""The one text of each kind of cell that a workbook can hold, a column at a time."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast


def column_text(cells: Sequence[object]) -> list[str]:
    """The texts of one column, stripped; equal texts become one object, which halves what is sent and kept."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        texts = cast(Sequence[str], cells)
        distinct = set(texts)
        if len(distinct) > len(texts) // 2:
            return list(map(str.strip, texts))
        known = {text: text.strip() for text in distinct}
        return [known[text] for text in texts]
    if bool not in kinds:  # which equals a number
        few = set(cells)
        if len(few) <= len(cells) // 2:
            shared = {cell: (_BY_KIND.get(cell.__class__) or cell_text)(cell) for cell in few}
            return [shared[cell] for cell in cells]
    if kinds == {datetime}:
        return [_moment(cell) for cell in cast(Sequence[datetime], cells)]
    return [(_BY_KIND.get(cell.__class__) or cell_text)(cell) for cell in cells]


def cell_text(cell: object) -> str:
    """`15` for 15.0, `2026-03-04 09:30:00`, `2026-03-04` for a day or a midnight, `09:30:00`, `yes`, "" for nothing."""
    for kind, text in _BY_KIND.items():
        if isinstance(cell, kind):
            return text(cell)
    return str(cell)


def _number(cell: float) -> str:
    return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)


def _moment(cell: datetime) -> str:
    text = str(cell if not cell.microsecond else _whole_seconds(cell))
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
