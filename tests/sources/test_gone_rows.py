"""A reading names what the file no longer has, by the marks under which it handed it on."""

import os
from pathlib import Path

import pytest
from made_files import HEADER, TODAY, ZONE, csv_text, table, workbook

from jobs.clinic.value_rules import ValueRules
from jobs.sources.read_results import FileRead
from jobs.sources.reading import start_reading
from jobs.sources.source import Source

RULES = ValueRules(zone=ZONE, prefix="export")


def read(home: Path, data: bytes | str, name: str, moment: int, memories: dict[str, bytes]) -> dict[str, int]:
    """Replace the file and read it: the key of each appointment that was handed on, with its mark."""
    path = home / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (moment, moment))
    marks: dict[str, int] = {}
    for file in start_reading(Source("export", name), home, memories, TODAY, ZONE, rules=RULES):
        for part in file.values:
            marks |= {slot.key: mark for slot, mark in zip(part.appointments, part.marks, strict=True)}
        read.file = file  # type: ignore[attr-defined]
    return marks


def last_file() -> FileRead:
    return read.file  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(("name", "kind"), [("export.xlsx", workbook), ("export.csv", csv_text)])
@pytest.mark.parametrize("numbered", [True, False])
def test_a_row_that_is_gone_is_named_by_the_mark_it_came_with(
    tmp_path: Path, name: str, kind: type, numbered: bool
) -> None:
    rows = table(60)
    if not numbered:
        rows = [["", *row[1:]] if place else row for place, row in enumerate(rows)]
    marks = read(tmp_path, kind(rows), name, 1_700_000_000, {})
    assert len(set(marks.values())) == 60 and last_file().gone == frozenset()
    without = [row for row in rows if row[HEADER.index("Patient ID")] not in ("P7", "P31")]
    left = read(tmp_path, kind(without), name, 1_700_000_100, {name: last_file().memory})
    assert left == {}
    gone = {key for key, mark in marks.items() if mark in last_file().gone}
    whole = read(tmp_path, kind(without), name, 1_700_000_200, {})
    assert gone == marks.keys() - whole.keys() and len(gone) == 2


@pytest.mark.parametrize("kept", [6, 40])
def test_what_is_gone_is_named_also_where_an_empty_or_a_filtered_file_came_in_between(
    tmp_path: Path, kept: int
) -> None:
    """By its word they were too many to be believed; the next file tells which of them are gone indeed."""
    rows, name = table(60), "export.csv"
    read(tmp_path, csv_text(rows), name, 1_700_000_000, {})
    for moment, some in ((1_700_000_100, rows[: kept + 1]), (1_700_000_200, rows[:1])):
        read(tmp_path, csv_text(some), name, moment, {name: last_file().memory})
        assert len(last_file().gone) == 61 - len(some)
    read(tmp_path, csv_text(rows[:41] + rows[45:]), name, 1_700_000_300, {name: last_file().memory})
    assert len(last_file().gone) == 4
    read(tmp_path, csv_text(rows), name, 1_700_000_400, {name: last_file().memory})
    assert last_file().gone == frozenset()


def test_where_the_settings_of_a_source_changed_nothing_is_called_gone(tmp_path: Path) -> None:
    read(tmp_path, csv_text(table(40)), "export.csv", 1_700_000_000, {})
    memory = last_file().memory
    path = tmp_path / "export.csv"
    path.write_text(csv_text(table(20)), "utf-8")
    source = Source("export", "export.csv", columns={"referral_source": "Email"})
    (file,) = [file for file in start_reading(source, tmp_path, {"export.csv": memory}, TODAY, ZONE, rules=RULES)]
    assert file.gone == frozenset()
