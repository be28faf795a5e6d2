"""An export whose columns were renamed or left out is noticed, and the likely new name is said."""

import os
from pathlib import Path

from made_files import Found, csv_text, read_one, table

from jobs.sources.source import Source

SOURCE = Source("export", "export.csv")


def put(home: Path, moment: int, **renamed: str) -> None:
    """Write an export in which some headers have another name, or none and hence no column."""
    header, *rows = table(30)
    names = [renamed.get(str(name).replace(" ", "_"), str(name)) for name in header]
    kept = [place for place, name in enumerate(names) if name]
    lines = [[row[place] for place in kept] for row in (names, *rows)]
    (home / "export.csv").write_text(csv_text(lines), "utf-8")
    os.utime(home / "export.csv", (1_700_000_000 + moment,) * 2)


def read_again(home: Path, known: Found) -> Found:
    return read_one(home, SOURCE, {known.path: known.memory})


def test_a_column_with_another_known_name_is_read_as_before_and_said_once(tmp_path: Path) -> None:
    put(tmp_path, 1)
    first = read_one(tmp_path, SOURCE)
    put(tmp_path, 2, Email="E-Mail Address")
    second = read_again(tmp_path, first)
    assert second.said() == 'The column "Email" is now called "E-Mail Address"; it is read as before.'
    put(tmp_path, 3, Email="E-Mail Address", Amount="")
    assert "is now called" not in read_again(tmp_path, second).said()


def test_a_column_that_is_gone_is_named_with_its_likely_new_name(tmp_path: Path) -> None:
    put(tmp_path, 1)
    first = read_one(tmp_path, SOURCE)
    put(tmp_path, 2, Email="Patients E-Mail adress")
    second = read_again(tmp_path, first)
    assert second.said() == (
        'The column "Email" is no longer there; what it said so far is kept. "Patients E-Mail adress" may be its new '
        "name: write columns: {email: Patients E-Mail adress} for this source in config/sources.yaml."
    )
    assert len(second.rows) == 30


def test_a_lost_column_is_said_again_for_some_readings_and_not_for_ever(tmp_path: Path) -> None:
    put(tmp_path, 1)
    known = read_one(tmp_path, SOURCE)
    said = []
    for moment in range(2, 11):
        put(tmp_path, moment, Amount="", **{"First_Name": "First Name" if moment % 2 else "Given Name"})
        known = read_again(tmp_path, known)
        said.append('The column "Amount" is no longer there' in known.said())
    assert said == [True] * 7 + [False] * 2


def test_a_needed_column_that_is_gone_is_told_with_what_it_was_called(tmp_path: Path) -> None:
    put(tmp_path, 1)
    first = read_one(tmp_path, SOURCE)
    put(tmp_path, 2, Start="Strat")
    assert read_again(tmp_path, first).said() == (
        'No column says when an appointment starts; the columns are "Appointment ID", "Patient ID", "First Name", '
        '"Email", "Strat", "Status", "Amount", "SSN". Last time it was "Start"; now it may be "Strat". '
        "Write start: (or start_date: and start_time:) with the name of its column under columns: of this source in "
        "config/sources.yaml, or let `run_jobs.py map` ask you."
    )
