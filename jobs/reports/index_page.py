"""The page that lists every workbook that was made, newest first, with its five figures."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jobs.reports.sheets import safe_text
from jobs.reports.spoken_numbers import rate_text
from jobs.reports.whole_files import save_whole

FIGURES = ("New patients", "Evaluations kept", "Visits", "No-show rate", "Conversion this year")

_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Workbooks</title>
<style>
body { font: 15px/1.5 Calibri, Arial, sans-serif; color: #1F2A37; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { color: #0072B2; font-size: 1.5rem } table { border-collapse: collapse; width: 100% }
th { background: #0072B2; color: #fff; text-align: right; padding: .4rem .6rem } th:first-child, th:nth-child(2),
td:first-child, td:nth-child(2) { text-align: left }
td { border-bottom: 1px solid #C9D3DC; text-align: right; padding: .35rem .6rem } a { color: #0072B2 }
</style>
"""


class Listed(NamedTuple):
    """One workbook: its period, location, the five figures as first made, and its files that are there."""

    period: str
    location: str
    figures: tuple[float | None, ...]
    files: tuple[str, ...]


def write_index(clinic_name: str, listed: Iterable[Listed], path: Path) -> None:
    """Write the page if it differs from the one that is there. Raises `whole_files.NotSaved`."""
    heads = "".join(f"<th>{name}</th>" for name in ("Period", "Location", *FIGURES, "Files"))
    rows = "\n".join(_row(each) for each in listed)
    page = (
        f"{_HEAD}<h1>{_plain(clinic_name)}: workbooks</h1>\n<p>The figures are those that each workbook was first "
        f"made with. No patient stands in them.</p>\n<table>\n<tr>{heads}</tr>\n{rows}\n</table>\n</html>\n"
    )
    content = page.encode()
    if not path.exists() or path.read_bytes() != content:
        save_whole(path, content)


def _row(each: Listed) -> str:
    figures = zip(FIGURES, each.figures, strict=True)
    cells = "".join(f"<td>{_figure(name, value)}</td>" for name, value in figures)
    links = " ".join(f'<a href="{quote(name)}">{_called(name)}</a>' for name in each.files)
    return f"<tr><td>{each.period}</td><td>{_plain(each.location) or 'all'}</td>{cells}<td>{links}</td></tr>"


def _called(name: str) -> str:
    """What a file is called in its period's line: its kind, and the day as of which a past one was made again."""
    path = Path(name)
    _, as_of, day = path.stem.rpartition(" as of ")
    return f"{path.suffix[1:]}{as_of}{day if as_of else ''}"


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return rate_text(value) if "rate" in name or name.startswith("Conversion") else f"{value:,.0f}"


def _plain(text: str) -> str:
    return escape(safe_text(text))
