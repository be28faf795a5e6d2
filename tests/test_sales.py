"""What was sold, and paperwork: rows of the export for which nobody comes. Their money counts, and nothing else."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic, Row, appointment
from openpyxl import load_workbook
from test_owners_figures import rows_of

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")

GIFT, FORM, PACKAGE = "Gift Card", "No charge - form letter", "10 Class Package"
SOLD = "what it is about is a sale or paperwork, and no appointment"


def row(patient: str, start: str, kind: str, status: str = "completed", **more: str) -> Row:
    return appointment(patient, start, status, kind, **{"booked_at": "2026-02-27 09:00"} | more)


def lived(clinic: Clinic, moment: str, *rows: Row) -> None:
    clinic.export(*rows)
    assert (clinic.pull(moment).code, clinic.send(moment).code) == (0, 0)


def steps(clinic: Clinic) -> dict[str, str]:
    return dict(clinic.ask("SELECT kind, step FROM appointments"))


def means(clinic: Clinic, kinds: str = "{}") -> None:
    clinic.read_from(f"{{name: export, path: exports/*.csv, kinds: {kinds}}}")


def as_an_older_program_left_it(clinic: Clinic) -> None:
    """It took a sale for a visit."""
    with sqlite3.connect(clinic.database) as database:
        database.execute("UPDATE appointments SET step = 'other' WHERE step IN ('sale', 'paperwork')")
        database.execute("""UPDATE cursors SET value = '{"export": "older"}' WHERE name = 'what types mean'""")


def workbook(clinic: Clinic, moment: str) -> Any:
    assert clinic.run("summarize_referrals", moment).code == 0
    path = max((clinic.home / "var" / "reports").glob("referrals-*.xlsx"))
    return load_workbook(path, data_only=True)


def about(book: Any) -> dict[str, Any]:
    lines = {line[0]: line[1] for line in book["About"].iter_rows(values_only=True)}
    assert any("All tables add up" in str(title) for title in lines)
    return lines


@pytest.mark.parametrize("status", ["booked", "completed", "no_show", "cancelled"])
def test_no_letter_follows_from_a_sale_or_paperwork(opened_clinic: Clinic, tmp_path: Path, status: str) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    rows = row("Ulla", "2026-03-03 10:30", GIFT, status), row("Ignaz", "2026-03-03 15:15", FORM, status)
    for moment in ("2026-02-27 09:30", "2026-03-02 10:00", "2026-03-03 17:00", "2026-03-04 12:00", "2026-04-18 12:00"):
        lived(clinic, moment, *rows)
    assert clinic.ask("SELECT rule FROM letters") == []


def test_a_sale_ahead_or_since_takes_no_letter_away_and_lets_none_wait(opened_clinic: Clinic, tmp_path: Path) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    rows = [
        row("Bree", "2026-03-03 10:00", "PT Follow Up"),
        row("Bree", "2026-03-05 12:00", "Membership renewal"),
        row("Bree", "2026-04-09 12:00", "Membership renewal", "booked"),
        row("Bree", "2026-06-09 12:00", "Membership renewal", "booked"),
    ]
    for moment in ("2026-03-03 18:00", "2026-04-17 10:00", "2026-04-17 12:00"):
        lived(clinic, moment, *rows)
    assert ("Bree", "lapsed") in clinic.in_state("sent")


def test_letters_that_were_planned_for_a_sale_are_withdrawn_once_it_is_known_as_one(
    opened_clinic: Clinic, tmp_path: Path
) -> None:
    clinic = opened_clinic.copied(tmp_path / "clinic")
    means(clinic, f"{{{GIFT}: visit, {PACKAGE}: class}}")
    rows = row("Ulla", "2026-03-06 10:30", GIFT, "booked"), row("Karl", "2026-03-03 12:00", PACKAGE)
    lived(clinic, "2026-03-02 08:00", *rows)
    assert {*clinic.ask("SELECT rule, state FROM letters")} >= {("reminder", "planned"), ("lapsed", "planned")}
    means(clinic, f"{{{PACKAGE}: sale}}")
    for moment in ("2026-03-02 12:00", "2026-03-05 12:00", "2026-04-18 12:00"):
        lived(clinic, moment, *rows)
    assert steps(clinic) == {GIFT: "sale", PACKAGE: "sale"}
    assert {*clinic.ask("SELECT state, reason FROM letters")} == {("withdrawn", SOLD)}


def test_rows_that_are_known_are_read_anew_at_an_upgrade(clinic: Clinic) -> None:
    rows = row("Ulla", "2026-03-03 10:30", GIFT), row("Ann", "2026-03-03 11:00", "PT Initial Evaluation")
    clinic.export(*rows)
    clinic.pull("2026-03-03 18:00")
    as_an_older_program_left_it(clinic)
    clinic.pull("2026-03-04 18:00")
    assert steps(clinic) == {GIFT: "sale", "PT Initial Evaluation": "evaluation"}
    assert clinic.ask("SELECT opening, visits FROM episodes ORDER BY visits") == [("sale", 0), ("evaluation", 1)]


def test_a_visit_that_was_hidden_behind_a_sale_of_its_hour_counts_again(clinic: Clinic) -> None:
    """The desk charges the package as the class begins; the class stands in a calendar alone."""
    clinic.read_from(
        f"{{name: export, path: exports/*.csv, kinds: {{{PACKAGE}: class}}}}",
        "{name: classes, path: exports/classes.ics, preset: ics}",
    )
    (clinic.home / "exports" / "classes.ics").write_text(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:one\nCREATED:20260101T100000Z\n"
        "DTSTART;TZID=America/Los_Angeles:20260303T120000\nDTEND;TZID=America/Los_Angeles:20260303T124500\n"
        "SUMMARY:Reformer - Karl Fictional\nATTENDEE:mailto:karl@patient.example\nEND:VEVENT\nEND:VCALENDAR\n",
        "utf-8",
    )
    clinic.export(row("Karl", "2026-03-03 12:00", PACKAGE))
    clinic.pull("2026-03-02 18:00")
    twins = "SELECT step, same_as <> 0 FROM appointments ORDER BY id"
    assert clinic.ask(twins) == [("class", 0), ("class", 1)]
    clinic.read_from(
        f"{{name: export, path: exports/*.csv, kinds: {{{PACKAGE}: sale}}}}",
        "{name: classes, path: exports/classes.ics, preset: ics}",
    )
    for moment in ("2026-03-02 19:00", "2026-03-03 19:00"):
        clinic.pull(moment)
        assert clinic.ask(twins) == [("sale", 0), ("class", 0)]


def test_the_money_of_a_sale_counts_and_nothing_else_of_it(clinic: Clinic) -> None:
    lines = ["appointment_id,patient_id,first_name,last_name,start,booked_at,status,type,referral_source,billed"]
    stories = (
        ("Dora", "2025-12-01 10:00", "2025-12-01 09:00", "PT Initial Evaluation", "Yelp", "180"),
        ("Ann", "2026-03-03 10:00", "2026-03-02 09:00", "PT Initial Evaluation", "Yelp", "180"),
        ("Ann", "2026-03-03 10:00", "2026-03-03 10:00", GIFT, "Yelp", "100"),
        ("Ann", "2026-08-03 10:00", "2026-03-04 10:00", GIFT, "Yelp", "50"),  # dated ahead, long after all else
        ("Ulla", "2026-03-04 10:00", "2026-03-04 10:00", GIFT, "Google", "25"),
        ("Ignaz", "2026-03-05 10:00", "2026-03-05 10:00", FORM, "Yelp", "0"),
    )
    for number, (who, start, booked, kind, source, billed) in enumerate(stories):
        lines.append(f"{number},{who},{who},Fictional,{start},{booked},completed,{kind},{source},{billed}")
    (clinic.home / "exports" / "appointments.csv").write_text("\n".join(lines) + "\n", "utf-8")
    clinic.pull("2026-03-09 05:00")
    book = workbook(clinic, "2026-03-09 06:00")
    figures = {line[0]: line[1] for line in book["Figures"].iter_rows(values_only=True) if line[0]}
    assert (figures["Visits"], figures["New patients"], figures["Evaluations kept"]) == (1, 1, 1)
    assert figures["Billed"] == 180 + 100 + 25
    sources = {name: line["Billed"] for name, line in rows_of(book["Sources"], "Billed").items()}
    assert sources["All sources"] == 180 + 100 + 50
    told = about(book)
    assert (told["Sales and paperwork, beside them"], told["Sales and paperwork alone"]) == (4, 2)
    assert told["Visits"] == 2


def test_a_sale_neither_joins_nor_parts_courses_of_care(clinic: Clinic) -> None:
    """A membership is charged each month between two courses of care, and before the second one."""
    monthly = [row("Bree", f"2026-0{month}-20 12:00", "Membership renewal") for month in range(1, 7)]
    first, second = (row("Bree", f"2026-0{month}-05 10:00", "PT Follow Up") for month in (1, 7))
    clinic.export(first, *monthly, second)
    clinic.pull("2026-07-06 18:00")
    assert clinic.ask("SELECT number, opened_on, visits FROM episodes ORDER BY number") == [
        (1, "2026-01-05", 1), (2, "2026-07-05", 1),
    ]  # fmt: skip


def test_of_a_type_that_may_be_sold_or_be_a_visit_the_clinic_is_asked_which(clinic: Clinic) -> None:
    rows = [row(name, "2026-03-03 12:00", PACKAGE) for name in ("Karl", "Wanda")]
    clinic.export(*rows, row("Ann", "2026-03-03 12:00", "Pilates class (membership)"))
    clinic.pull("2026-03-03 18:00")
    asked = "SELECT value, what, set_aside FROM problems WHERE what LIKE '%something sold%'"
    ((value, what, set_aside),) = clinic.ask(asked)
    assert (value, set_aside) == (PACKAGE, 0) and steps(clinic)[PACKAGE] == "class"
    assert what.endswith("It counts as a visit: letters follow from it, and figures count it.")
    for meaning in ("class", "sale"):
        means(clinic, f"{{{PACKAGE}: {meaning}}}")
        clinic.pull("2026-03-03 19:00")
        assert clinic.ask(asked) == [] and steps(clinic)[PACKAGE] == meaning


def test_a_sale_without_an_hour_is_no_row_to_correct(clinic: Clinic) -> None:
    clinic.export(
        row("Wanda", "2026-03-03", "Membership renewal", "booked"), row("Ann", "2026-03-03 11:00", "PT Follow Up")
    )
    clinic.pull("2026-03-02 18:00")
    assert clinic.ask("SELECT what FROM problems") == []
