"""`map` shows what the columns of an export mean, asks only what is unclear, and writes what it was told."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hand_written_clinic import Clinic

from jobs.desk.commands import cli

HEADER = "Visit Ref No,Pat Nbr,Given,Family,Elec. Mail,When,Outcome of visit,SSN,Heard of us,Kind"
ROWS = (
    "A1,P1,Ann,Fictional,ann@patient.example,25/03/2026 09:30,Completed,000-00-0001,google,PT Eval",
    "A2,P2,Bea,Fictional,bea@patient.example,03/04/2026 10:30,Seen by assistant,000-00-0002,a friend,PT",
    "A3,P3,Cal,Fictional,cal@patient.example,04/04/2026 10:30,Cancelled,000-00-0003,a friend,PT",
)


@pytest.fixture
def sources(new_clinic: Clinic) -> Path:
    """config/sources.yaml of a clinic that has read nothing yet, with a comment of the office manager's."""
    file = new_clinic.home / "config" / "sources.yaml"
    file.write_text(
        "# ask Dana before changing this\nsources:\n  - name: export  # from the desk\n    path: exports/*.xlsx\n"
    )
    return file


def mapped(
    sources: Path, lines: tuple[str, ...], *words: str, answers: str = "", name: str = "april-2026.csv"
) -> Result:
    file = sources.parents[1] / "exports" / name
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return CliRunner().invoke(cli, ["-C", str(sources.parents[1]), "map", str(file), *words], input=answers)


def test_what_is_unclear_is_asked_and_written_and_comments_stay(sources: Path) -> None:
    told = mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\ncompleted\n")
    assert told.exit_code == 0
    assert [line.partition("? [Y/n]")[0] for line in told.output.splitlines() if "[Y/n]" in line] == [
        'Column A "Visit Ref No": is it the number of the appointment',
        'Column C "Given": is it the patient\'s first name',
        'Column D "Family": is it the patient\'s last name',
        'Column G "Outcome of visit": is it what became of the appointment',
        'Column F "When": is it the day and time of the appointment',
    ]
    assert (
        sources.read_text("utf-8")
        == """# ask Dana before changing this
sources:
  - name: export  # from the desk
    path: exports/april-*.csv
    columns:
      appointment_id: Visit Ref No
      patient_id: Pat Nbr
      first_name: Given
      last_name: Family
      email: Elec. Mail
      status: Outcome of visit
      referral_source: Heard of us
      start: When
    date_order: dmy
    statuses:
      Seen by assistant: completed
"""
    )


def test_after_it_the_pull_reads_every_row(sources: Path) -> None:
    mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\ncompleted\n")
    clinic = Clinic(sources.parents[1])
    clinic.pull("2026-03-04 09:00")
    query = "SELECT first_name, status FROM appointments JOIN patients ON patients.id = patient_id ORDER BY 1"
    assert clinic.ask(query) == [("Ann", "completed"), ("Bea", "completed"), ("Cal", "cancelled")]


def test_a_patient_is_masked_and_a_social_security_number_is_never_read(sources: Path) -> None:
    output = mapped(sources, (HEADER, *ROWS), "--yes").output
    assert "a••@p••••••.e••••••" in output and "(never read)" in output and "PT Eval" in output
    assert not [word for word in ("Ann", "Fictional", "ann@", "000-00", "P1", "google") if word in output]


def test_names_and_numbers_in_other_columns_of_their_row_are_masked(sources: Path) -> None:
    header = "Appointment ID,First Name,Last Name,Email,Phone,Start,Status,Type,Location"
    told = mapped(
        sources,
        (
            header,
            "A1,Mibelle,Plimsworth,m@patient.example,925-555-1234,2026-03-25 09:30,"
            "Scrapped per Mibelle Plimsworth 925-555-1234,PT Eval for MIBELLE,Room 2 (+1 415 555 0100)",
            "A2,Bo,Mock,b@patient.example,,2026-03-25 10:30,Completed,PT Eval,Bo.Mock@patient.example",
        ),
        answers="cancelled\n",
    )  # fmt: skip
    assert told.exit_code == 0
    assert "Scrapped per M•••••• P•••••••" in told.output  # as long as a sample may be
    assert 'What is the status "Scrapped per M•••••• P••••••••• •••-•••-••••"?' in told.output
    assert "statuses: Scrapped per M•••••• P••••••••• •••-•••-••••: cancelled" in told.output
    assert "PT Eval for M••••••" in told.output and "Room 2 (+• ••• ••• ••••)" in told.output
    assert "2026-03-25 09:30, 2026-03-25 10:30" in told.output and "Completed" in told.output
    shown = told.output.lower()
    assert not [word for word in ("mibelle", "plimsworth", "1234", "0100", "mock") if word in shown]
    assert "Scrapped per Mibelle Plimsworth 925-555-1234: cancelled" in sources.read_text("utf-8")


def test_the_file_before_is_kept_and_undo_puts_it_back(sources: Path) -> None:
    before = sources.read_bytes()
    told = mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\n-\n")
    assert "`run_jobs.py map --undo` puts it back" in told.output and sources.read_bytes() != before
    undone = CliRunner().invoke(cli, ["-C", str(sources.parents[1]), "map", "--undo"])
    assert (undone.exit_code, sources.read_bytes()) == (0, before)
    again = CliRunner().invoke(cli, ["-C", str(sources.parents[1]), "map", "--undo"])
    assert (again.exit_code, again.stderr) == (
        1,
        "There is nothing to undo: config/sources.yaml.before-map is not there.\n",
    )


def test_with_yes_nobody_is_asked_and_what_is_unclear_is_left_open(sources: Path) -> None:
    before = sources.read_bytes()
    told = mapped(sources, (HEADER, *ROWS), "--yes")
    assert (told.exit_code, sources.read_bytes()) == (1, before)
    assert (
        'Column F "When" may be the day and time of the appointment; it is left out until somebody says so.'
        in told.output
    )
    assert told.stderr == "Nobody knows which column says when an appointment starts; nothing was written.\n"


def test_an_export_that_is_understood_already_needs_nothing(sources: Path) -> None:
    lines = ("Appointment ID,First Name,Email,Start,Status", "A1,Ann,ann@patient.example,2026-03-04 09:30,Completed")
    told = mapped(sources, lines, "--yes")
    assert told.exit_code == 0
    before = sources.read_bytes()
    again = mapped(sources, lines)
    assert again.output.splitlines()[-1] == "Every column that is used is known already; nothing was written."
    assert sources.read_bytes() == before


def test_a_column_that_was_renamed_is_found_again(sources: Path) -> None:
    mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\ncompleted\n")
    renamed = HEADER.replace("Elec. Mail", "Electronic Mail").replace("When", "When it starts")
    told = mapped(sources, (renamed, *ROWS), answers="y\ny\n")
    assert told.exit_code == 0
    assert "email: Electronic Mail" in sources.read_text() and "start: When it starts" in sources.read_text()


@pytest.mark.parametrize("name", ["visits.ics", "visits.txt"])
def test_a_calendar_is_no_table(sources: Path, name: str) -> None:
    before = sources.read_bytes()
    told = mapped(sources, ("BEGIN:VCALENDAR", "END:VCALENDAR"), name=name)
    assert (told.exit_code, sources.read_bytes()) == (1, before)
    assert told.output == (
        f"{name} is a calendar: it has no columns to say anything about. Write its path into config/sources.yaml as it "
        "is; title_pattern there says how its titles are written.\n"
    )


def test_a_file_that_cannot_be_read_is_one_sentence(sources: Path) -> None:
    told = mapped(sources, ("",))
    assert (told.exit_code, told.stderr) == (
        1, "april-2026.csv: There is nothing in this file.\nExport it again; the export may have been empty.\n",
    )  # fmt: skip


def test_a_lone_column_of_times_is_asked_for_and_what_is_not_used_is_named(sources: Path) -> None:
    lines = (
        "Ref,Client,E-mail addr.,Appt. Dt,Hr,Outcome,Who with",
        "9001,Quill Mira,mira@patient.example,25/03/2026,9:30,Attended,Dana Oak",
        "9002,Sorrel Finn,finn@patient.example,26/03/2026,14:00,DNA,Dana Oak",
    )
    told = mapped(sources, lines, answers="y\ny\ny\n")
    assert told.exit_code == 0
    assert 'Column E "Hr": is it the time of the appointment? [Y/n]' in told.output
    assert 'Not used: G "Who with". What one means may be written under columns: of this source.' in told.output
    assert {"      start_date: Appt. Dt", "      start_time: Hr"} <= set(sources.read_text("utf-8").splitlines())


def test_an_export_is_found_under_the_name_that_problems_xlsx_gives_it(sources: Path) -> None:
    mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\ncompleted\n")
    home = str(sources.parents[1])
    told = CliRunner().invoke(cli, ["-C", home, "map", "exports/april-2026.csv"], input="n\n" * 9)
    assert told.exit_code == 0
    missing = CliRunner().invoke(cli, ["-C", home, "map", "exports/may.csv"])
    assert missing.exit_code == 2 and missing.stderr.endswith('Error: There is no file "exports/may.csv".\n')


def test_of_several_files_it_says_which_one_is_read_and_by_what(sources: Path) -> None:
    (sources.parents[1] / "exports" / "april-2026-04-02.csv").touch()
    told = mapped(sources, (HEADER, *ROWS), answers="y\ny\ny\ny\ny\ncompleted\n", name="april-2026-04-01.csv")
    newest = "exports/april-2026-04-02.csv is the newest of 2 files by the dates in their names; that one is read."
    assert told.output.splitlines()[-1] == newest


def test_a_header_that_speaks_of_another_thing_is_offered_for_nothing(sources: Path) -> None:
    cells = {
        "Patient ID": "P1",
        "Appointment Date": "25/03/2026",
        "Cancellation reason": "Too far",
        "Reason for discharge": "Goals met",
        "Invoice status": "Open",
        "Note Status": "Open",
        "Guarantor Name": "Ann Fictional",
        "Provider Email": "provider@clinic.example",
        "Attorney e-mail": "attorney@law.example",
        "Rescheduled Date": "25/03/2026",
    }
    told = mapped(sources, (",".join(cells), ",".join(cells.values())), answers="n\n" * 9)
    assert "[Y/n]" not in told.output
    unused = [f'{letter} "{name}"' for letter, name in zip("ABCDEFGHIJ", cells, strict=True)][2:]
    assert f"Not used: {', '.join(unused)}." in " ".join(told.output.split())
