"""The one text of each kind of cell that a workbook can hold, a column at a time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta


def column_text(cells: Sequence[object]) -> list[str]:
    """The texts of one column, stripped; equal texts become one object, which halves what is sent and kept."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        distinct = set(cells)
        if len(distinct) > len(cells) // 2:
            return [cell.strip() for cell in cells]  # type: ignore[attr-defined]
        known = {cell: cell.strip() for cell in distinct}  # type: ignore[attr-defined]
        return [known[cell] for cell in cells]
    texts: dict[tuple[type, object], str] = {}  # by kind too: 1, 1.0 and True are one key otherwise
    column = []
    for cell in cells:
        key = (cell.__class__, cell)
        text = texts.get(key)
        if text is None:
            text = texts[key] = cell_text(cell)
        column.append(text)
    return column


def cell_text(cell: object) -> str:
    """`15` for 15.0, `2026-03-04 09:30:00`, `2026-03-04` for a day or a midnight, `09:30:00`, `yes`, "" for nothing."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        moment = _whole_seconds(cell)
        return str(moment.date()) if moment.time() == time(0) else str(moment)
    if isinstance(cell, time):
        return str(_whole_seconds(datetime.combine(date(2000, 1, 1), cell)).time())
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)


def _whole_seconds(moment: datetime) -> datetime:
    """Workbooks keep a moment as a fraction of a day, so that 9:30 can come back a microsecond short."""
    if not moment.microsecond:
        return moment
    whole = moment.replace(microsecond=0)
    return whole + timedelta(seconds=1) if moment.microsecond >= 500_000 else whole
