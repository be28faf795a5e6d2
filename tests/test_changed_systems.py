"""A clinic changes its practice system: the same visits and patients come under other numbers, in other columns."""

import csv
from collections import Counter

import pytest
from hand_written_clinic import HEADERS, Clinic, Row, appointment

from jobs.runner.run import FAILED, FINE

BEFORE, CHANGED, NEXT = "2026-03-02 10:00", "2026-03-03 08:00", "2026-03-04 08:00"
PATIENTS = "Ada Ben Cora Dan Eva Finn Gina Hugo".split()


def visits(*days: str) -> list[Row]:
    return [
        appointment(name, f"2026-{day} {9 + n}:00", "booked", booked_at="2026-02-20 10:00", referral_source="Google")
        for n, name in enumerate(PATIENTS)
        for day in days
    ]


def renumbered(rows: list[Row], **more: str) -> list[Row]:
    """The same in the new system, which has numbers of its own."""
    return [
        row | {"appointment_id": f"N{n}", "patient_id": f"X{row['patient_id']}"} | more for n, row in enumerate(rows)
    ]


def told(clinic: Clinic, *days: str) -> Counter[tuple[str, str]]:
    """Which letters left in the days, by patient."""
    for day in days:
        assert clinic.pull(f"2026-{day} 09:00").code == FINE
        assert clinic.send(f"2026-{day} 10:00").code == FINE
    query = (
        "SELECT rule, first_name FROM letters JOIN patients ON patients.id = letters.patient_id WHERE state = 'sent'"
    )
    return Counter(clinic.ask(query))


@pytest.fixture
def known(clinic: Clinic) -> Clinic:
    """Two visits of each patient are known, a third is over."""
    clinic.export(*visits("02-27", "03-06", "03-13"))
    assert (clinic.pull(BEFORE).code, clinic.send(BEFORE).code) == (FINE, FINE)
    assert told(clinic) == {}
    return clinic


def test_visits_that_come_under_new_numbers_are_reminded_of_once_and_counted_once(known: Clinic) -> None:
    known.export(*renumbered(visits("02-27", "03-06", "03-13"), booked_at="2026-03-03 07:00"), name="new.csv")
    assert known.pull(CHANGED).counts == {
        "appointments read": 24, "appointments renumbered": 24, "patients renumbered": 8, "files read": 1,
    }  # fmt: skip
    assert told(known, "03-04") == {("reminder", name): 1 for name in PATIENTS}  # and no welcome
    assert known.ask("SELECT COUNT(*), COUNT(DISTINCT patient_id), MAX(booked_on) FROM appointments") == [
        (24, 8, "2026-02-20")
    ]
    assert set(known.ask("SELECT what || remedy FROM problems")) == set()
    before = known.ask("SELECT * FROM appointments"), known.ask("SELECT * FROM events")
    known.read_from("{name: export, path: exports/*.csv, bad_rows: 30, statuses: {pencilled: booked}}")
    again = known.pull("2026-03-04 11:00").counts
    assert again == {"appointments read": 24, "files read": 1}
    assert (known.ask("SELECT * FROM appointments"), known.ask("SELECT * FROM events")) == before


def test_what_the_new_system_says_of_a_visit_counts(known: Clinic) -> None:
    rows = {(row["first_name"], row["start"][5:10]): row for row in renumbered(visits("02-27", "03-06", "03-13"))}
    rows["Ada", "03-06"]["status"] = "cancelled"
    rows["Ben", "03-13"]["status"] = "deceased"
    rows["Cora", "03-06"]["start"] = "2026-03-06 19:00"
    rows["Dan", "02-27"]["status"] = "completed"
    del rows["Eva", "03-06"]  # it was not carried over
    known.export(*rows.values())
    known.pull(CHANGED)
    sent = told(known, "03-04")
    assert {name: count for (rule, name), count in sent.items() if rule == "reminder"} == {
        "Cora": 1, "Dan": 1, "Finn": 1, "Gina": 1, "Hugo": 1,
    }  # fmt: skip
    of_march_6 = {name: known.fates(name, "reminder")[1] for name in ("Ada", "Ben", "Eva")}
    assert of_march_6 == {
        "Ada": ("withdrawn", "the appointment is now cancelled"),
        "Ben": ("withdrawn", "the patient has died"),
        "Eva": ("withdrawn", "the appointment is now rescheduled"),
    }
    assert known.ask("SELECT COUNT(DISTINCT patient_id) FROM appointments") == [8]


def test_the_new_system_has_other_columns_and_settings_of_its_own(known: Clinic) -> None:
    rows = renumbered(visits("03-06", "03-13"))[2:]  # those of Ada were not carried over
    columns = [name for name in reversed(HEADERS) if name not in ("complaint", "language")]
    with (known.home / "exports" / "new.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    known.read_from("{name: export, path: exports/*.csv, statuses: {pencilled: booked}}")
    assert known.pull(CHANGED).counts["appointments renumbered"] == 14
    assert told(known, "03-04") == {("reminder", name): 1 for name in PATIENTS[1:]}


def test_a_visit_that_has_an_outcome_keeps_it_where_the_new_system_has_none(clinic: Clinic) -> None:
    clinic.export(*(row | {"status": "completed"} for row in visits("02-27")))
    clinic.pull(BEFORE)
    clinic.export(*renumbered(visits("02-27")))
    clinic.pull(CHANGED)
    assert clinic.ask("SELECT status, COUNT(*) FROM appointments GROUP BY 1") == [("completed", 8)]


def test_mother_and_daughter_of_one_name_stay_two_though_one_takes_the_others_place(clinic: Clinic) -> None:
    at = "2026-03-06 09:00"
    clinic.export(appointment("Ada", at, "booked"), *visits("03-13"))
    clinic.pull(BEFORE)
    other = {"patient_id": "P77", "appointment_id": "N77", "email": "daughter@patient.example"}
    clinic.export(appointment("Ada", at, "booked") | other, *visits("03-13"))
    clinic.pull(CHANGED)
    assert sorted(clinic.ask("SELECT status FROM appointments WHERE starts_on = '2026-03-06'")) == [
        "booked", "rescheduled",
    ]  # fmt: skip
    assert clinic.ask("SELECT COUNT(*) FROM patients WHERE same_as = 0") == [9]


def test_a_visit_deleted_and_booked_anew_at_its_time_is_the_same_one(clinic: Clinic) -> None:
    ada, *others = visits("03-06")
    clinic.export(ada, *others)
    clinic.pull(BEFORE)
    clinic.send(BEFORE)
    assert told(clinic, "03-04")["reminder", "Ada"] == 1
    clinic.export(ada | {"appointment_id": "anew", "booked_at": "2026-03-04 11:00"}, *others)
    clinic.pull("2026-03-04 12:00")
    assert told(clinic, "03-05") == {(rule, name): 1 for name in PATIENTS for rule in ("reminder", "welcome")}
    assert clinic.ask("SELECT COUNT(*), MAX(booked_on) FROM appointments") == [(8, "2026-02-20")]


def test_two_patients_of_the_new_system_at_one_address_stay_two(known: Clinic) -> None:
    rows = renumbered(visits("02-27", "03-06", "03-13"))
    twice = appointment("Ada", "2026-03-09 09:00", "booked", appointment_id="N99", patient_id="X99")
    known.export(*rows, twice)
    known.pull(CHANGED)
    assert known.ask("SELECT COUNT(*) FROM patients WHERE same_as = 0") == [9]
    assert "but two numbers" in known.ask("SELECT what FROM problems")[0]


def test_where_the_times_are_others_too_the_file_is_held_back_until_a_person_calls_it_right(clinic: Clinic) -> None:
    names = [f"Ann{n}" for n in range(12)]
    old = [appointment(name, f"2026-03-06 {8 + n}:00", "booked") for n, name in enumerate(names)]
    last = appointment("Zoe", "2026-03-20 09:00", "booked")
    clinic.export(*old, last)
    clinic.pull(BEFORE)
    clinic.export(*renumbered([row | {"start": row["start"].replace(":00", ":20")} for row in old]), last)
    assert clinic.pull(CHANGED).code == FAILED
    what = "12 of 13 coming visits have another time, all at once: nothing was taken from this file."
    assert clinic.ask("SELECT what FROM problems WHERE set_aside = 1") == [what]

    words = ["--now", CHANGED, "problems", "--is-right", "exports/appointments.csv", "--who", "Dana"]
    assert clinic.command(*words).exit_code == FINE
    assert clinic.pull("2026-03-03 09:00").code == FINE
    assert clinic.ask("SELECT status, COUNT(*) FROM appointments GROUP BY 1") == [("booked", 13), ("rescheduled", 12)]


def test_what_a_new_system_has_at_another_time_is_not_reminded_of_twice(clinic: Clinic) -> None:
    """However many visits of these patients it has not where they were: those are gone with the old numbers."""
    days = [f"03-{day:02}" for day in (5, 6, 9, 10, 11, 12, 13, 16)]
    clinic.export(*visits("02-27", *days))
    clinic.pull(BEFORE)
    rows = renumbered(visits("02-27", *days))
    moved = [row for row in rows if row["first_name"] in ("Ada", "Ben") and "-02-27" not in row["start"]]
    for row in moved:
        row["start"] = row["start"].replace(":00", ":15")
    clinic.export(*rows)
    clinic.pull(CHANGED)
    assert clinic.ask("SELECT status, COUNT(*) FROM appointments GROUP BY 1") == [("booked", 72), ("rescheduled", 16)]
    assert clinic.ask("SELECT what FROM problems") == []


def test_numbers_that_mean_other_visits_in_the_new_system_are_held_back_and_known_under_another_name_of_the_source(
    clinic: Clinic,
) -> None:
    """Both systems count from one. Of each patient's first visit the letters left; nobody gets them again."""
    names = [f"{first}{last}" for first in "Abel Bea Carl Dora Eric Faye".split() for last in ("ton", "wick")]

    def numbered(order: list[str], patient: str) -> list[Row]:
        rows = [
            appointment(name, f"2026-{day} {9 + place % 8}:{place // 8 * 30:02}", "booked",
                        last_name=f"{name[::-1].title()}", booked_at="2026-02-20 10:00")
            for place, name in enumerate(names)
            for day in ("03-05", "03-12")
        ]  # fmt: skip
        place = {name: number for number, name in enumerate(order)}
        rows.sort(key=lambda row: (place[row["patient_id"]], row["start"]))
        return [
            row | {"appointment_id": str(number), "patient_id": f"{patient}{place[row['patient_id']]}"}
            for number, row in enumerate(rows)
        ]

    clinic.export(*numbered(names, "P"))
    clinic.pull(BEFORE)
    assert {*told(clinic, "03-03").values()} == {1}
    clinic.export(*numbered(names[5:] + names[:5], "Q"))
    assert clinic.pull(NEXT).code == FAILED
    [(what, remedy)] = clinic.ask("SELECT what, remedy FROM problems")
    assert what.startswith("24 of 24 coming visits are given for another patient")
    assert remedy.startswith("If the practice system is another one by now, whose numbers mean other visits, give the")
    clinic.read_from("{name: new, path: exports/*.csv}")
    assert clinic.pull("2026-03-04 08:30").code == FINE
    assert clinic.ask("SELECT what FROM problems WHERE source <> 'export'") == []
    assert clinic.ask("SELECT COUNT(*), COUNT(DISTINCT patient_id) FROM appointments WHERE same_as = 0") == [(24, 12)]
    clinic.export(*numbered(names[5:] + names[:5], "Q"))
    assert {*told(clinic, "03-04", "03-05").values()} == {1}


def test_a_new_system_whose_charts_have_the_old_ones_numbers_is_told_as_that(clinic: Clinic) -> None:
    """Visit by visit the same numbers, of other people: nothing but a name and an address has changed."""
    names = [f"{first}{last}" for first in "Abel Bea Carl Dora Eric Faye".split() for last in ("ton", "wick")]

    def charts(order: list[str]) -> list[Row]:
        return [
            appointment(name, f"2026-{day} {9 + names.index(name) % 8}:{names.index(name) // 8 * 30:02}", "booked",
                        last_name=name[::-1].title(), patient_id=f"P{chart}", appointment_id=f"{chart * 2 + visit}")
            for chart, name in enumerate(order)
            for visit, day in enumerate(("03-05", "03-12"))
        ]  # fmt: skip

    clinic.export(*charts(names))
    clinic.pull(BEFORE)
    clinic.export(*charts(names[5:] + names[:5]))
    assert clinic.pull(CHANGED).code == FAILED
    [(what, remedy)] = clinic.ask("SELECT what, remedy FROM problems")
    assert what == "12 of 12 patients' numbers are other people's, all at once: nothing was taken from this file."
    assert remedy.startswith("If the practice system is another one by now, whose numbers mean other visits, give the")
    assert told(clinic) == {}
    clinic.read_from("{name: new, path: exports/*.csv}")
    assert clinic.pull("2026-03-03 08:30").code == FINE
    assert clinic.ask("SELECT COUNT(*), COUNT(DISTINCT patient_id) FROM appointments WHERE same_as = 0") == [(24, 12)]
