"""A free screen before anybody has decided for care: no evaluation, no new patient, and few letters."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic, Row, appointment
from openpyxl import load_workbook
from test_owners_figures import rows_of

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")


def screen(patient: str, start: str, status: str = "completed", **more: str) -> Row:
    return appointment(patient, start, status, "Free Injury Screen", **{"booked_at": "2026-02-20 09:00"} | more)


def care(patient: str, start: str, status: str = "completed", kind: str = "PT Initial Evaluation", **more: str) -> Row:
    return appointment(patient, start, status, kind, **{"booked_at": "2026-03-04 09:00"} | more)


def lived(clinic: Clinic, moment: str, *rows: Row) -> None:
    clinic.export(*rows)
    assert (clinic.pull(moment).code, clinic.send(moment).code) == (0, 0)


def workbook(clinic: Clinic, moment: str) -> Any:
    ran = clinic.command("run", "summarize_referrals", moment=moment)
    assert ran.exit_code == 0, ran.output
    (path,) = (Path(word) for word in ran.output.split("\n  ") if word.strip().endswith(".xlsx"))
    return load_workbook(path, data_only=True)


def test_a_screen_is_reminded_of_and_thanked_for_by_nobody_and_care_is_welcomed(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    lived(clinic, "2026-02-20 09:30", screen("Wanda", "2026-03-03 10:00", "booked"))
    for moment in ("2026-02-20 12:00", "2026-03-02 10:00"):
        lived(clinic, moment, screen("Wanda", "2026-03-03 10:00", "booked"))
    assert clinic.ask("SELECT rule, state FROM letters") == [("reminder", "sent")]
    seen, coming = screen("Wanda", "2026-03-03 10:00"), care("Wanda", "2026-03-09 10:00", "booked")
    lived(clinic, "2026-03-04 09:30", seen, coming)
    for moment in ("2026-03-04 12:00", "2026-03-06 09:00"):
        lived(clinic, moment, seen, coming)
    lived(clinic, "2026-03-09 18:00", seen, care("Wanda", "2026-03-09 10:00"))
    lived(clinic, "2026-03-10 10:00", seen, care("Wanda", "2026-03-09 10:00"))
    sent = clinic.ask("SELECT rule, count(*) FROM letters WHERE state = 'sent' GROUP BY rule ORDER BY rule")
    assert sent == [("after_evaluation", 1), ("reminder", 2), ("welcome", 1)]
    assert clinic.ask("SELECT rule FROM letters WHERE state = 'planned'") == ["lapsed"]  # of the evaluation


def test_who_misses_a_screen_is_asked_for_another_time(opened_clinic: Clinic, tmp_path: Path) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    missed = (screen("Nora", "2026-03-03 10:00", "no_show"), screen("Cleo", "2026-03-06 10:00", "cancelled"))
    lived(clinic, "2026-03-03 12:30", *missed)
    lived(clinic, "2026-03-05 12:30", *missed)
    assert clinic.in_state("sent") == {("Nora", "missed_visit"), ("Cleo", "cancelled")}


def test_a_screen_is_not_counted_among_the_visits_after_which_letters_leave(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    rows = (
        care("Bea", "2026-03-02 10:00", booked_at="2026-02-20 09:00"),
        screen("Bea", "2026-03-03 10:00"),
        care("Bea", "2026-03-04 10:00", kind="PT Follow Up"),
    )
    lived(clinic, "2026-03-04 12:00", *rows)
    assert clinic.fates("Bea", "mid_plan") == []
    lived(clinic, "2026-03-05 12:00", *rows, care("Bea", "2026-03-05 10:00", kind="PT Follow Up"))
    assert clinic.fates("Bea", "mid_plan") == [("planned", "")]
    assert clinic.ask("SELECT DISTINCT episode FROM appointments") == [1]


def test_a_letter_that_was_planned_when_a_screen_passed_for_an_evaluation_is_withdrawn(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    clinic.read_from("{name: export, path: exports/*.csv, kinds: {Free Injury Screen: evaluation}}")
    lived(clinic, "2026-03-03 12:00", screen("Wanda", "2026-03-03 10:00"))
    assert clinic.fates("Wanda", "after_evaluation") == [("planned", "")]
    clinic.read_from("{name: export, path: exports/*.csv}")
    lived(clinic, "2026-03-04 12:00", screen("Wanda", "2026-03-03 10:00"))
    assert clinic.fates("Wanda", "after_evaluation") == [("withdrawn", "the appointment is a free screen")]


def test_a_source_that_brought_a_screen_is_seen_and_has_a_new_patient_once_care_is_booked(clinic: Clinic) -> None:
    gym = {"referral_source": "Oak Gym"}
    rows = (
        appointment("Dora", "2025-09-01 10:00", booked_at="2025-09-01 09:00"),
        screen("Wanda", "2026-03-03 10:00", **gym),
        screen("Hugo", "2026-03-03 11:00", "no_show", **gym),
        screen("Lea", "2026-03-04 11:00", referral_source="Corner Cafe"),
    )
    clinic.export(*rows)
    clinic.pull("2026-03-09 05:00")
    book = workbook(clinic, "2026-03-09 06:00")
    sources = rows_of(book["Sources"], "Screens")
    assert {name: (row["Ever"], row["Screens"]) for name, row in sources.items() if row["Screens"]} == {
        "All sources": (0, 3), "Not yet named": (0, 3),
    }  # fmt: skip
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["Screens alone"] == 3 and any("All tables add up" in str(word) for word in about)
    clinic.export(*rows, care("Wanda", "2026-03-12 10:00", booked_at="2026-03-09 09:00"))
    clinic.pull("2026-03-16 05:00")
    book = workbook(clinic, "2026-03-16 06:00")
    assert rows_of(book["Sources"], "Screens")["Not yet named"]["Ever"] == 1
    assert clinic.ask("SELECT referral_source, referred_on, visits FROM episodes WHERE referred_on > '2026'") == [
        ("Oak Gym", "2026-03-09", 1)
    ]
    about = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert about["Screens alone"] == 2 and any("All tables add up" in str(word) for word in about)


def test_a_consultation_is_a_screen_where_it_is_short_or_the_clinic_says_so(clinic: Clinic) -> None:
    lines = ["appointment_id,first_name,last_name,email,start,end,status,type"]
    for name, kind, minutes in (("Ann", "Consult", 15), ("Bo", "Consult", 45), ("Cy", "Trial", 30)):
        row = (
            f"{name},{name},Fictional,{name}@patient.example,2026-03-03 10:00,2026-03-03 10:{minutes},completed,{kind}"
        )
        lines.append(row)
    (clinic.home / "exports" / "appointments.csv").write_text("\n".join(lines) + "\n", "utf-8")
    clinic.pull("2026-03-03 12:00")
    steps = "SELECT step FROM appointments ORDER BY key"
    assert clinic.ask(steps) == ["screen", "evaluation", "other"]
    clinic.read_from("{name: export, path: exports/*.csv, kinds: {consult: evaluation, Trial: screen}}")
    assert clinic.pull("2026-03-03 13:00").counts["appointments changed"] == 2
    assert clinic.ask(steps) == ["evaluation", "evaluation", "screen"]
    clinic.read_from("{name: export, path: exports/*.csv, kinds: {Consult: talk}}")
    assert 'kinds: "Consult" cannot be "talk". Use one of evaluation, visit, ' in clinic.command("check").output


def test_a_type_that_means_something_else_by_now_does_so_for_rows_that_have_left_the_export_too(clinic: Clinic) -> None:
    """After an upgrade, also of a source that is named no more, and where `kinds:` is written later. A discharge that
    the export had marked stays one."""
    clinic.read_from("{name: export, path: exports/*.csv}", "{name: former, path: exports/former.csv}")
    clinic.export(screen("Sam", "2026-03-03 10:00"), name="former.csv")
    past = [screen("Pia", "2026-03-03 11:00"), appointment("Tea", "2026-03-03 12:00", kind="Trial")]
    clinic.export(*past, screen("Dan", "2026-03-03 13:00"))
    clinic.pull("2026-03-03 14:00")
    with sqlite3.connect(clinic.database) as database:  # as a program that knew no screens had left them
        database.execute("UPDATE appointments SET step = 'evaluation' WHERE step = 'screen'")
        database.execute("UPDATE appointments SET step = 'discharge' WHERE key LIKE '%Dan%'")
        database.execute("DELETE FROM cursors WHERE name IN ('what types mean', 'episodes renewed')")
        database.execute("DELETE FROM episodes")
    new = care("Zed", "2026-03-10 10:00", "booked")
    clinic.read_from("{name: export, path: exports/appointments.csv}")
    clinic.export(new)
    clinic.pull("2026-03-04 14:00")
    steps = "SELECT first_name, step FROM appointments JOIN patients ON patients.id = patient_id ORDER BY first_name"
    meant = {"Dan": "discharge", "Pia": "screen", "Sam": "screen", "Tea": "other", "Zed": "evaluation"}
    assert dict(clinic.ask(steps)) == meant
    opened = "SELECT first_name, opening FROM episodes JOIN patients ON patients.id = patient_id WHERE visits = 0"
    assert dict(clinic.ask(opened)) == {"Pia": "screen", "Sam": "screen", "Zed": "evaluation"}
    clinic.read_from("{name: export, path: exports/appointments.csv, kinds: {Trial: screen}}")
    clinic.pull("2026-03-05 14:00")
    assert dict(clinic.ask(steps)) == meant | {"Tea": "screen"}


def test_own_types_of_a_practice_system_that_was_left_stay_what_its_kinds_said(clinic: Clinic) -> None:
    """Whether its source is named no more, or the new system has its name and brings its own `kinds:`."""
    for source, patient in (("export", "Ann"), ("former", "Bo")):
        past = [appointment(patient, f"2026-03-0{day} 10:00", kind=kind) for day, kind in ((2, "NP60"), (3, "FUX"))]
        clinic.export(*past, name=f"{source}.csv")
        clinic.read_from(
            f"{{name: {source}, path: exports/{source}.csv, kinds: {{NP60: evaluation, FUX: visit, PT: evaluation}}}}"
        )
        clinic.pull("2026-03-04 14:00")
    with sqlite3.connect(clinic.database) as database:  # as a program that knew no screens had left it
        database.execute("DELETE FROM cursors WHERE name = 'what types mean'")
    clinic.export(care("Zed", "2026-03-10 10:00", "booked"), name="export.csv")
    clinic.read_from("{name: export, path: exports/export.csv, kinds: {Trial: screen}}")
    clinic.pull("2026-03-05 14:00")
    steps = "SELECT first_name, kind, step FROM appointments JOIN patients ON patients.id = patient_id WHERE kind < 'P'"
    meant = {(patient, *each) for patient in ("Ann", "Bo") for each in (("NP60", "evaluation"), ("FUX", "visit"))}
    assert {*clinic.ask(steps)} == meant
    clinic.read_from("{name: export, path: exports/export.csv, kinds: {FUX: discharge}}")
    clinic.pull("2026-03-06 14:00")
    assert {*clinic.ask(steps)} == meant - {("Ann", "FUX", "visit")} | {("Ann", "FUX", "discharge")}
