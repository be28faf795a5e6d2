"""A practice system was changed, and who is whom turns out later: what was one visit is one, also of the past."""

import csv
from collections import Counter
from collections.abc import Callable

import pytest
from hand_written_clinic import HEADERS, Clinic, Row, appointment

from jobs.runner.run import FAILED, FINE

BEFORE, CHANGED, LATER = "2026-03-02 10:00", "2026-03-03 08:00", "2026-03-04 08:00"
PATIENTS = "Ada Ben Cora Dan Eva Finn Gina Hugo".split()
OVER, COMING = ("02-16", "02-23"), ("03-06", "03-13")
BORN = {"birth_date": "1980-05-06"}


def visits(*names: str, minute: int = 0) -> list[Row]:
    """Two that are over and two that are to come, of each patient."""
    return [
        appointment(name, f"2026-{day} {9 + n % 8}:{minute + n // 8 * 10:02}", "completed" if day in OVER else "booked")
        | BORN
        for n, name in enumerate(names or PATIENTS)
        for day in (*OVER, *COMING)
    ]


def renumbered(rows: list[Row], **of_ada: str) -> list[Row]:
    return [
        row
        | {"appointment_id": f"N{n}", "patient_id": f"X{row['patient_id']}"}
        | (of_ada if row["first_name"] == "Ada" else {})
        for n, row in enumerate(rows)
    ]


def export(clinic: Clinic, rows: list[Row], day: str = "", name: str = "appointments.csv") -> None:
    """On a `day`, what was to come before it is over."""
    with (clinic.home / "exports" / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, HEADERS, restval="")
        writer.writeheader()
        for row in rows:
            over = day and row["status"] == "booked" and row["start"] < f"2026-{day}"
            writer.writerow(row | ({"status": "completed"} if over else {}))


def sent(clinic: Clinic, rule: str) -> Counter[str]:
    query = (
        f"SELECT rule FROM letters JOIN patients ON patients.id = patient_id WHERE state = 'sent' AND rule = '{rule}'"  # noqa: S608
    )
    return Counter(clinic.ask(query.replace("SELECT rule", "SELECT first_name")))


def counted(clinic: Clinic) -> list[tuple[int, ...]]:
    """The patients, and the visits that were kept and that are to come."""
    query = "SELECT COUNT(DISTINCT patient_id), SUM(status = 'completed'), SUM(status = 'booked') FROM appointments"
    return clinic.ask(f"{query} WHERE same_as = 0")


ANOTHER_NAME = {"last_name": "Newname", "email": "ada@new.example", "birth_date": ""}


def by_a_persons_word(clinic: Clinic, rows: list[Row]) -> None:
    assert clinic.command("patients", "same", "1", "9", moment=LATER).exit_code == FINE


def by_the_birth_date(clinic: Clinic, rows: list[Row]) -> None:
    export(clinic, renumbered(rows, email="ada@new.example"))
    assert clinic.pull(LATER).counts["appointments renumbered"] == 4


@pytest.mark.parametrize("join", [by_a_persons_word, by_the_birth_date])
def test_the_visits_of_who_becomes_one_patient_later_count_once(
    clinic: Clinic, join: Callable[[Clinic, list[Row]], None]
) -> None:
    rows = visits()
    export(clinic, rows)
    clinic.pull(BEFORE)
    export(clinic, renumbered(rows, **ANOTHER_NAME))
    assert clinic.pull(CHANGED).counts["appointments renumbered"] == 28
    assert clinic.send("2026-03-03 09:00").code == FINE
    assert counted(clinic) == [(9, 18, 16)]
    join(clinic, rows)
    assert counted(clinic) == [(8, 16, 16)]
    assert clinic.ask("SELECT visits, COUNT(*) FROM episodes GROUP BY visits") == [(2, 8)]
    assert clinic.ask("SELECT what FROM problems WHERE what LIKE '%same moment%'") == []
    of_ada = ANOTHER_NAME if join is by_a_persons_word else {"email": "ada@new.example"}
    for day in ("03-04", "03-05", "03-06", "03-09"):
        export(clinic, renumbered(rows, **of_ada), day)
        assert clinic.pull(f"2026-{day} 09:00").code == FINE
        assert clinic.send(f"2026-{day} 10:00").code == FINE
        assert day > "03-06" or sent(clinic, "mid_plan") == {}
    assert (sent(clinic, "reminder"), sent(clinic, "mid_plan")) == (Counter(PATIENTS), Counter(PATIENTS))


def test_the_new_system_may_have_all_visits_at_other_times(clinic: Clinic) -> None:
    """Nobody begins another visit within an hour: what a person calls right is the same visit, also of the past."""
    names = [f"Ann{n}" for n in range(12)]
    export(clinic, visits(*names))
    clinic.pull(BEFORE)
    export(clinic, renumbered(visits(*names, minute=30)))
    assert clinic.pull(CHANGED).code == FAILED
    words = ["problems", "--is-right", "exports/appointments.csv", "--who", "Dana"]
    assert clinic.command(*words, moment=CHANGED).exit_code == FINE
    assert clinic.pull(LATER).counts["appointments renumbered"] == 24
    assert counted(clinic) == [(12, 24, 24)]
    assert clinic.send("2026-03-04 09:00").code == FINE
    assert clinic.send("2026-03-04 10:00").code == FINE
    assert {*sent(clinic, "reminder").values()} == {1}
    assert (sent(clinic, "mid_plan"), sent(clinic, "welcome")) == ({}, {})


def test_who_has_another_address_in_the_new_system_is_known_by_name_and_several_visits(clinic: Clinic) -> None:
    rows = [row | {"birth_date": ""} for row in visits()]
    export(clinic, rows)
    clinic.pull(BEFORE)
    export(clinic, renumbered(rows, email="ada@new.example"))
    assert clinic.pull(CHANGED).counts["appointments renumbered"] == 32
    assert counted(clinic) == [(8, 16, 16)]


def test_of_who_has_one_visit_and_another_address_a_person_is_asked(clinic: Clinic) -> None:
    rows = [row | {"birth_date": ""} for row in visits()[3:]]
    export(clinic, rows)
    clinic.pull(BEFORE)
    new = renumbered(rows, email="ada@new.example")
    export(clinic, new)
    clinic.pull(CHANGED)
    why = "No. 1 and no. 9 may be one patient: the same name for the same appointment, but reached in another way."
    assert (counted(clinic), clinic.ask("SELECT what FROM problems")) == ([(9, 14, 15)], [why])
    export(clinic, [row | {"email": "ada@other.example"} if row["first_name"] == "Ada" else row for row in new])
    clinic.pull(LATER)
    assert clinic.ask("SELECT what FROM problems") == [why]


def test_two_that_one_export_has_at_one_minute_stay_two_for_who_becomes_one(clinic: Clinic) -> None:
    rows = visits("Ada", "Ben")
    two = [row | {"patient_id": "P7", "appointment_id": f"T{n}", "birth_date": ""} for n, row in enumerate(rows[:4])]
    export(clinic, [*rows, *two])
    clinic.pull(BEFORE)
    assert clinic.command("patients", "same", "1", "3", moment=CHANGED).exit_code == FINE
    assert counted(clinic) == [(2, 6, 6)]


def joined_by_a_persons_word(clinic: Clinic) -> list[Row]:
    """The rows of the old system; the new one calls a patient otherwise, and a person has said who that is."""
    rows = visits()
    export(clinic, rows)
    clinic.pull(BEFORE)
    export(clinic, renumbered(rows, **ANOTHER_NAME))
    clinic.pull(CHANGED)
    by_a_persons_word(clinic, rows)
    return rows


def test_a_person_can_take_it_back(clinic: Clinic) -> None:
    joined_by_a_persons_word(clinic)
    assert clinic.command("patients", "apart", "1", "9", moment=LATER).exit_code == FINE
    assert counted(clinic) == [(9, 18, 16)]


def test_an_old_number_that_is_back_is_a_visit_of_its_own(clinic: Clinic) -> None:
    """The clinic goes back to its old system: nothing stands twice, and every reminder leaves."""
    rows = joined_by_a_persons_word(clinic)
    export(clinic, rows)
    assert clinic.pull("2026-03-04 08:30").code == FINE
    assert counted(clinic) == [(8, 16, 16)]
    assert clinic.send("2026-03-04 10:00").code == FINE
    assert sent(clinic, "reminder") == Counter(PATIENTS)
    back = [row for row in (*rows, *renumbered(rows, **ANOTHER_NAME)) if row["first_name"] == "Ada"]
    export(clinic, [*back, *(row for row in rows if row["first_name"] != "Ada")])
    clinic.pull("2026-03-05 08:30")
    assert counted(clinic) == [(8, 18, 18)]


def test_a_source_that_is_gone_for_good_counts_no_visit_twice_for_who_becomes_one(clinic: Clinic) -> None:
    rows = visits()
    export(clinic, rows)
    clinic.pull(BEFORE)
    clinic.read_from("{name: new, path: exports/*.csv}")
    export(clinic, renumbered(rows, **ANOTHER_NAME))
    clinic.pull(CHANGED)
    assert clinic.command("problems", "--is-gone", "export", moment=CHANGED).exit_code == FINE
    assert counted(clinic) == [(9, 18, 16)]
    by_a_persons_word(clinic, rows)
    assert counted(clinic) == [(8, 16, 16)]


def test_what_stood_in_two_sources_counts_once_for_who_becomes_one_later(clinic: Clinic) -> None:
    """Though no visit changes with the birth date that makes them one."""
    clinic.read_from("{name: export, path: exports/app*.csv}", "{name: studio, path: exports/studio.csv}")
    rows = visits()
    export(clinic, rows)
    export(clinic, renumbered(rows[:4], **ANOTHER_NAME), name="studio.csv")
    clinic.pull(BEFORE)
    assert counted(clinic) == [(9, 18, 18)]
    export(clinic, renumbered(rows[:4], email="ada@new.example"), name="studio.csv")
    assert clinic.pull(CHANGED).counts["appointments in two sources"] == 4
    assert counted(clinic) == [(8, 16, 16)]
