"""Names answered in the workbook: last week's file is read back, history is restated, and every merge can be undone."""

import os
import subprocess
from pathlib import Path
from shutil import copyfile, which
from typing import Any

import pytest
from hand_written_clinic import Clinic, Ran, appointment
from openpyxl import load_workbook

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

HEADER = 5
TEN = {
    "billboard": "Billboard on Main Street (event)", "my boss": "Friend or family (patient or friend)",
    "Dr. Newcomer": "Dr. Robin Newcomer", "r newcomer md": "Dr. Robin Newcomer", "gym": "Example Gym (practice)",
    "the gym": "Example Gym", "my gym": "Example Gym", "mailer": "Mailer (event)", "flyer": "Mailer",
    "Gogol": "Google search",
}  # fmt: skip
"""Ten texts that no rule can name, and what the office manager says that they are."""


def table(sheet: Any) -> dict[str, dict[str, Any]]:
    """The rows of a sheet's table by their first cell."""
    headers, *rows = sheet.iter_rows(min_row=HEADER, values_only=True)
    return {row[0]: dict(zip(headers, row, strict=True)) for row in rows if row[0]}


def a_clinic_with_ten_texts(clinic: Clinic) -> Path:
    """Each text was typed once in the week before; gives the workbook that lists them."""
    clinic.export(
        *(
            appointment(f"Pat{name}", "2026-02-26 09:00", kind="PT Initial Evaluation", booked_at="2026-02-24 09:00",
                        referral_source=text)
            for name, text in zip("abcdefghij", TEN, strict=True)
        )
    )  # fmt: skip
    assert clinic.pull("2026-03-02 05:00").code == 0
    ran = clinic.run("summarize_referrals", "2026-03-02 06:00")
    assert ran.counts["names to settle"] == 10
    return ran.outcome.files[0]


def write_answers(path: Path, answers: dict[str, str]) -> None:
    """Fill the columns This is and Notes, as a person would."""
    book = load_workbook(path)
    sheet = book["Needs a name"]
    headers = {cell.value: cell.column for cell in sheet[HEADER]}
    for row in range(HEADER + 1, sheet.max_row + 1):
        typed = sheet.cell(row, headers["As typed"]).value
        sheet.cell(row, headers["This is"], answers.get(typed))
        sheet.cell(row, headers["Notes"], f"note on {typed}")
    book.save(path)


def test_ten_answers_in_the_workbook_restate_history_and_the_notes_stay(clinic: Clinic) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, TEN | {"Gogol": "Gogle Search"})
    ran = clinic.run("summarize_referrals", "2026-03-09 06:00")
    assert len([note for note in ran.outcome.notes if note.startswith(f"{path.name}: ")]) == 10
    book = load_workbook(ran.outcome.files[0])
    year = {name: row["Year to date"] for name, row in table(book["Sources"]).items()}
    assert (year["Example Gym"], year["Dr. Robin Newcomer"], year["Mailer"], year["Not yet named"]) == (3, 2, 2, 1)
    (left,) = table(book["Needs a name"]).values()
    assert (left["As typed"], left["This is"], left["Notes"]) == ("Gogol", "Gogle Search", "note on Gogol")
    assert book["Needs a name"].data_validations.dataValidation
    given = table(book["Names given"])
    assert (given["the gym"]["Counts as"], given["the gym"]["Notes"]) == ("Example Gym", "note on the gym")
    listed = (clinic.home / "config" / "referral_names.csv").read_text("utf-8")
    assert "billboard,Billboard on Main Street,event,2026-03-09,Lakeside Physical Therapy" in listed
    assert listed.count(",Example Gym,practice,") == 3
    again = clinic.run("summarize_referrals", "2026-03-09 06:30")
    assert not [note for note in again.outcome.notes if note.startswith(path.name)]


def test_a_merge_that_is_undone_in_the_workbook_is_undone_for_the_past_too(clinic: Clinic) -> None:
    write_answers(a_clinic_with_ten_texts(clinic), TEN)
    path = clinic.run("summarize_referrals", "2026-03-09 06:00").outcome.files[0]
    book = load_workbook(path)
    sheet = book["Names given"]
    headers = {cell.value: cell.column for cell in sheet[HEADER]}
    (row,) = (row for row in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == "my gym")
    sheet.cell(row, headers["This is"], "-")
    book.save(path)
    ran = clinic.run("summarize_referrals", "2026-03-16 06:00")
    book = load_workbook(ran.outcome.files[0])
    assert table(book["Sources"])["Example Gym"]["Year to date"] == 2
    assert list(table(book["Needs a name"])) == ["my gym"]


def on_names_given(path: Path, typed: str, this_is: str) -> None:
    book = load_workbook(path)
    sheet = book["Names given"]
    headers = {cell.value: cell.column for cell in sheet[HEADER]}
    (row,) = (row for row in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == typed)
    sheet.cell(row, headers["This is"], this_is)
    book.save(path)


def said_of(path: Path, ran: Ran) -> list[str]:
    """What a run says of the answers in a workbook."""
    return [note.removeprefix(f"{path.name}: ") for note in ran.outcome.notes if note.startswith(path.name)]


def test_the_channel_that_the_run_asks_for_is_taken_from_names_given(clinic: Clinic) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, {"flyer": "Flyer"})
    (said,) = said_of(path, clinic.run("summarize_referrals", "2026-03-02 07:00"))
    assert said.endswith('write it as "Flyer (practice)" on the sheet Names given, or in the list.')
    on_names_given(path, "flyer", "Flyer (event)")
    ran = clinic.run("summarize_referrals", "2026-03-02 08:00")
    assert said_of(path, ran) == ["Flyer is in the channel event now, no longer unknown."]
    assert table(load_workbook(path)["Sources"])["Flyer"]["Channel"] == "event"
    on_names_given(path, "flyer", "flyer")
    ran = clinic.run("summarize_referrals", "2026-03-02 09:00")
    assert said_of(path, ran) == ['The list of names says already: "flyer" is Flyer.']


def test_a_text_that_is_its_own_name_is_listed_and_can_be_corrected(clinic: Clinic) -> None:
    clinic.edit("config/referral_names.csv", "as_typed,name,channel,added_on,added_by\n", (
        "as_typed,name,channel,added_on,added_by\nrun club,Harbor Run Club,practice,,\n"
    ))  # fmt: skip
    clinic.export(
        appointment("Pat", "2026-02-26 09:00", kind="PT Initial Evaluation", referral_source="Harbor Run Club")
    )
    clinic.pull("2026-03-02 05:00")
    path = clinic.run("summarize_referrals", "2026-03-02 06:00").outcome.files[0]
    assert table(load_workbook(path)["Names given"])["Harbor Run Club"]["By"] == "its own name"
    on_names_given(path, "Harbor Run Club", "Harbor Runners (event)")
    clinic.run("summarize_referrals", "2026-03-02 07:00")
    given = table(load_workbook(path)["Names given"])
    assert given["Harbor Run Club"]["Counts as"] == "Harbor Runners"
    assert table(load_workbook(path)["Sources"])["Harbor Runners"]["Channel"] == "event"
    assert "run club,Harbor Runners,event" in (clinic.home / "config" / "referral_names.csv").read_text("utf-8")


def test_a_source_whose_own_name_nobody_typed_can_be_renamed(clinic: Clinic) -> None:
    clinic.export(appointment("Pat", "2026-02-26 09:00", kind="PT Initial Evaluation", referral_source="googled"))
    clinic.pull("2026-03-02 05:00")
    path = clinic.run("summarize_referrals", "2026-03-02 06:00").outcome.files[0]
    line = table(load_workbook(path)["Names given"])["Google search"]
    assert (line["By"], line["Typed as"], line["Referrals"], line["Last"]) == ("its own name", "", 0, None)
    on_names_given(path, "Google search", "Search engines (online)")
    ran = clinic.run("summarize_referrals", "2026-03-02 07:00")
    assert said_of(path, ran)[0].startswith('"Google search" is Search engines. So are ')
    assert table(load_workbook(path)["Names given"])["googled"]["Counts as"] == "Search engines"


def test_a_source_that_was_renamed_is_renamed_back_as_often_as_wanted(clinic: Clinic) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, {"flyer": "Flyer (practice)", "mailer": "Flyer"})
    clinic.run("summarize_referrals", "2026-03-02 07:00")
    for hour, (before, name) in enumerate((("Flyer", "Leaflet"), ("Leaflet", "Flyer"), ("Flyer", "Leaflet")), start=8):
        on_names_given(path, "flyer" if before == "Flyer" else before, name)
        ran = clinic.run("summarize_referrals", f"2026-03-02 {hour:02d}:00")
        assert f" is {name}. So is one other text that stood for it." in said_of(path, ran)[0]
        book = load_workbook(path)
        given, sources = table(book["Names given"]), table(book["Sources"])
        assert (given["flyer"]["Counts as"], given["mailer"]["Counts as"]) == (name, name)
        assert (sources[name]["Year to date"], before in sources, sources[name]["Channel"]) == (2, False, "practice")


def test_names_given_shows_what_a_sources_own_name_counts_as_where_an_answer_moved_it_alone(clinic: Clinic) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, {"flyer": "Leaflet (practice)", "gym": "Example Gym (practice)"})
    clinic.run("summarize_referrals", "2026-03-02 07:00")
    on_names_given(path, "Leaflet", "Example Gym")
    (said,) = said_of(path, clinic.run("summarize_referrals", "2026-03-02 08:00"))
    assert said.startswith('"Leaflet" is Example Gym. One other text still counts as Leaflet;')
    given = table(load_workbook(path)["Names given"])
    assert (given["Leaflet"]["Counts as"], given["Leaflet"]["By"]) == ("Example Gym", "your list")
    assert given["flyer"]["Counts as"] == "Leaflet"


def test_answers_that_were_read_while_the_workbook_is_open_are_told_by_the_run_that_could_not_replace_it(
    clinic: Clinic,
) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, {"gym": "Example Gym (practice)"})
    (lock := path.with_name(f".~lock.{path.name}#")).touch()
    ran = clinic.run("summarize_referrals", "2026-03-02 07:00")
    assert ran.outcome.failed.startswith(f"{path} is open in another program, and stays as it is.")
    assert f'{path.name}: "gym" is Example Gym. This is a new source (practice).' in ran.outcome.notes
    lock.unlink()
    assert clinic.run("summarize_referrals", "2026-03-02 08:00").outcome.failed == ""
    assert "Example Gym" in table(load_workbook(path)["Sources"])


@pytest.mark.parametrize("kept", [True, False])
def test_while_the_list_of_names_cannot_be_read_the_last_one_goes_on_and_everyone_says_so(
    clinic: Clinic, kept: bool
) -> None:
    first = appointment("Ann", "2026-02-26 09:00", kind="PT Initial Evaluation", referral_source="googled")
    clinic.export(first)
    clinic.pull("2026-03-02 05:00")
    if kept:
        clinic.run("summarize_referrals", "2026-03-02 06:00")
    clinic.edit("config/referral_names.csv", "channel", "kind of")
    ran = clinic.run("summarize_referrals", "2026-03-02 07:00")
    fault = "config/referral_names.csv, line 1: The first line has no column channel."
    assert ran.outcome.notes[0].startswith(fault)
    book = load_workbook(ran.outcome.files[0])
    assert ("Google search" in table(book["Sources"])) == kept
    first_page = [cell.value for (cell, *_) in book.worksheets[0].iter_rows()]
    assert (
        "config/referral_names.csv cannot be read: the sheet Health says why. Until it is mended "
        + (
            "the names count as the last list that could be read gave them."
            if kept
            else "no source has its name, and each counts as not yet named."
        )
        in first_page
    )
    assert any(str(cell.value).startswith(fault) for (cell, *_) in book["Health"].iter_rows())
    status = clinic.command("status", moment="2026-03-02 07:05").output
    assert fault in status


def test_answers_that_were_typed_while_the_list_could_not_be_read_stay_and_count_once_it_is_mended(
    clinic: Clinic,
) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, TEN)
    clinic.edit("config/referral_names.csv", "channel", "kind of")
    for moment in ("2026-03-02 07:00", "2026-03-02 08:00"):
        ran = clinic.run("summarize_referrals", moment)
        assert (
            f"{path.name}: config/referral_names.csv cannot be read; `run_jobs.py check` says why. "
            "What was written there waits."
        ) in ran.outcome.notes
        rows = table(load_workbook(path)["Needs a name"])
        assert {typed: row["This is"] for typed, row in rows.items()} == TEN
    clinic.edit("config/referral_names.csv", "kind of", "channel")
    ran = clinic.run("summarize_referrals", "2026-03-02 09:00")
    assert ran.counts.get("names to settle", 0) == 0
    assert table(load_workbook(path)["Sources"])["Example Gym"]["Year to date"] == 3


@pytest.mark.skipif(not which("soffice"), reason="LibreOffice is not on this machine")
def test_answers_are_read_from_a_workbook_that_libreoffice_saved(clinic: Clinic, tmp_path: Path) -> None:
    path = a_clinic_with_ten_texts(clinic)
    write_answers(path, TEN)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    os.replace(tmp_path / path.name, path)
    ran = clinic.run("summarize_referrals", "2026-03-09 06:00")
    assert ran.counts.get("names to settle", 0) == 0
    assert table(load_workbook(ran.outcome.files[0])["Sources"])["Example Gym"]["Year to date"] == 3


def test_an_old_answer_that_is_saved_again_undoes_no_newer_one(clinic: Clinic) -> None:
    old = a_clinic_with_ten_texts(clinic)
    clinic.run("summarize_referrals", "2026-03-09 06:00")
    write_answers(old, {"flyer": "Leaflet (event)"})
    clinic.run("summarize_referrals", "2026-03-09 07:00")
    newer = old.with_name(old.name.replace("W09", "W10"))
    on_names_given(newer, "flyer", "Brochure (event)")
    clinic.run("summarize_referrals", "2026-03-09 08:00")
    listed = clinic.home / "config" / "referral_names.csv"
    assert "flyer,Brochure,event" in listed.read_text("utf-8")
    copyfile(old, old.with_name("copy.xlsx"))
    renamed = old.rename(old.with_name("answers of Dana.xlsx"))
    write_answers(renamed, {"flyer": "Leaflet (event)", "gym": "Example Gym (practice)"})
    ran = clinic.run("summarize_referrals", "2026-03-09 09:00")
    assert said_of(renamed, ran) == ['"gym" is Example Gym. This is a new source (practice).']
    assert "flyer,Brochure,event" in listed.read_text("utf-8")
    write_answers(renamed, {"flyer": "Mailer (event)", "gym": "Example Gym (practice)"})
    ran = clinic.run("summarize_referrals", "2026-03-09 10:00")
    assert said_of(renamed, ran) == ['"flyer" is Mailer. This is a new source (event).']  # newly written, it counts
    copy = old.with_name("copy.xlsx")
    write_answers(copy, {"flyer": "Leaflet (event)", "my gym": "Example Gym"})
    assert said_of(copy, clinic.run("summarize_referrals", "2026-03-09 11:00")) == ['"my gym" is Example Gym.']


def test_two_workbooks_that_contradict_each_other_are_told_and_the_one_saved_last_counts(clinic: Clinic) -> None:
    first = a_clinic_with_ten_texts(clinic)
    second = clinic.run("summarize_referrals", "2026-03-09 06:00").outcome.files[0]
    write_answers(second, {"flyer": "Brochure (event)", "gym": "Example Gym (practice)"})
    write_answers(first, {"flyer": "Leaflet (event)", "gym": "Example Gym"})
    for path, seconds in ((second, 1_700_000_000), (first, 1_700_000_100)):
        os.utime(path, (seconds, seconds))
    notes = clinic.run("summarize_referrals", "2026-03-09 07:00").outcome.notes
    assert [note for note in notes if "flyer" in note] == [
        f'"flyer" was answered twice: Brochure (event) in {second.name} and Leaflet (event) in {first.name}, which was '
        "saved later and counts.",
        f'{first.name}: "flyer" is Leaflet. This is a new source (event).',
    ]
    listed = (clinic.home / "config" / "referral_names.csv").read_text("utf-8")
    assert "Brochure" not in listed and "gym,Example Gym,practice" in listed


def test_notes_of_an_old_workbook_that_is_saved_again_replace_no_newer_ones(clinic: Clinic) -> None:
    old = a_clinic_with_ten_texts(clinic)
    write_answers(old, {})
    newer = clinic.run("summarize_referrals", "2026-03-09 06:00").outcome.files[0]
    book = load_workbook(newer)
    sheet = book["Needs a name"]
    headers = {cell.value: cell.column for cell in sheet[HEADER]}
    (row,) = (row for row in range(HEADER + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == "flyer")
    sheet.cell(row, headers["Notes"], "asked Dana")
    sheet.cell(row, headers["This is"], "Gogle Search")  # asked about: it stays beside its text
    book.save(newer)
    clinic.run("summarize_referrals", "2026-03-09 07:00")
    write_answers(old, {"gym": "Example Gym (practice)"})
    rows = table(load_workbook(clinic.run("summarize_referrals", "2026-03-09 08:00").outcome.files[0])["Needs a name"])
    assert (rows["flyer"]["Notes"], rows["flyer"]["This is"]) == ("asked Dana", "Gogle Search")
