"""A row is skipped only if it says what it said the last time."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from made_files import TODAY, ZONE, Found, appointment, csv_text, read_one, table, with_part, workbook

from jobs.clinic.problems import BOOKED_AGAIN
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Limits, Source

Rows = list[list[object]]
SOURCE = Source("export", "export.*")
MANY = 200
_clock = iter(range(1_700_000_000, 1_800_000_000))


def put(home: Path, data: bytes | str, name: str = "export.xlsx") -> None:
    """Write a file; each one has another time, as if the clinic exported it some while ago."""
    path = home / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    moment = next(_clock)
    os.utime(path, (moment, moment))


def twice(home: Path, before: bytes | str, after: bytes | str, name: str = "export.xlsx") -> Found:
    """Read a file, replace it, read it again with what was remembered."""
    put(home, before, name)
    first = read_one(home, SOURCE)
    assert first.outcome == "read", first.said()
    put(home, after, name)
    return read_one(home, SOURCE, {first.path: first.memory})


def state_after(home: Path, before: Rows, after: Rows, kind: Callable[..., bytes | str]) -> None:
    """The appointments known after two readings must be those that one fresh reading of the second file gives."""
    name = "export.xlsx" if kind is workbook else "export.csv"
    put(home, kind(before), name)
    first = read_one(home, SOURCE)
    known = by_id(first)
    put(home, kind(after), name)
    second = read_one(home, SOURCE, {first.path: first.memory})
    known |= by_id(second)
    fresh = by_id(read_one(home, SOURCE))
    assert {number: known[number] for number in fresh} == fresh


def by_id(found: Found) -> dict[str, tuple[str, ...]]:
    names = sorted(found.columns)
    rows = zip(*(found.columns[name] for name in names), strict=True)
    return dict(zip(found.columns.get("appointment_id", []), rows, strict=True))


def test_an_unchanged_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, workbook(table(30)))
    first = read_one(tmp_path, SOURCE)
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a child was started"))
    again = read_one(tmp_path, SOURCE, {first.path: first.memory})
    assert (again.outcome, again.rows) == ("unchanged", [])


def test_a_file_saved_again_with_the_same_bytes_is_unchanged(tmp_path: Path) -> None:
    same = workbook(table(30))
    assert twice(tmp_path, same, same).outcome == "unchanged"


@pytest.mark.parametrize(("kind", "name"), [(workbook, "export.xlsx"), (csv_text, "export.csv")])
def test_only_the_edited_row_is_read_again(kind: Callable[..., bytes | str], name: str, tmp_path: Path) -> None:
    after = table(MANY)
    after[150] = appointment(149, status="No show")
    found = twice(tmp_path, kind(table(MANY)), kind(after), name)
    assert (found.rows, found.columns["status"]) == ([151], ["No show"])
    assert (found.total, found.skipped) == (MANY, MANY - 1)


@pytest.mark.parametrize(
    ("as_written", "also"),
    [
        (b'<row r="301"', b'<row r="301"'),
        (b'<row r="301" spans="1:8"', b'<row r="301" spans="1:301"'),
        (b'<c r="E301" s="1"', b'<c s="1" r="E301"'),
    ],
    ids=["as usual", "its number stands in it once more", "a cell names its place last"],
)
def test_an_edited_row_far_down_is_read_alone_and_right(as_written: bytes, also: bytes, tmp_path: Path) -> None:
    after = table(2 * MANY)
    after[300] = appointment(299, status="No show")
    edited = workbook(after)
    if also != as_written:
        edited = with_part(edited, "xl/worksheets/sheet1.xml", lambda text: text.replace(as_written, also))
    found = twice(tmp_path, workbook(table(2 * MANY)), edited)
    assert found.rows == [301]
    fresh = by_id(read_one(tmp_path, SOURCE))
    assert by_id(found) == {"A299": fresh["A299"]}


def test_a_changed_shared_string_changes_every_row_that_uses_it(tmp_path: Path) -> None:
    before = workbook(table(MANY))
    after = with_part(before, "xl/sharedStrings.xml", lambda text: text.replace(b">Completed<", b">Cancelled<"))
    found = twice(tmp_path, before, after)
    assert len(found.rows) == MANY
    assert set(found.columns["status"]) == {"Cancelled"}


def test_a_changed_format_changes_what_the_numbers_mean(tmp_path: Path) -> None:
    before = workbook(table(MANY))
    after = with_part(before, "xl/styles.xml", lambda text: text.replace(b"yyyy-mm-dd hh:mm", b"0.00"))
    found = twice(tmp_path, before, after)
    assert len(found.rows) == MANY
    assert found.columns["start"][0].startswith("46")  # a plain number of days now: not a moment


def test_the_other_date_system_changes_every_date(tmp_path: Path) -> None:
    before = workbook(table(MANY))
    from_1904 = b'<workbookPr date1904="1" '
    after = with_part(before, "xl/workbook.xml", lambda text: text.replace(b"<workbookPr ", from_1904))
    found = twice(tmp_path, before, after)
    assert len(found.rows) == MANY
    assert found.columns["start"][0].startswith("2030-")


@pytest.mark.parametrize("kind", [workbook, csv_text])
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:100] + [appointment(900)] + rows[100:],
        lambda rows: rows[:1] + [appointment(900, "Cancelled")] + rows[1:],
        lambda rows: rows[:1] + rows[:0:-1],
        lambda rows: rows[:60] + rows[120:],
        lambda rows: rows + [appointment(number, "Booked") for number in range(900, 950)],
        lambda rows: rows[:50] + [["", "", "", "", "", "", "", ""]] + rows[51:],
        lambda rows: rows[:80] + [appointment(79, "No show")] + rows[80:],
        lambda rows: [["Report of March"], [], *rows],
        lambda rows: [rows[0][::-1], *(row[::-1] for row in rows[1:])],
        lambda rows: [[*rows[0], "Provider"], *([*row, "Sam Example"] for row in rows[1:])],
    ],
    ids=["insert", "insert first", "reorder", "delete", "append", "blank", "second row of one appointment",
         "title above", "columns turned round", "another column"],
)  # fmt: skip
def test_two_readings_know_what_one_fresh_reading_does(
    change: Callable[[Rows], Rows], kind: Callable[..., bytes | str], tmp_path: Path
) -> None:
    state_after(tmp_path, table(MANY), change(table(MANY)), kind)


@pytest.mark.parametrize("kind", [workbook, csv_text])
def test_a_row_that_follows_its_correction_still_counts(kind: Callable[..., bytes | str], tmp_path: Path) -> None:
    """The later row of one appointment counts, also where it is the one that was known before."""
    after = table(MANY)
    after.insert(50, appointment(99, status="No show"))  # above the known row of A99, which stays the last word
    state_after(tmp_path, table(MANY), after, kind)


def test_other_settings_read_every_row_again(tmp_path: Path) -> None:
    put(tmp_path, workbook(table(30)))
    first = read_one(tmp_path, SOURCE)
    other = Source("export", "export.*", statuses={"Seen by Sam": "completed"})
    assert len(read_one(tmp_path, other, {first.path: first.memory}).rows) == 30


@pytest.mark.parametrize("memory", [b"", b"nonsense", b"\xe3" * 40])
def test_a_memory_of_another_version_is_no_obstacle(memory: bytes, tmp_path: Path) -> None:
    put(tmp_path, workbook(table(30)))
    assert len(read_one(tmp_path, SOURCE, {"export.xlsx": memory}).rows) == 30


def test_the_next_export_under_another_name_repeats_nothing(tmp_path: Path) -> None:
    put(tmp_path, workbook(table(MANY)), "export.1.xlsx")
    first = read_one(tmp_path, SOURCE)
    put(tmp_path, workbook(table(MANY + 3)), "export.2.xlsx")
    second = read_one(tmp_path, SOURCE, {first.path: first.memory})
    assert (second.path, second.columns["appointment_id"]) == ("export.2.xlsx", ["A200", "A201", "A202"])


def test_an_old_export_put_back_counts_again_under_a_name_of_its_own_alone(tmp_path: Path) -> None:
    old, new = table(30), table(30)
    new[25] = appointment(24, "Cancelled")
    put(tmp_path, workbook(old), "export.1.xlsx")
    first = read_one(tmp_path, SOURCE)
    put(tmp_path, workbook(new), "export.2.xlsx")
    second = read_one(tmp_path, SOURCE, {first.path: first.memory})
    put(tmp_path, content := (tmp_path / "export.1.xlsx").read_bytes(), "export.1.xlsx")
    known = {first.path: first.memory, second.path: second.memory}
    third = read_one(tmp_path, SOURCE, known)
    assert (third.path, third.outcome) == ("export.2.xlsx", "unchanged")
    put(tmp_path, content, "export.3.xlsx")
    fourth = read_one(tmp_path, SOURCE, known)
    assert (fourth.path, fourth.columns["status"]) == ("export.3.xlsx", ["Completed"])


def test_a_quoted_line_break_is_no_end_of_a_row(tmp_path: Path) -> None:
    text = csv_text(table(30)).replace("Ann7,", '"Ann7\r\nof Example",')
    found = twice(tmp_path, text, text.replace("A20,P20,Ann20", "A20,P20,Anna20"), "export.csv")
    assert (found.columns["first_name"], found.rows) == (["Anna20"], [23])


def test_rows_without_numbers_are_read_whole(tmp_path: Path) -> None:
    """Some programs leave the numbers of rows and cells out; then rows cannot be told apart by their bytes."""
    bare = lambda text: re.sub(rb'(<row|<c) r="[A-Z]*\d+"', rb"\1", text)  # noqa: E731
    before = with_part(workbook(table(30)), "xl/worksheets/sheet1.xml", bare)
    rows = table(30)
    rows[28] = appointment(27, "No show")
    after = with_part(workbook(rows), "xl/worksheets/sheet1.xml", bare)
    found = twice(tmp_path, before, after)
    assert "No show" in found.columns["status"]


def test_a_cell_far_from_the_table_is_named_each_time_also_where_only_other_rows_changed(tmp_path: Path) -> None:
    rules, known = ValueRules("UTC"), dict[str, bytes]()
    said = []
    for amount in (120, 130):
        rows = table(MANY)
        rows[100][6] = amount
        rows[150] += [""] * 16_000 + ["by mistake"]
        put(tmp_path, workbook([*rows, *[[]] * 1500, ["", "", "by mistake"]]))
        for file in start_reading(SOURCE, tmp_path, known, TODAY, ZONE, rules=rules):
            cells = {problem.cell for part in list(file.values) for problem in part.problems}
            said.append((cells, file.rows_total, file.rows_skipped > MANY - 30))
            known[file.path] = file.memory
    far = {"WQS151", "C1702"}
    assert said == [(far, MANY, False), (far, MANY, True)]


def test_a_midnight_is_told_and_read_again_only_of_a_visit_that_is_still_to_come(tmp_path: Path) -> None:
    rules, known = ValueRules("UTC", today="2026-03-15"), dict[str, bytes]()
    told, read_rows = [], []
    for amount in (120, 130):
        rows = table(MANY)
        for place, day, status in (
            (50, 14, "Completed"),
            (60, 20, "Cancelled"),
            (70, 20, "Booked"),
            (80, 14, "Booked"),
        ):
            rows[place][4], rows[place][5] = datetime(2026, 3, day), status  # noqa: DTZ001  a cell has no zone
        rows[100][6] = amount
        put(tmp_path, workbook(rows))
        for file in start_reading(SOURCE, tmp_path, known, TODAY, ZONE, rules=rules):
            parts = list(file.values)
            told.append([problem.row for part in parts for problem in part.problems])
            read_rows.append([row for part in parts for row in part.rows])
            known[file.path] = file.memory
    assert told == [[71], [71]]
    assert read_rows[1] == [71, 101]


@pytest.mark.parametrize("below", [True, False])
def test_a_visit_booked_again_for_its_time_stands_however_far_from_it_its_called_off_row_is(
    tmp_path: Path, below: bool
) -> None:
    """The rows have no numbers, and do not come together; the second time, only those that were called off changed."""
    rules, limits = ValueRules(zone=ZONE, prefix="export"), Limits(chunk_rows=10)
    off = [appointment(number, "Cancelled") for number in (3, 900)]
    header, *those = [["", *row[1:]] if place else row for place, row in enumerate([*table(30), *off])]
    memories: dict[str, bytes] = {}
    for fee in (0, 60):
        standing, called_off = those[:30], [[*row[:6], fee, ""] for row in those[30:]]
        put(tmp_path, csv_text([header, *(standing + called_off if below else called_off + standing)]), "export.csv")
        for file in start_reading(SOURCE, tmp_path, memories, TODAY, ZONE, limits, rules):
            parts = list(file.values)
            memories = {file.path: file.memory}
        slots = [slot for part in parts for slot in part.appointments]
        assert len({slot.key for slot in slots}) == len({mark for part in parts for mark in part.marks}) == 31
        assert (len(slots), [slot.status for slot in parts[-1].appointments]) == (31, ["cancelled"])
        assert [problem.what for part in parts for problem in part.problems] == [BOOKED_AGAIN]
        assert sum(len(part.rows) for part in parts) == file.rows_total == 32
