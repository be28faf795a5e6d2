"""A file that would change most patients at once is held back until a person calls it right."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hand_written_clinic import Clinic, Row, appointment

from jobs.runner.run import FAILED, FINE

MOMENT, LATER, MORNING = "2026-03-04 07:00", "2026-03-04 08:00", "2026-03-04 10:00"
FILE = "exports/appointments.csv"
REMEDY = (
    "Look whether columns were shifted, or dates are read in another order (date_order: in config/sources.yaml), and "
    "export again. If it is right, also where it mends a slip of the file before it, say so: "
    f'run_jobs.py problems --is-right "{FILE}". Letters wait until then.'
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
    told = clinic.command("problems", *words, moment=LATER)
    return told.exit_code, told.output


def test_dates_in_another_order_move_nobody_until_a_person_says_so(informed: Clinic) -> None:
    informed.read_from("{name: export, path: exports/*.csv, date_order: mdy}")
    ran = informed.pull(LATER)
    said = "18 of 20 coming visits have another time (as if day and month had changed places)"
    what = f"{said}, all at once: nothing was taken from this file."
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
        f"{FILE} is right, says Dana: {said}. The next pull takes it over, unless the file says something else.\n",
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
    assert [what.partition(",")[0] for what, _ in held_back(informed)] == ["20 of 28 coming visits have another time"]


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


NAMES = "Ada Ben Cora Dan Eva Finn Gina Hugo Ida Jon Kit Lena Max Nora Olaf Pia".split()


def named(numbered: bool = True) -> list[Row]:
    """Visits of patients with names of their own: a quarter of them over, the others to come."""
    return [
        appointment(
            name, f"{day:02}/03/2026 {9 + n // 4}:00", "booked" if day > 3 else "completed", booked_at="02/02/2026"
        )
        | {"appointment_id": f"A{n}", "last_name": f"Made{name}", "patient_id": f"{100 + n}" if numbered else ""}
        for n, name in enumerate(NAMES)
        for day in [(3, 10, 11, 12)[n % 4]]
    ]


@pytest.mark.parametrize("columns", [("first_name", "last_name"), ("first_name",)])
@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("how", ["slipped", "sorted"])
def test_names_that_slipped_by_a_row_or_were_sorted_by_themselves_greet_nobody(
    clinic: Clinic, columns: tuple[str, ...], numbered: bool, how: str
) -> None:
    """The addresses stayed where they were: each patient would be greeted by another one's name."""
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = named(numbered)
    clinic.export(*rows)
    assert clinic.pull(MOMENT).code == FINE
    other = rows[1:] + rows[:1] if how == "slipped" else rows[::-1]
    clinic.export(*(row | {name: its[name] for name in columns} for row, its in zip(rows, other, strict=True)))
    assert clinic.pull(LATER).code == FAILED
    ((what, _),) = held_back(clinic)
    by_number, by_visit = (
        "16 of 16 patients have the name of another one",
        "12 of 12 coming visits are given for another patient",
    )
    assert what.partition(", all")[0] == (by_number if numbered else by_visit)
    clinic.export(*rows)
    assert (clinic.pull(MORNING).code, held_back(clinic)) == (FINE, [])
    assert sorted(clinic.ask("SELECT first_name FROM patients")) == NAMES


@pytest.mark.parametrize("numbered", [True, False])
def test_the_export_that_mends_a_slip_that_was_taken_over_is_held_back_and_says_that_it_may_be_one(
    clinic: Clinic, numbered: bool
) -> None:
    """Which of the two has the slip no program can tell."""
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = named(numbered)
    clinic.export(
        *(row | {"first_name": its["first_name"]} for row, its in zip(rows, rows[1:] + rows[:1], strict=True))
    )
    assert clinic.pull(MOMENT).code == FINE
    clinic.export(*rows)
    assert clinic.pull(LATER).code == FAILED
    ((_, remedy),) = held_back(clinic)
    assert "where it mends a slip of the file before it" in remedy
    assert problems(clinic, "--is-right", FILE, "--who", "Dana")[0] == 0
    assert (clinic.pull(MORNING).code, held_back(clinic)) == (FINE, [])


@pytest.mark.parametrize("numbered", [True, False])
def test_names_in_place_of_stand_ins_are_taken_over(clinic: Clinic, numbered: bool) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = named(numbered)
    clinic.export(*(row | {"first_name": "New", "last_name": "Patient"} for row in rows))
    assert clinic.pull(MOMENT).code == FINE
    clinic.export(*rows)
    assert (clinic.pull(LATER).code, held_back(clinic)) == (FINE, [])


@pytest.mark.parametrize(
    "before, after", [("Pilates", "Pilates - Ann Made"), ("Pilates - Duett Ann Made", "Pilates - Ann Made")]
)
def test_visits_of_the_same_addresses_are_no_other_patients_where_their_names_are_read_otherwise(
    clinic: Clinic, before: str, after: str
) -> None:
    """As after an upgrade that finds more names in a calendar, or no longer takes a word of a class for one."""
    clinic.read_from("{name: calendar, path: exports/studio.ics}")

    def calendar(title: str) -> None:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
        for n in range(14):
            lines += [
                "BEGIN:VEVENT", f"UID:visit-{n}", f"SUMMARY:{title}", f"ATTENDEE:mailto:p{n}@patient.example",
                f"DTSTART;TZID=America/Los_Angeles:202603{12 + n % 2}T{9 + n // 2:02}0000",
                "CREATED:20260303T180000Z", "END:VEVENT",
            ]  # fmt: skip
        (clinic.home / "exports" / "studio.ics").write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), newline="")

    calendar(before)
    assert (clinic.pull(MOMENT).code, clinic.send(MORNING).code) == (FINE, FINE)
    calendar(after)
    read = clinic.pull("2026-03-04 11:00")
    assert (read.code, read.counts["appointments given to another patient"], held_back(clinic)) == (FINE, 14, [])
    for moment in ("2026-03-04 12:00", "2026-03-10 10:00", "2026-03-11 10:00"):
        clinic.pull(moment)
        clinic.send(moment)
    reminded = "SELECT address_key, COUNT(*) FROM letters WHERE state = 'sent' AND rule = 'reminder' GROUP BY 1"
    assert clinic.ask(reminded) == [(address, 1) for address in sorted(f"p{n}@patient.example" for n in range(14))]


def test_visits_without_a_number_that_all_move_are_held_back_too(clinic: Clinic) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    unnumbered = [row | {"appointment_id": ""} for row in patients()]
    clinic.export(*unnumbered)
    clinic.pull(MOMENT)
    clinic.export(*(row | {"start": row["start"].replace(":00", ":30")} for row in unnumbered))
    assert clinic.pull(LATER).code == FAILED
    assert [what.partition(",")[0] for what, _ in held_back(clinic)] == ["20 of 20 coming visits have another time"]
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


def weekly(count: int = 20, weeks: int = 4) -> list[Row]:
    """Each patient has a visit a week from March 9 on, a fifth of them on each working day."""
    return [
        row | {"appointment_id": f"A{n}-{week}", "start": f"{day:%d/%m/%Y} {9 + n // 5}:00"}
        for n, row in enumerate(patients(count))
        for week in range(weeks)
        for day in [date(2026, 3, 9) + timedelta(weeks=week, days=n % 5)]
    ]


def moved(row: Row, by: timedelta) -> Row:
    return row | {"start": f"{datetime.strptime(row['start'], '%d/%m/%Y %H:%M') + by:%d/%m/%Y %H:%M}"}  # noqa: DTZ007


def starts(clinic: Clinic) -> list[str]:
    return clinic.ask("SELECT starts_at FROM appointments ORDER BY key")


@pytest.mark.parametrize(
    ("weeks", "which", "by"),
    [
        (4, lambda row: row["appointment_id"].endswith("-2"), timedelta(weeks=2)),  # a week that is closed
        (1, lambda row: row["start"] < "12/03", timedelta(weeks=1)),  # days of snow, in a clinic that books a week
        (4, lambda row: int(row["last_name"][4:]) < 14, timedelta(minutes=30)),  # most patients are one provider's
        (4, lambda row: int(row["last_name"][4:]) < 14, timedelta(days=1)),
    ],
)
def test_a_closed_week_days_of_snow_and_a_provider_with_other_hours_are_taken_over(
    informed: Clinic, weeks: int, which: Callable[[Row], bool], by: timedelta
) -> None:
    rows = weekly(weeks=weeks)
    informed.export(*rows)
    informed.pull(MOMENT)
    before = starts(informed)
    informed.export(*(moved(row, by) if which(row) else row for row in rows))
    assert (informed.pull(LATER).code, held_back(informed)) == (FINE, [])
    assert sum(was != now for was, now in zip(before, starts(informed), strict=True)) == sum(map(which, rows)) > 10


def test_a_column_that_slipped_by_a_row_in_a_part_of_the_file_is_held_back(informed: Clinic) -> None:
    rows = sorted(weekly(), key=lambda row: row["appointment_id"][-1])  # the last week stands below
    informed.export(*rows)
    informed.pull(MOMENT)
    informed.export(*rows[:61], *(row | {"start": rows[n]["start"]} for n, row in enumerate(rows[61:], 60)))
    assert informed.pull(LATER).code == FAILED
    assert [what.partition(", all")[0] for what, _ in held_back(informed)] == [
        "19 of 80 coming visits have another time (each to that of another one, as if a column had slipped)"
    ]


def test_the_word_that_a_file_is_right_holds_for_what_the_file_said_and_not_for_its_name(informed: Clinic) -> None:
    rows, an_hour = patients(), timedelta(hours=1)
    informed.export(*(moved(row, an_hour) for row in rows))
    assert informed.pull(LATER).code == FAILED  # every row of the file: it may be another zone
    problems(informed, "--is-right", FILE, "--who", "Dana")
    informed.export(*(moved(row, timedelta(days=40)) for row in rows))
    assert informed.pull("2026-03-04 09:00").code == FAILED
    (held,) = held_back(informed)
    assert held[1] == f"{REMEDY} What Dana said on Wed 04 Mar 2026, 08:00 does not count: this is something else."
    written = informed.list_written()
    assert (informed.pull("2026-03-04 09:10").code, informed.list_written()) == (FAILED, written)
    (informed.home / FILE).unlink()
    informed.export(  # the export of the night says the same and a little more, and has a name of its own
        *(moved(row, an_hour) for row in rows[1:]), moved(rows[0], 2 * an_hour), name="appointments-2026-03-05.csv"
    )
    assert (informed.pull("2026-03-05 07:00").code, held_back(informed)) == (FINE, [])
    informed.export(*rows, name="appointments-2026-03-06.csv")
    assert informed.pull("2026-03-06 07:00").code == FAILED  # the word counted once


def test_a_word_that_is_too_long_ago_says_so(informed: Clinic) -> None:
    informed.export(*(moved(row, timedelta(hours=1)) for row in patients()))
    informed.pull(LATER)
    problems(informed, "--is-right", FILE, "--who", "Dana")
    assert informed.pull("2026-03-12 07:00").code == FAILED
    (held,) = held_back(informed)
    assert held[1] == f"{REMEDY} What Dana said on Wed 04 Mar 2026, 08:00 does not count: it holds for seven days."
    problems(informed, "--is-right", FILE, "--who", "Dana")  # `LATER`, before the pull: as with a clock that is wrong
    assert informed.pull("2026-03-05 07:00").code == FINE


def test_a_firm_that_gets_another_domain_is_no_column_that_slipped(informed: Clinic) -> None:
    informed.export(*(row | {"email": row["email"].replace("patient.", "patients.")} for row in patients()))
    assert (informed.pull(LATER).code, held_back(informed)) == (FINE, [])
    assert informed.ask("SELECT email FROM patients WHERE first_name = 'P3'") == ["p3@patients.example"]


def test_forecast_and_why_say_what_all_letters_wait_for(informed: Clinic) -> None:
    informed.send(MOMENT)  # plans the welcomes, before the hours in which letters leave

    def asked(*words: str) -> str:
        return informed.command(*words, moment=MORNING).output

    told = (
        f"No letter leaves as things stand now. {FILE} (export) is held back; problems.xlsx says why. The letters wait "
        "until it is settled.\n"
    )
    assert "20 letters would leave; " in (shown := asked("forecast", "--days", "1")) and told not in shown
    assert told not in asked("why", "P3")
    informed.export(*(moved(row, timedelta(hours=1)) for row in patients()))
    assert informed.pull(LATER).code == FAILED
    assert f"{told}20 letters would leave once that is settled; " in asked("forecast", "--days", "1")
    assert asked("why", "P3").endswith(told)
    informed.export(*patients())
    informed.pull(MORNING)
    assert told not in asked("forecast") + asked("why", "P3")


HELD = f"{FILE} (export) is held back; problems.xlsx says why"


def reminder(clinic: Clinic) -> tuple[str, str]:
    """What became of the first reminder, due on the morning of March 30 and too late after the next evening."""
    (found,) = clinic.fates("P0", "reminder")
    return found


@pytest.fixture
def waiting(informed: Clinic) -> Clinic:
    """All letters wait for a file since the morning on which the first reminders are due."""
    informed.read_from("{name: export, path: exports/*.csv, date_order: mdy}")
    informed.export(*patients(19))
    assert informed.pull("2026-03-30 08:00").code == FAILED
    assert informed.send("2026-03-30 10:00").counts["letters waiting"] == 2
    assert reminder(informed) == ("ready", f"no letter leaves: {HELD}")
    return informed


def test_a_letter_that_is_too_late_after_a_file_was_held_back_names_it(waiting: Clinic) -> None:
    before = waiting.ask("SELECT * FROM letters")
    waiting.send("2026-03-30 10:10")
    assert waiting.ask("SELECT * FROM letters") == before
    waiting.send("2026-03-30 19:00")
    assert reminder(waiting) == ("ready", f"outside the sending hours; before, no letter left: {HELD}")
    ran = waiting.send("2026-04-01 10:00")
    assert (ran.code, ran.counts["letters withdrawn"]) == (FAILED, 2)
    late = "too late: it was due 2026-03-30, and the rule allows 2 days, until the day before the visit at most"
    assert reminder(waiting) == ("withdrawn", f"{late}; no letter left: {HELD}")


@pytest.mark.parametrize(("settled", "state"), [("2026-03-31 15:00", "sent"), ("2026-04-01 10:30", "withdrawn")])
def test_once_a_file_is_settled_what_is_not_too_late_leaves(waiting: Clinic, settled: str, state: str) -> None:
    waiting.send("2026-03-31 14:00")
    waiting.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    assert waiting.pull(settled).code == FINE
    waiting.send(settled)
    assert reminder(waiting)[0] == state
    assert (HELD in reminder(waiting)[1]) == (state == "withdrawn")


def test_a_provider_with_other_hours_in_an_export_without_numbers_is_taken_over_and_reminded_of_once(
    clinic: Clinic,
) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = [row | {"appointment_id": ""} for row in weekly()]
    clinic.export(*rows)
    assert clinic.pull(MOMENT).code == FINE
    for hours in (1.5, 3):
        theirs = [moved(row, timedelta(hours=hours)) if int(row["last_name"][4:]) < 7 else row for row in rows]
        clinic.export(*theirs)
        ran = clinic.pull(LATER)
        assert (ran.code, ran.counts["appointments gone"], ran.outcome.notes) == (FINE, 28, ())
    clinic.export(*rows)
    assert clinic.pull(MORNING).counts["appointments gone"] == 28  # back to what it was
    assert clinic.ask("SELECT count(*), count(DISTINCT patient_id) FROM appointments WHERE status = 'booked'") == [
        (80, 20)
    ]


def test_what_is_missing_from_an_export_for_good_is_told_once_and_gone_when_a_person_says_so(informed: Clinic) -> None:
    """Where it is in the export again, its reminder leaves after all, or its welcome if that has not left yet."""
    rows, name = weekly(), "appointments-2026-03-0{}.csv"
    said = "41 coming appointments are no longer in this file. They still count as booked."
    some = [row for row in rows if int(row["last_name"][4:]) < 9]
    (informed.home / FILE).unlink()
    informed.export(*rows, name=name.format(3))
    informed.pull(MOMENT)
    for day in (4, 5):
        informed.export(*some, appointment("Ann", "2026-03-03 09:00"), name=name.format(day))
        assert informed.pull(f"2026-03-0{day} 08:00").outcome.notes == (f"export: {said}",)
        assert informed.ask("SELECT what, seen_at, file FROM problems") == [
            (said, "2026-03-04T16:00:00Z", f"exports/{name.format(day)}")
        ]
    (told,) = informed.ask("SELECT remedy FROM problems")
    assert told == (
        "If the export was filtered, export everything again. If it is right, say so: run_jobs.py problems --is-right "
        f'"exports/{name.format(5)}". Then nobody is reminded of them.'
    )
    informed.send("2026-03-05 08:10")  # plans the letters
    newest = f"exports/{name.format(5)}"
    assert problems(informed, "--is-right", newest, "--who", "Dana") == (
        0,
        f"{newest} is right, says Dana: 41 coming appointments no longer count as booked, and nobody is reminded of "
        "them.\n",
    )
    assert informed.ask("SELECT status, count(*) FROM appointments WHERE key GLOB '*-?' GROUP BY 1") == [
        ("booked", 39), ("rescheduled", 41)
    ]  # fmt: skip
    assert (held_back(informed), "Nothing was wrong" in problems(informed)[1]) == ([], True)
    assert informed.pull("2026-03-05 09:00").counts == {"files unchanged": 1}
    informed.send("2026-03-06 10:00")
    assert ("P5", "welcome") in informed.in_state("sent")  # which says what its reminder would
    assert ("withdrawn", "the appointment is now rescheduled") in informed.fates("P10", "reminder")
    informed.export(*rows, appointment("Ann", "2026-03-03 09:00"), name=name.format(6))
    assert informed.pull("2026-03-06 11:00").counts["appointments changed"] == 41
    informed.pull("2026-03-09 11:00")
    informed.send("2026-03-09 12:00")
    assert {("P7", "reminder"), ("P12", "welcome")} <= informed.in_state(
        "sent"
    )  # it was missing before its welcome left
    assert ("planned", "the welcome about the same visit leaves first") in informed.fates("P12", "reminder")


@pytest.mark.parametrize("what", ["names", "hours"])
@pytest.mark.parametrize("exported", ["once", "with what is over", "what is to come"])
def test_a_file_that_is_held_back_stays_so_however_few_of_its_visits_are_left(
    clinic: Clinic, what: str, exported: str
) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = sorted(named(numbered=False), key=lambda row: row["start"])
    clinic.export(*rows)
    assert clinic.pull(MOMENT).code == FINE
    for day in (4, 10, 11, 12, 13):
        now = [row | {"status": "booked" if int(row["start"][:2]) >= day else "completed"} for row in rows]
        shown = [row for row in now if row["status"] == "booked" or exported != "what is to come"]
        if what == "hours":
            shown = [moved(row, timedelta(hours=1)) for row in shown]
        else:
            names = [row["first_name"] for row in shown]
            shown = [row | {"first_name": name} for row, name in zip(shown, names[1:] + names[:1], strict=True)]
        if day == 4 or (exported != "once" and shown):
            clinic.export(*shown)
        assert (day, clinic.pull(f"2026-03-{day:02} 08:00").code) == (day, FAILED)
    clinic.export(*rows)
    assert (clinic.pull("2026-03-13 09:00").code, held_back(clinic)) == (FINE, [])


def test_the_word_that_a_file_is_right_holds_for_what_is_left_of_it(clinic: Clinic) -> None:
    clinic.read_from("{name: export, path: exports/*.csv, date_order: dmy}")
    rows = named(numbered=False)
    clinic.export(*rows)
    clinic.pull(MOMENT)
    clinic.export(
        *(row | {"first_name": its["first_name"]} for row, its in zip(rows, rows[1:] + rows[:1], strict=True))
    )
    for day in (4, 11):
        assert clinic.pull(f"2026-03-{day:02} 08:00").code == FAILED
    said = clinic.command("problems", "--is-right", FILE, "--who", "Dana", moment="2026-03-11 09:00")
    assert said.exit_code == 0
    assert (clinic.pull("2026-03-12 08:00").code, held_back(clinic)) == (FINE, [])
