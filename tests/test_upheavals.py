"""A file that would change most patients at once is held back until a person calls it right."""

import pytest
from click.testing import CliRunner
from hand_written_clinic import Clinic, Row, appointment

from jobs.desk.commands import cli
from jobs.runner.run import FAILED, FINE

MOMENT, LATER, MORNING = "2026-03-04 07:00", "2026-03-04 08:00", "2026-03-04 10:00"
FILE = "exports/appointments.csv"
REMEDY = (
    "Look whether columns were shifted, or dates are read in another order (date_order: in config/sources.yaml), and "
    f'export again. If it is right, say so: run_jobs.py problems --is-right "{FILE}". Letters wait until then.'
)


def patients(count: int = 20, **more: str) -> list[Row]:
    """Each with a visit on a day of April that could be read in two ways."""
    return [
        appointment(f"P{n}", f"{n % 12 + 1:02}/04/2026 {9 + n // 12}:00", "booked", booked_at="02/03/2026")
        | {"appointment_id": f"A{n}", "last_name": f"Made{n}"}
        | more
        for n in range(count)
    ]


@pytest.fixture
def informed(clinic: Clinic) -> Clinic:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    clinic.export(*patients())
    assert clinic.pull(MOMENT).code == FINE
    return clinic


def days(clinic: Clinic) -> set[str]:
    return {day[5:7] for day in clinic.ask("SELECT starts_on FROM appointments")}


def held_back(clinic: Clinic) -> list[tuple[str, str]]:
    return clinic.ask("SELECT what, remedy FROM problems WHERE set_aside = 1")


def problems(clinic: Clinic, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(cli, ["-C", str(clinic.home), "--now", LATER, "problems", *words])
    return told.exit_code, told.output


def test_dates_in_another_order_move_nobody_until_a_person_says_so(informed: Clinic) -> None:
    informed.read_from("{name: export, path: exports/*.csv, date_order: mdy}")
    ran = informed.pull(LATER)
    what = "18 of 20 patients have their coming visits at another time, all at once: nothing was taken from this file."
    assert (ran.code, days(informed), held_back(informed)) == (FAILED, {"04"}, [(what, REMEDY)])
    informed.export(*patients(), appointment("Ann", "03/03/2026 09:00"))
    sent = informed.send(MORNING)
    assert (
        sent.outcome.failed
        == f"{FILE} (export) is held back; problems.xlsx says why. The letters wait until it is settled."
    )
    assert problems(informed, "--is-right", "exports/other.csv", "--who", "Dana") == (
        1, f'No file "exports/other.csv" is held back. Held back: {FILE}\n',
    )  # fmt: skip
    assert problems(informed, "--is-right", FILE, "--who", "Dana") == (
        0,
        f"{FILE} is right, says Dana: 18 of 20 patients have their coming visits at another time. "
        "The next pull takes it over.\n",
    )
    assert informed.pull(MORNING).code == FINE
    assert (len(days(informed)) > 8, held_back(informed)) == (True, [])
    informed.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    assert informed.pull("2026-03-04 11:00").code == FAILED  # the word counted once


def test_past_visits_that_become_coming_ones_are_moved_too(informed: Clinic) -> None:
    """Of a year's visits in another order, as many come from the past as go there."""
    past = [row | {"start": f"0{n % 2 + 1}/{n % 9 + 4:02}/2025 10:00"} for n, row in enumerate(patients(40)[20:])]
    informed.export(*patients()[:8], *past)
    assert informed.pull(LATER).code == FINE
    informed.export(*patients()[:8], *(row | {"start": row["start"].replace("2025", "2026")} for row in past))
    assert informed.pull(MORNING).code == FAILED
    assert [what.partition(",")[0] for what, _ in held_back(informed)] == [
        "20 of 28 patients have their coming visits at another time"
    ]


def test_addresses_that_slipped_by_one_row_reach_nobody(informed: Clinic) -> None:
    rows = patients()
    informed.export(*(row | {"email": rows[n - 1]["email"]} for n, row in enumerate(rows)))
    assert informed.pull(LATER).code == FAILED
    what = "20 of 20 patients have another e-mail address, all at once: nothing was taken from this file."
    assert held_back(informed) == [(what, REMEDY)]
    assert informed.ask("SELECT email FROM patients WHERE first_name = 'P3'") == ["p3@patient.example"]
    informed.export(*rows)
    assert (informed.pull(MORNING).code, held_back(informed)) == (FINE, [])


def test_first_and_last_names_that_changed_places_are_held_back(informed: Clinic) -> None:
    informed.export(*(row | {"first_name": row["last_name"], "last_name": row["first_name"]} for row in patients()))
    assert informed.pull(LATER).code == FAILED
    assert [what for what, _ in held_back(informed)] == [
        "20 of 20 patients have first and last name the other way round, all at once: nothing was taken from this file."
    ]


def test_visits_without_a_number_that_all_move_are_held_back_too(clinic: Clinic) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    unnumbered = [row | {"appointment_id": ""} for row in patients()]
    clinic.export(*unnumbered)
    clinic.pull(MOMENT)
    clinic.export(*(row | {"start": row["start"].replace(":00", ":30")} for row in unnumbered))
    assert clinic.pull(LATER).code == FAILED
    assert [what.partition(",")[0] for what, _ in held_back(clinic)] == [
        "20 of 20 patients have their coming visits at another time"
    ]
    assert len(clinic.ask("SELECT id FROM appointments")) == 20


def test_what_a_clinic_does_in_a_day_is_taken_over(informed: Clinic) -> None:
    rows = patients()
    moved = [row | {"start": row["start"].replace(":00", ":30")} for row in rows[:10]]
    informed.export(*moved, *(row | {"email": row["email"].upper()} for row in rows[10:]))
    assert (informed.pull(LATER).code, held_back(informed)) == (FINE, [])
    assert len(informed.ask("SELECT id FROM appointments WHERE starts_at LIKE '%:30:00Z'")) == 10


def test_a_column_none_of_whose_dates_fits_the_order_refuses_the_file(informed: Clinic) -> None:
    informed.export(*(row | {"booked_at": "03/14/2026"} for row in patients()))
    ran = informed.pull(LATER)
    assert (ran.code, ran.counts["files refused"]) == (FAILED, 1)
    assert [what for what, _ in held_back(informed)] == [
        "The dates of this column do not fit the date_order: dmy of this source; nothing was taken from this file."
    ]
    assert informed.ask("SELECT DISTINCT booked_on FROM appointments") == ["2026-03-02"]
    informed.export(*(row | {"booked_at": "03/14/2026"} for row in patients()[:9]), *patients()[9:])
    assert informed.pull(MORNING).code == FINE  # most fit: the others are listed one by one
