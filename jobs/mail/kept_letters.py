"""The letters that lie in the folder as files: their texts are patient data and are not kept for ever."""

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path


def forget_letters(folder: Path, before: date) -> int:
    """Delete the letters of all days before this one, and the page that shows old ones; say how many letters went.

    Only what this program wrote is touched: .eml files in folders that are named as days.
    """
    gone = 0
    for day in sorted(folder.glob("????-??-??")):
        try:
            is_old = date.fromisoformat(day.name) < before
        except ValueError:
            continue
        if not is_old or not day.is_dir():
            continue
        for file in [*day.glob("*.eml"), *day.glob(".*.unfinished")]:
            file.unlink(missing_ok=True)
            gone += file.suffix == ".eml"
        with suppress(OSError):  # something of somebody else's lies in it
            day.rmdir()
    page = folder / "index.html"
    if page.exists() and datetime.fromtimestamp(page.stat().st_mtime).astimezone().date() < before:
        page.unlink()
    return gone
