"""Who sent somebody is no name in the workbook where it is a patient: it counts, is hidden, and can be answered."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic, Ran, Row, appointment
from openpyxl import load_workbook

from jobs.runner.run import FINE, run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

HEADER = 5
SAID = ("pt Rufus Fictional", "Greta Fictional", "Dr. Selma Fictional", "Tilda Fictional Yoga", "Núria Fictional")
WHO = ("Rufus", "Greta", "Selma", "Tilda", "Nuria")


def table(sheet: Any) -> dict[str, dict[str, Any]]:
    """The rows of a sheet's table by their first cell."""
    headers, *rows = sheet.iter_rows(min_row=HEADER, values_only=True)
    return {row[0]: dict(zip(headers, row, strict=True)) for row in rows if row[0]}


def words_of(path: Path) -> str:
    """Everything that stands in a workbook."""
    book = load_workbook(path)
    return "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    )


def written(path: Path, sheet_name: str, typed: str, this_is: str) -> None:
    book = load_workbook(path)
    sheet = book[sheet_name]
    headers = {cell.value: cell.column for cell in sheet[HEADER]}
    (row,) = (row for row in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == typed)
    sheet.cell(row, headers["This is"], this_is)
    book.save(path)


def said_of(path: Path, ran: Ran) -> list[str]:
    """What a run says of the answers in a workbook."""
    return [note.removeprefix(f"{path.name}: ") for note in ran.outcome.notes if note.startswith(path.name)]


def a_clinic_of_friends(clinic: Clinic) -> Path:
    """Each patient was sent by the next one, as a front desk says it; gives the week's workbook."""
    clinic.export(
        *(
            appointment(name, "2026-02-26 09:00", kind="PT Initial Evaluation", booked_at="2026-02-24 09:00",
                        referral_source=text, referring_provider="Dr. Greta Fictional" if name == "Tilda" else "")
            for name, text in zip(WHO, SAID[1:] + SAID[:1], strict=True)
        ),
        appointment("Vera", "2026-02-26 11:00", kind="PT Initial Evaluation", booked_at="2026-02-24 09:00",
                    referral_source="Vera Fictional"),
    )  # fmt: skip
    assert clinic.pull("2026-03-02 05:00").code == 0
    return clinic.run("summarize_referrals", "2026-03-02 06:00").outcome.files[0]


def test_a_patient_who_sent_somebody_is_another_patient_and_no_doctor_or_place_is(clinic: Clinic) -> None:
    path = a_clinic_of_friends(clinic)
    book = load_workbook(path)
    assert table(book["Sources"])["Another patient"]["Year to date"] == 3
    assert table(book["Sources"])["Another patient"]["Channel"] == "patient or friend"
    assert table(book["Needs a name"]).keys() == {
        "Dr. Selma Fictional",
        "Tilda Fictional Yoga",
        "Dr. Greta Fictional",
        "Greta Fictional",  # the doctor may be meant
    }
    given = {text: row["By"] for text, row in table(book["Names given"]).items()}
    assert given["pt R•••• F••••••••"] == given["N•••• F••••••••"] == "recognized"
    assert "Rufus" not in words_of(path) and "Núria" not in words_of(path) and "Vera" not in words_of(path)
    text = path.with_suffix(".csv").read_text("utf-8")
    assert "Rufus" not in text and "Another patient" in text


def test_a_hidden_text_is_answered_as_any_other_and_the_answer_counts_from_then_on(clinic: Clinic) -> None:
    path = a_clinic_of_friends(clinic)
    written(path, "Names given", "pt R•••• F••••••••", "Harbor Run Club (practice)")
    ran = clinic.run("summarize_referrals", "2026-03-02 07:00")
    (said,) = said_of(path, ran)
    assert said == '"pt R•••• F••••••••" is Harbor Run Club. This is a new source (practice).'
    assert table(load_workbook(path)["Sources"])["Harbor Run Club"]["Year to date"] == 1
    assert table(load_workbook(path)["Sources"])["Another patient"]["Year to date"] == 2
    listed = (clinic.home / "config" / "referral_names.csv").read_text("utf-8")
    assert "pt Rufus Fictional,Harbor Run Club,practice" in listed
    written(path, "Names given", "V••• F••••••••", "-")
    (said,) = said_of(path, clinic.run("summarize_referrals", "2026-03-02 08:00"))
    assert said == '"V••• F••••••••" has no name any more and is listed again.'
    assert "Vera Fictional" in table(load_workbook(path)["Needs a name"])  # a person says that it is somebody else
    assert said_of(path, clinic.run("summarize_referrals", "2026-03-02 09:00")) == []


def as_of(clinic: Clinic, day: str) -> Ran:
    """The workbook of the same week, made again a week later."""
    now = datetime(2026, 3, 9, 6)  # noqa: DTZ001  the clinic's own time
    tools = open_tools(clinic.home, load_settings(clinic.home), now)._replace(
        asked={"period": "2026-W09", "as_of": day}
    )
    ran = Ran(*run_job("summarize_referrals", tools))
    tools.store.close()
    return ran


def test_a_past_workbook_hides_names_too_and_has_the_same_figures(clinic: Clinic) -> None:
    a_clinic_of_friends(clinic)
    ran = as_of(clinic, "2026-03-05")
    (path,) = (file for file in ran.outcome.files if file.suffix == ".xlsx")
    assert "as of" in path.name and "Rufus" not in words_of(path)
    assert table(load_workbook(path)["Sources"])["Another patient"]["Year to date"] == 3
    assert ran.outcome.notes == ()


def test_a_past_workbook_knows_a_patient_by_the_name_of_each_chart_and_nobody_who_came_later(clinic: Clinic) -> None:
    def new(name: str, said: str = "", day: str = "2026-02-26", **more: str) -> Row:
        return appointment(name, f"{day} 09:00", kind="PT Initial Evaluation",
                           booked_at="2026-02-10 09:00", referral_source=said, **more)  # fmt: skip

    rows = [new("Rufus"), new("Rudy", day="2026-02-12", email="rufus@patient.example")]
    rows += [new("Greta", "pt Rudy Fictional"), new("Tilda", "Vera Fictional")]
    clinic.export(*rows)
    assert clinic.pull("2026-03-02 05:00").code == FINE
    charts = clinic.ask("SELECT id FROM patients WHERE first_name IN ('Rufus', 'Rudy')")
    assert clinic.command("patients", "same", *map(str, charts), moment="2026-03-02 05:10").exit_code == FINE
    clinic.run("summarize_referrals", "2026-03-02 06:00")
    vera = appointment("Vera", "2026-03-12 09:00", "booked", kind="PT Initial Evaluation", booked_at="2026-03-06 09:00")
    clinic.export(*rows, vera)
    assert clinic.pull("2026-03-07 05:00").code == FINE
    ran = as_of(clinic, "2026-03-02")
    book = load_workbook(ran.outcome.files[0])
    assert table(book["Needs a name"]).keys() == {"Vera Fictional"}  # who is a patient since March 6
    assert table(book["Sources"])["Another patient"]["Year to date"] == 1
    assert "Rudy" not in words_of(ran.outcome.files[0])
    assert ran.outcome.notes == ()


def test_a_text_that_was_answered_stays_answered_and_a_patients_name_in_it_is_hidden(clinic: Clinic) -> None:
    clinic.edit("config/referral_names.csv", "as_typed,name,channel,added_on,added_by\n", (
        "as_typed,name,channel,added_on,added_by\npt Rufus Fictional,Friend or family,patient or friend,,\n"
        "vera fictional,Vera's Gym,practice,,\n"
    ))  # fmt: skip
    book = load_workbook(a_clinic_of_friends(clinic))
    given = table(book["Names given"])
    assert given["pt R•••• F••••••••"]["Counts as"] == "Friend or family"
    assert given["Vera Fictional"]["Counts as"] == "Vera's Gym"


def test_a_new_source_that_is_called_like_a_patient_is_asked_about_and_named_nowhere(clinic: Clinic) -> None:
    path = a_clinic_of_friends(clinic)
    written(path, "Needs a name", "Tilda Fictional Yoga", "Rufus Fictional")
    written(path, "Needs a name", "Dr. Selma Fictional", "Dr. Selma Fictional")
    said = said_of(path, clinic.run("summarize_referrals", "2026-03-02 07:00"))
    assert said == [
        '"Dr. Selma Fictional" is Dr. Selma Fictional. This is a new source (physician).',
        '"R•••• F••••••••" is a patient\'s name, and readers of the workbook would see it. Choose "Another patient"; '
        "if somebody else is meant, write the name with another channel behind it, such as (practice).",
    ]
    assert "Rufus" not in words_of(path)
    written(path, "Needs a name", "Tilda Fictional Yoga", "Rufus Fictional (patient or friend)")
    assert len(said_of(path, clinic.run("summarize_referrals", "2026-03-02 07:30"))) == 1
    written(path, "Needs a name", "Tilda Fictional Yoga", "Rufus Fictional (practice)")
    (said_then,) = said_of(path, clinic.run("summarize_referrals", "2026-03-02 08:00"))
    assert said_then.endswith("This is a new source (practice).")
    assert table(load_workbook(path)["Sources"])["Rufus Fictional"]["Year to date"] == 1
