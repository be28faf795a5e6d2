"""From columns of text to appointments. All people here are made up."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import RULES, one, table, usual

from jobs.clinic.normalize import normalize, read_columns
from jobs.clinic.problems import BOOKED_AGAIN, fold_problems, rows_left_out, rows_of
from jobs.clinic.records import STATUSES, STEPS, TEXT_FIELDS, Appointment, Problem, TextTable
from jobs.clinic.value_rules import ValueRules

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "appointments"


def test_a_full_row_becomes_an_appointment_in_canonical_form() -> None:
    found = one(
        usual(
            phone="+1-555-0100", birth_date="8/2/1984", email_consent="opted in", language="Spanish",
            duration_minutes="45", status="Kept", booked="2026-02-27 20:15:00", type="PT  Eval",
            provider="Alex Sample, PT", location="North", payer="Made Health",
            diagnosis="M5450 - Low back pain", referral_source=" A friend ", referring_provider="Dr. Made Up",
            activity="running", service="Physical therapy", billed="$120", paid="90.0",
        )
    )  # fmt: skip
    assert found == Appointment(
        key="main:A0", patient_key="P1", first_name="Pat", last_name="Fictional", email="pat@made.example",
        phone="+15550100", birth_date="1984-08-02", email_consent="yes", died="", language="es",
        starts_at="2026-03-04T14:30:00Z", ends_at="2026-03-04T15:15:00Z", starts_on="2026-03-04",
        booked_at="2026-02-28T01:15:00Z", booked_on="2026-02-27", cancelled_at="",
        status="completed", kind="PT Eval", step="evaluation",
        provider="Alex Sample, PT",
        location="North", diagnosis="M54.50", complaint="Low back pain", activity="running", service="Physical therapy",
        referral_source="A friend", referring_provider="Dr. Made Up", payer="Made Health", billed="120.00",
        paid="90.00", row=2,
    )  # fmt: skip


def test_a_row_without_a_readable_start_is_set_aside_with_its_place_and_remedy() -> None:
    source = usual(2, start=["2026-03-04 09:30:00", "soon"])
    source.headers["start"], source.places["start"] = "Appt Date", 5
    appointments, problems = normalize(source, RULES)
    assert [found.row for found in appointments] == [2]
    remedy = "Correct it in the practice system and export again."
    assert problems == [
        Problem(
            "main",
            "made_up.csv",
            "",
            3,
            "Appt Date",
            "soon",
            "This is no date that can be read.",
            remedy,
            True,
            cell="F3",
            contents="A1 | P1 | Pat | Fictional | pat@made.example | soon",
        )  # fmt: skip
    ]


def test_an_empty_start_is_a_problem_and_a_blank_row_is_nothing() -> None:
    columns = {name: [*cells, ""] for name, cells in usual(1, start="").columns.items()}
    appointments, problems = normalize(TextTable("main", "made_up.csv", "", columns, [2, 3]), RULES)
    assert appointments == []
    assert [(problem.row, problem.what) for problem in problems] == [(2, "The appointment has no start.")]


def test_a_table_without_any_start_column_is_one_problem() -> None:
    appointments, problems = normalize(table(300, patient_name="Fictional, Pat", email="pat@made.example"), RULES)
    assert appointments == []
    assert [(problem.row, problem.set_aside) for problem in problems] == [(0, True)]


def test_a_time_that_does_not_exist_is_noted_and_kept() -> None:
    appointments, problems = normalize(usual(start="2026-03-08 02:30:00"), RULES)
    assert appointments[0].starts_at == "2026-03-08T07:30:00Z"
    assert [(problem.column, problem.set_aside) for problem in problems] == [("start", False)]


def test_date_and_time_in_two_columns_with_an_end_that_is_only_a_time() -> None:
    source = usual(start_date="03/04/2026", start_time="9:30 AM", end_time="10:15 AM")
    del source.columns["start"]
    found = one(source)
    assert (found.starts_at, found.ends_at) == ("2026-03-04T14:30:00Z", "2026-03-04T15:15:00Z")


def test_an_end_that_excel_keeps_as_a_time_of_day_belongs_to_the_day_of_the_start() -> None:
    assert one(usual(end_time="1899-12-30 10:15:00")).ends_at == "2026-03-04T15:15:00Z"


def test_a_row_may_name_its_own_zone() -> None:
    found = one(
        usual(start="December 2, 2020 9:00 pm", end="December 2, 2020 9:45 pm", time_zone="America/Los_Angeles")
    )
    assert (found.starts_at, found.ends_at, found.starts_on) == (
        "2020-12-03T05:00:00Z",
        "2020-12-03T05:45:00Z",
        "2020-12-03",
    )


def test_a_row_in_an_unknown_zone_is_set_aside_unless_its_time_has_an_offset() -> None:
    starts = ["2026-03-04 09:30", "2026-03-04T14:30:00Z"]
    appointments, problems = normalize(usual(2, start=starts, time_zone="Mars/Base"), RULES)
    assert [found.starts_at for found in appointments] == ["2026-03-04T14:30:00Z"]
    assert [(problem.row, problem.set_aside) for problem in problems] == [(2, True)]


def test_an_end_before_the_start_is_left_out_and_the_row_kept() -> None:
    appointments, problems = normalize(usual(end="2026-03-04 08:00:00"), RULES)
    assert appointments[0].ends_at == ""
    assert [problem.what for problem in problems] == ["The appointment ends before it starts; its end is left out."]


def test_a_booking_after_the_start_is_kept_as_it_is() -> None:
    assert one(usual(booked="2026-03-05")).booked_on == "2026-03-05"


def test_an_unknown_status_sets_the_row_aside_until_the_clinic_says_what_it_means() -> None:
    appointments, problems = normalize(usual(status="Weird"), RULES)
    assert appointments == []
    assert "statuses: of this source in config/sources.yaml" in problems[0].remedy
    assert one(usual(status="Weird"), ValueRules("America/New_York", statuses={"weird": "no_show"})).status == "no_show"


def test_without_a_status_column_an_appointment_is_booked() -> None:
    assert one(usual()).status == "booked"


def test_a_date_in_the_cancelled_column_cancels_and_tells_when() -> None:
    found = one(usual(cancelled="2026-03-03 17:00:00", status="Confirmed"))
    assert (found.status, found.cancelled_at) == ("cancelled", "2026-03-03T22:00:00Z")
    assert one(usual(no_show="TRUE")).status == "no_show"
    assert one(usual(arrived="2026-03-04 09:25:00")).status == "arrived"
    assert one(usual(cancelled="no", no_show="0", arrived="")).status == "booked"


def test_a_mark_that_is_neither_yes_nor_no_sets_the_row_aside() -> None:
    appointments, problems = normalize(usual(cancelled="perhaps"), RULES)
    assert appointments == [] and problems[0].column == "cancelled"


def test_an_appointment_without_number_keeps_its_key_and_two_sources_never_share_one() -> None:
    first, again = (one(usual(appointment_id="", status=status)).key for status in ("booked", "kept"))
    assert first == again
    assert one(usual(appointment_id=""), ValueRules("America/New_York", prefix="other")).key != first
    assert one(usual(appointment_id="", start="2026-03-05 09:30:00")).key != first


def test_equal_rows_fold_silently() -> None:
    assert one(usual(2, appointment_id="A1")).key == "main:A1"


def test_lines_of_one_visit_fold_into_one_with_their_amounts_summed() -> None:
    lines = usual(
        3,
        appointment_id="A1",
        billed=["45", "60", "45"],
        paid=["", "10.5", ""],
        diagnosis=["M54.5", "M25.561", "M54.5"],
    )
    found = one(lines)
    assert (found.billed, found.paid, found.diagnosis, found.row) == ("150.00", "10.50", "M54.5 M25.561", 2)


def test_of_contradicting_rows_with_one_number_the_last_counts_and_a_problem_says_so() -> None:
    appointments, problems = normalize(
        usual(3, appointment_id=["A1", "A2", "A1"], status=["booked", "kept", "cancelled"]), RULES
    )
    assert [(found.key, found.status) for found in appointments] == [("main:A1", "cancelled"), ("main:A2", "completed")]
    assert [(problem.row, problem.value, problem.set_aside) for problem in problems] == [(2, "A1", True)]


ANEW = {"appointment_id": "", "booked": ["2026-03-02 08:00", "2026-02-01 08:00"]}


@pytest.mark.parametrize("order", [1, -1])
def test_a_visit_without_a_number_that_was_booked_again_for_its_time_stands_in_whatever_order_the_rows_are(
    order: int,
) -> None:
    """Once by its own row, once under a later row that stands: missed, as the desk noted afterwards."""
    for status, counts in (("booked", "booked"), ("no show", "no_show")):
        appointments, problems = normalize(usual(2, **ANEW, status=[status, "cancelled"][::order]), RULES)
        assert [found.status for found in appointments] == [counts]
        assert [(problem.row, problem.what, problem.set_aside) for problem in problems] == [
            (3 if order == 1 else 2, BOOKED_AGAIN, True)
        ]


@pytest.mark.parametrize("order", [1, -1])
def test_of_a_visit_without_a_number_that_was_called_off_twice_the_new_booking_counts(order: int) -> None:
    off = {"cancelled": ["2026-03-03 10:00", "2026-02-20 10:00"][::order], "status": ["cancelled", "r/s"][::order]}
    appointments, problems = normalize(usual(2, appointment_id="", **off), RULES)
    assert [(found.status, found.cancelled_at[:10]) for found in appointments] == [("cancelled", "2026-03-03")]
    assert [problem.what for problem in problems] == [BOOKED_AGAIN]
    by_booking = normalize(
        usual(2, **{**ANEW, "booked": ANEW["booked"][::order]}, status=["cancelled", "moved"][::order]), RULES
    )
    assert [found.status for found in by_booking[0]] == ["cancelled"]


def test_a_new_booking_that_cannot_be_read_lets_the_letters_about_its_called_off_visit_wait() -> None:
    read = read_columns(usual(2, appointment_id="", status=["bokked", "cancelled"]), RULES)
    assert ([off.slot.key for off in read.called_off], list(read.columns[0])) == (read.unread, [])
    assert read_columns(usual(3, appointment_id="", status=["bokked", "booked", "cancelled"]), RULES).unread == []


def test_the_day_of_discharge_is_a_discharge() -> None:
    source = usual(
        3,
        start=["2026-03-04 09:30", "2026-03-11 09:30", "2026-03-12 09:30"],
        type="PT",
        discharged=["03/11/2026"] * 2 + ["yes"],
    )
    assert [found.step for found in normalize(source, RULES)[0]] == ["visit", "discharge", "discharge"]


def test_calendar_titles_give_the_patient_and_breaks_leave_no_trace() -> None:
    titles = ["Eval - Pat Fictional (knee)", "Lunch", "???", "Holiday"]
    source = table(
        4, title=titles, start="2026-03-04T14:30:00Z", attendee=["mailto:pat@made.example", "", "", ""],
        all_day=["no", "no", "no", "yes"],
    )  # fmt: skip
    appointments, problems = normalize(source, RULES)
    assert [(found.first_name, found.kind, found.step, found.complaint, found.email) for found in appointments] == [
        ("Pat", "Eval", "evaluation", "knee", "pat@made.example")
    ]
    assert [(problem.row, problem.column, problem.value, problem.set_aside) for problem in problems] == [
        (4, "title", "???", True)
    ]
    assert (problems[0].what, problems[0].remedy) == (
        "No patient can be read from the title of this entry.",
        'Write the title such as "PT - Anna Testperson", or say in config/sources.yaml how "main" writes its titles, '
        "as title_pattern: of it, such as {kind} - {patient} ({complaint}).",
    )


def test_one_fault_in_many_rows_is_one_problem_for_the_column() -> None:
    appointments, problems = normalize(usual(120, start=["13/04/2026 09:30"] * 60 + ["2026-03-04 09:30"] * 60), RULES)
    assert len(appointments) == 60
    assert [(problem.row, problem.column, problem.value, rows_of(problem)) for problem in problems] == [
        (0, "start", "13/04/2026 09:30", 60)
    ]
    assert problems[0].what.endswith("(60 rows, the first is row 2)")


def test_problems_of_several_tables_of_one_file_fold_once_more() -> None:
    problems = normalize(usual(60, start="soon"), RULES)[1] * 2 + normalize(usual(2, start="soon"), RULES)[1]
    folded = fold_problems(problems)
    assert [rows_of(problem) for problem in folded] == [122]
    assert fold_problems(folded) == folded


def test_a_row_with_two_faults_is_left_out_once() -> None:
    problems = normalize(usual(2, start="soon", status="Gone fishing"), RULES)[1]
    assert [(problem.row, problem.set_aside) for problem in problems] == [(2, True), (2, True), (3, True), (3, True)]
    assert rows_left_out(problems) == 2
    assert rows_left_out(fold_problems(normalize(usual(60, start="soon"), RULES)[1])) == 60


def test_wrong_rules_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match='"Mars/Base" is no time zone'):
        ValueRules("Mars/Base")
    with pytest.raises(ValueError, match='date_order "us" is none of mdy, dmy, ymd'):
        ValueRules("UTC", date_order="us")
    with pytest.raises(ValueError, match='The status "Gone" cannot mean "vanished"'):
        ValueRules("UTC", statuses={"Gone": "vanished"})


@given(
    st.lists(st.fixed_dictionaries({name: st.text(max_size=12) for name in TEXT_FIELDS if name != "title"}), max_size=4)
)
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_the_cells_every_row_ends_as_an_appointment_or_a_problem(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["start"] = row["start"] or "2026-03-04 09:30:00"
        row["all_day"] = ""
    columns = {name: [row[name] for row in rows] for name in TEXT_FIELDS if name != "title"}
    columns |= {"appointment_id": [str(number) for number in range(len(rows))]}
    appointments, problems = normalize(
        TextTable("main", "made_up.csv", "", columns, list(range(2, len(rows) + 2))), RULES
    )
    told = {found.row for found in appointments} | {problem.row for problem in problems if problem.set_aside}
    assert told == set(range(2, len(rows) + 2))
    for found in appointments:
        assert found.status in STATUSES and found.step in STEPS and found.starts_at and found.patient_key


@pytest.mark.skipif(not DATA.is_dir(), reason="the sample exports are not beside this checkout")
def test_the_sample_clinic_is_read_whole() -> None:
    with open(DATA / "physio_clinic_patients.csv", newline="", encoding="utf-8-sig") as file:
        patients = {row["patient_id"]: row for row in csv.DictReader(file)}
    with open(DATA / "physio_clinic_appointments.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    headers = {
        "appointment_id": "appointment_id", "patient_id": "patient_id", "start": "appt_start", "end": "appt_end",
        "booked": "booked_at", "status": "status", "billed": "price_estimate",
    }  # fmt: skip
    columns = {field: [row[header] for row in rows] for field, header in headers.items()}
    for field in ("first_name", "last_name", "phone"):
        columns[field] = [patients[row["patient_id"]][field] for row in rows]
    source = TextTable("physio", "physio_clinic_appointments.csv", "", columns, list(range(2, len(rows) + 2)), headers)
    appointments, problems = normalize(source, ValueRules("Europe/Berlin", prefix="physio"))
    assert len(appointments) == 565
    assert Counter(found.status for found in appointments) == {"completed": 421, "cancelled": 86, "no_show": 58}
    assert [problem.what for problem in problems] == [
        "This export has no e-mail column: no letter is possible for patients whom no other source knows."
    ]
    assert appointments[0].starts_at == "2025-08-14T09:00:00Z" and appointments[0].ends_at == "2025-08-14T09:45:00Z"


def test_who_has_died_by_the_name_in_one_row_gets_no_letter_about_any_of_them() -> None:
    names = ["Kent, Ed", "Kent, Ed (Deceased)", "Rip, Al"]
    found, problems = normalize(
        usual(
            3,
            patient_id=["1", "1", "2"],
            first_name="",
            last_name="",
            patient_name=names,
            appointment_id=["1", "2", "3"],
        ),
        RULES,
    )
    assert [(one.first_name, one.last_name, one.died) for one in found] == [
        ("Ed", "Kent", "yes"),
        ("Ed", "Kent", "yes"),
        ("Al", "Rip", ""),
    ]
    assert [(problem.row, problem.what, problem.set_aside) for problem in problems] == [
        (3, "The name says that the patient has died; no letter goes to this patient.", False)
    ]


def read_times(*times: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The starts that are taken over, and the rows that are asked about with what is said first of them."""
    numbers = [f"A{place}" for place in range(len(times))]
    day: dict[str, str | list[str]] = {"start": "", "start_date": "03/04/2026", "start_time": list(times)}
    found, problems = normalize(usual(len(times), appointment_id=numbers, **day), RULES)
    assert all(problem.set_aside for problem in problems)
    return [one.starts_at[11:16] for one in found], [
        (problem.row, problem.what.partition(",")[0]) for problem in problems
    ]


def test_times_that_lost_am_and_pm_are_asked_about_and_those_of_the_morning_are_taken() -> None:
    assert read_times("8:00", "1:15", "02:00:00", "5:00", "11:30") == (
        ["13:00", "16:30"],
        [
            (3, "By its time"),
            (4, "By its time"),
            (5, "Other times of this table have lost AM and PM; this one may be in the evening."),
        ],
    )


def test_a_time_of_the_night_is_asked_about_among_times_in_24_hours_but_the_early_morning_is_not() -> None:
    assert read_times("06:00", "14:30", "2:30") == (["11:00", "19:30"], [(4, "By its time")])
    assert read_times("5:30 AM", "6:00 PM", "2:30") == (["10:30", "23:00"], [(4, "By its time")])


def test_a_clinic_that_opens_early_and_a_time_that_says_am_are_believed() -> None:
    assert read_times("06:00", "07:30", "12:00") == (["11:00", "12:30", "17:00"], [])


def test_an_hour_of_the_night_that_is_said_to_be_one_is_asked_about_unless_many_are() -> None:
    assert read_times("2:00 AM", "3:00 a.m.", "9:00 AM") == (
        ["14:00"],
        [(row, "By its time this visit begins in the night; no letter names such an hour.") for row in (2, 3)],
    )
    around_the_clock = [f"{hour}:30 {half}" for half in ("AM", "PM") for hour in range(1, 13)] * 2
    assert len(read_times(*around_the_clock)[0]) == 48
    assert one(usual(start="2026-03-05T02:00:00-05:00")).starts_at == "2026-03-05T07:00:00Z"
    assert read_times("2:30-05:00", "9:00 AM") == (["07:30", "14:00"], [])


def test_one_time_of_the_night_alone_makes_no_other_time_of_its_rows_doubtful() -> None:
    assert read_times("02:00", "07:30") == (["12:30"], [(2, "By its time")])


def test_where_many_visits_of_a_table_in_24_hours_lie_in_the_night_no_time_has_lost_its_half() -> None:
    around_the_clock = [f"{hour:02}:30" for hour in range(24)] * 2
    found, asked = read_times(*around_the_clock)
    assert (len(found), asked) == (48, [])


def test_an_hour_of_the_night_in_another_zone_is_judged_by_the_clinics_clock() -> None:
    utc = ValueRules("America/New_York", source_zone="UTC")
    assert one(usual(start="2026-03-05 02:00:00"), utc).starts_on == "2026-03-04"
    assert one(usual(start="2026-03-04T02:00:00-05:00")).starts_at == "2026-03-04T07:00:00Z"
