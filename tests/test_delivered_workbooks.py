"""Workbooks reach their readers once, past ones come again as they were, and a full disk damages none."""

import csv
import errno
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hand_written_clinic import Clinic, Ran, Row, appointment
from loopback_server import serving
from openpyxl import load_workbook

from jobs.articles.pages import NAME, KnownPage, save_pages
from jobs.runner.run import run_job
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools
from jobs.store.summaries import note_mailing
from jobs.summarizing import mailing

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")

MONDAY = "2026-03-02 06:00"  # its workbook is that of the week 2026-W09
LATER = "2026-03-20 10:00"
BOTH = {"location": "San Ramon"}, {"location": "Danville"}


def evaluated(name: str, day: str, status: str = "completed", **more: str) -> Row:
    usual = {"kind": "PT Initial Evaluation", "booked_at": "2026-02-23 09:00", "referral_source": "Google"}
    return appointment(name, f"{day} 09:00", status, **(usual | more))


FIRST = [
    evaluated("Mira", "2026-02-25"),
    appointment("Mira", "2026-03-04 09:00", "booked", booked_at="2026-02-25 10:00"),
    evaluated("Fern", "2026-03-03", "booked", referral_source="Yelp"),
    evaluated("Ada", "2026-02-26", "no_show"),
    evaluated("Old", "2025-11-03", booked_at="2025-10-20 09:00"),
]
SINCE = [
    evaluated("Mira", "2026-02-25"),
    appointment("Mira", "2026-03-04 09:00", "completed", booked_at="2026-02-25 10:00"),
    evaluated("Fern", "2026-03-03", "completed", referral_source="Yelp"),
    evaluated("Ada", "2026-02-26", "no_show"),
    evaluated("Ada", "2026-03-09", booked_at="2026-03-05 09:00", appointment_id="Ada-again"),
    evaluated("Old", "2025-11-03", booked_at="2025-10-20 09:00"),
    evaluated("New", "2026-03-10", booked_at="2026-03-06 09:00"),
]


def summarize(clinic: Clinic, moment: str, named: bool = True, **asked: str) -> Ran:
    now = datetime.strptime(moment, "%Y-%m-%d %H:%M")  # noqa: DTZ007  the clinic's own time
    tools = open_tools(clinic.home, load_settings(clinic.home), now)._replace(asked=asked, named=named)
    try:
        return Ran(*run_job("summarize_referrals", tools))
    finally:
        tools.store.close()


def cells(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What the sheets say, but for those about the program's own work and the moment they were made."""
    book = load_workbook(path)
    left_out = ("Follow-ups", "Health", "About")
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book if sheet.title not in left_out}


@pytest.fixture
def monday(clinic: Clinic) -> Clinic:
    """A clinic whose workbook of 2026-W09 was made on Monday; then two weeks went by."""
    clinic.export(*FIRST)
    assert clinic.pull("2026-03-02 05:00").code == 0
    assert summarize(clinic, MONDAY).code == 0
    clinic.export(*SINCE)
    assert clinic.pull("2026-03-20 09:00").code == 0
    return clinic


def reports(clinic: Clinic) -> Path:
    return clinic.home / "var" / "reports"


def test_a_past_week_comes_again_as_it_was_though_much_has_happened_since(monday: Clinic) -> None:
    ran = summarize(monday, LATER, period="2026-W09")
    sent, again = (
        reports(monday) / "referrals-2026-W09.xlsx",
        reports(monday) / "referrals-2026-W09 as of 2026-03-02.xlsx",
    )
    assert (ran.code, ran.outcome.notes, ran.outcome.files[0]) == (0, (), again)
    assert cells(again) == cells(sent)


def test_an_article_whose_page_is_gone_stands_in_the_workbook_of_the_week_and_in_none_of_the_past(
    monday: Clinic,
) -> None:
    gone = KnownPage("2026-03-17", "Knee pain on stairs").ill("2026-03-18", "The page answers with 404.")
    well = KnownPage("2026-03-17", "Sitting well")
    address = "https://ironhorse.example/knee"
    save_pages(monday.home / "var" / NAME, {address: gone, "https://ironhorse.example/sitting": well})
    usual, past = summarize(monday, LATER), summarize(monday, LATER, period="2026-W09")
    texts = [
        [cell for (cell,) in load_workbook(ran.outcome.files[0])["Health"].iter_rows(max_col=1, values_only=True)]
        for ran in (usual, past)
    ]
    line = f"2026-03-18: Knee pain on stairs ({address}): The page answers with 404."
    assert texts[0][-2:] == ["Articles whose page is gone, moved or silent", line]
    assert line not in texts[1] and "Sitting well" not in str(texts)


def test_what_was_corrected_since_is_named_figure_by_figure(monday: Clinic) -> None:
    monday.export(*[row | {"status": "completed"} if row["start"].startswith("2026-02-26") else row for row in SINCE])
    assert monday.pull("2026-03-20 09:30").code == 0
    ran = summarize(monday, LATER, period="2026-W09")
    (note,) = ran.outcome.notes
    assert note.endswith("figures differ from the first workbook of 2026-W09.")
    about = [row[1] for row in load_workbook(ran.outcome.files[0])["About"].iter_rows(values_only=True)]
    assert "No-show rate: 50.0% then, 0.0% now." in about
    assert "Visits, in the period: 1 then, 2 now." in about
    sheet = load_workbook(ran.outcome.files[0])["This week"]
    said = [row[0] for row in sheet.iter_rows(values_only=True) if row[0]]
    assert any(str(words).endswith("from the first workbook of this period: see the sheet About.") for words in said)


def test_a_week_is_told_as_of_any_later_day(monday: Clinic) -> None:
    found = [summarize(monday, LATER, period="2026-W09", as_of=day).outcome for day in ("2026-03-03", "2026-03-05")]
    evaluated_by_then = []
    for outcome in found:
        rows = load_workbook(outcome.files[0], data_only=True)["Figures"].iter_rows(min_row=6, values_only=True)
        evaluated_by_then.append(next(row[6] for row in rows if row[0] == "Conversion"))
    assert evaluated_by_then == [1 / 2, 2 / 3]  # Fern had not come yet; then she had, and Ada had not


@pytest.mark.parametrize(("label", "sheet"), [("2026-02", "This month"), ("2025", "This year")])
def test_a_month_and_a_year_can_be_asked_for(monday: Clinic, label: str, sheet: str) -> None:
    ran = summarize(monday, LATER, period=label)
    assert ran.code == 0 and ran.outcome.files[0].name.startswith(f"referrals-{label} as of ")
    assert load_workbook(ran.outcome.files[0])[sheet]["A1"].value.endswith(label)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--week", "2026-W60"], '"2026-W60" is no week, month or year. Write a week as 2026-W12'),
        (["--week", "2026-03"], '"2026-03" is a month. Write --month before it.'),
        (["--week", "2026-W09", "--year", "2026"], "--week and --year ask for two workbooks. Name one of them."),
        (["--as-of", "March"], '"March" is no day. Write it as 2026-03-23.'),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_done(clinic: Clinic, words: list[str], said: str) -> None:
    ran = clinic.command("run", "summarize_referrals", *words)
    assert ran.exit_code == 2 and said in ran.output


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "2027-W01"}, "2027-W01 lies ahead; nothing is known of it yet."),
        ({"period": "2026-W09", "as_of": "2026-02-01"}, "On 2026-02-01, 2026-W09 had not begun. Name a later day."),
    ],
)
def test_a_workbook_of_the_future_is_not_made(clinic: Clinic, asked: dict[str, str], said: str) -> None:
    assert summarize(clinic, LATER, **asked).outcome.failed == said


def test_options_of_the_workbook_are_for_its_job_alone(clinic: Clinic) -> None:
    ran = clinic.command("run", "all", "--week", "2026-W09")
    assert ran.exit_code == 2 and "--week is for summarize_referrals alone. Run that job by itself." in ran.output


@pytest.fixture
def mailed(clinic: Clinic) -> Iterator[tuple[Clinic, Any]]:
    clinic.edit("config/clinic.yaml", "readers: [] ", "readers: [owner@lakeside.example, lead@lakeside.example] ")
    clinic.export(*FIRST)
    assert clinic.pull("2026-03-02 05:00").code == 0
    with serving() as server:
        clinic.mail_through(server.port)
        yield clinic, server


def test_each_reader_gets_the_five_figures_and_the_workbook_once(mailed: tuple[Clinic, Any]) -> None:
    clinic, server = mailed
    assert [
        summarize(clinic, moment).counts.get("readers written to", 0) for moment in (MONDAY, "2026-03-02 07:00")
    ] == [2, 0]
    assert server.recipients() == ["owner@lakeside.example", "lead@lakeside.example"]
    message = message_from_bytes(server.taken[0][1], policy=policy.default)
    assert (message["To"], message["Subject"]) == ("owner@lakeside.example", "New patients, week 2026-W09")
    body = message.get_body().get_content()
    for line in (
        "New patients: 3  (▲ 3 more than before, four-week average 0.0)",
        "Evaluations kept: 1",
        "No-show rate: 50.0%  (published 10.4%)",
        "Conversion this year: 50.0%",
    ):
        assert line in body
    assert "Google" not in body and "Mira" not in body
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "referrals-2026-W09.xlsx"
    assert (
        attached.get_content() == (reports(clinic) / "referrals-2026-W09.xlsx").read_bytes()
        or attached.get_content()[:2] == b"PK"
    )
    assert summarize(clinic, "2026-03-02 08:00", mail_again="True").counts["readers written to"] == 2
    assert len({message_from_bytes(text)["Message-ID"] for _, text in server.taken}) == 4


def test_a_past_workbook_is_mailed_only_when_that_is_asked_for(mailed: tuple[Clinic, Any]) -> None:
    clinic, server = mailed
    for label in ("2026-W09", "2026"):  # a year that is not over yet, too
        assert "readers written to" not in summarize(clinic, LATER, period=label).counts
    assert server.taken == []
    assert summarize(clinic, LATER, period="2026-W09", mail_again="True").counts["readers written to"] == 2


def test_a_mail_server_that_says_later_gets_it_with_the_next_run(mailed: tuple[Clinic, Any]) -> None:
    clinic, server = mailed
    server.script = lambda step, session: "451 later" if step == "MAIL" else None
    ran = summarize(clinic, MONDAY)
    assert ran.code == 1 and ran.outcome.files[0].exists()
    assert ran.outcome.failed.startswith("2026-W09 did not reach 2 readers: ") and ran.outcome.failed.endswith(
        "The next run tries again."
    )
    assert "@" not in ran.outcome.failed
    server.script = lambda step, session: None
    assert summarize(clinic, "2026-03-02 07:00").counts["readers written to"] == 2


def test_by_a_clock_that_is_not_believed_no_workbook_is_mailed_or_kept_as_the_weeks_first(
    mailed: tuple[Clinic, Any],
) -> None:
    clinic, server = mailed
    assert clinic.run("send_follow_ups", "2026-03-02 05:30", named=False).code == 0
    ahead = summarize(clinic, "2026-04-13 06:00", named=False)
    assert ahead.code == 1 and ahead.outcome.files[0].name == "referrals-2026-W15.xlsx"
    assert ahead.outcome.failed.startswith("The clock of this machine says Mon Apr 13, 2026, 06:00, ")
    assert ahead.outcome.failed.endswith(
        ". The workbook is made, but neither mailed nor kept as the first of its week. Look at the date of this "
        "machine; if it is right, say so: `run_jobs.py clock --is-right`. "
        "Then `run_jobs.py run summarize_referrals` does both."
    )
    assert server.taken == [] and clinic.ask("SELECT period FROM summaries") == []
    assert summarize(clinic, MONDAY, named=False).counts["readers written to"] == 2
    assert summarize(clinic, "2026-04-13 06:00").counts["readers written to"] == 2  # when that week has come
    assert clinic.ask("SELECT DISTINCT period FROM summaries ORDER BY period") == ["2026-W09", "2026-W15"]


def test_a_run_that_died_while_mailing_is_not_repeated_by_itself(
    mailed: tuple[Clinic, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, server = mailed

    def dies(_: object, label: str, state: str, at: str) -> None:
        if state != "attempting":
            os._exit(9)  # the readers have it, the database does not know
        note_mailing(_, label, state, at)  # type: ignore[arg-type]

    child = os.fork()
    if child == 0:
        monkeypatch.setattr(mailing, "note_mailing", dies)
        summarize(clinic, MONDAY)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert clinic.ask("SELECT mailed FROM summaries") == ["attempting"]
    assert summarize(clinic, "2026-03-02 07:00").outcome.failed == (
        "Whether 2026-W09 reached its readers is not known. --mail-again sends it to all of them."
    )
    assert len(server.taken) == 2


def test_in_preview_the_message_lies_in_the_folder(clinic: Clinic) -> None:
    clinic.edit("config/clinic.yaml", "readers: [] ", "readers: [owner@lakeside.example] ")
    assert summarize(clinic, MONDAY).counts["readers written to"] == 1
    (path,) = (clinic.home / "var" / "outbox").glob("*/*.eml")
    assert b"To: owner@lakeside.example" in path.read_bytes()


def test_every_workbook_is_listed_with_its_five_figures(monday: Clinic) -> None:
    summarize(monday, LATER)
    summarize(monday, LATER, period="2026-W09")
    page = (reports(monday) / "index.html").read_text("utf-8")
    assert page.index("2026-W11") < page.index("2026-W09")
    assert '<a href="referrals-2026-W09.xlsx">xlsx</a>' in page
    assert '<a href="referrals-2026-W09%20as%20of%202026-03-02.xlsx">xlsx as of 2026-03-02</a>' in page
    assert "<td>3</td><td>1</td><td>1</td><td>50.0%</td><td>50.0%</td>" in page


def test_several_locations_have_a_workbook_each_and_one_for_all(clinic: Clinic) -> None:
    rows = [row | BOTH[place % 2] for place, row in enumerate(FIRST)]
    path = clinic.home / "exports" / "appointments.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for row in rows for name in row}), restval="")
        writer.writeheader()
        writer.writerows(rows)
    assert clinic.pull("2026-03-02 05:00").code == 0
    files = [file.name for file in summarize(clinic, MONDAY).outcome.files if file.suffix == ".xlsx"]
    assert files == [f"referrals-2026-W09{place}.xlsx" for place in ("", " Danville", " San-Ramon")]
    new = []
    for name in files:
        sheet = load_workbook(reports(clinic) / name, data_only=True)["This week"]
        new.append(sheet["A5"].value)
    assert new[0] == 3 == new[1] + new[2]
    danville = load_workbook(reports(clinic) / files[1])["This week"]
    assert danville["A2"].value.startswith("Lakeside Physical Therapy, Danville: ")


def test_text_from_outside_is_no_formula_in_the_csv_either(clinic: Clinic) -> None:
    clinic.export(*(evaluated(name, "2026-02-25", referring_provider=text)
                    for name, text in (("Mira", "=1+1"), ("Fern", "@SUM(A1)"), ("Ada", "-2"))))  # fmt: skip
    assert clinic.pull("2026-03-02 05:00").code == 0
    path = summarize(clinic, MONDAY).outcome.files[1]
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert {"'=1+1", "'@SUM(A1)", "'-2"} <= set(rows)
    assert (rows["Google search"]["in_period"], rows["Google search"]["billed"]) == ("3", "")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_the_first_page_comes_as_a_pdf_of_one_page(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.reports.pdf_file.SECONDS", 600)  # LibreOffice begins slowly on a busy machine
    clinic.edit("config/clinic.yaml", "pdf: no", "pdf: yes")
    clinic.export(*FIRST)
    assert clinic.pull("2026-03-02 05:00").code == 0
    *_, path = summarize(clinic, MONDAY).outcome.files
    assert (path.name, path.stat().st_mode & 0o777) == ("referrals-2026-W09.pdf", 0o600)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", content)) == 1


def test_without_libreoffice_the_workbook_is_made_and_a_note_says_why_there_is_no_pdf(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.edit("config/clinic.yaml", "pdf: no", "pdf: yes")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    ran = summarize(clinic, MONDAY)
    assert ran.code == 0 and ran.outcome.files[0].exists()
    assert ran.outcome.notes == (
        "There is no PDF of the workbook: LibreOffice is not installed. Set reports: pdf: to no, or install it.",
    )


@pytest.mark.parametrize(
    ("where", "number"), [("fsync", errno.ENOSPC), ("replace", errno.EACCES), ("open", errno.EROFS)]
)
def test_a_full_disk_and_a_read_only_folder_leave_the_file_as_it_was(
    monday: Clinic, where: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operating system's own refusals: at the last write, at the exchange of the files, and at the first."""
    path = reports(monday) / "referrals-2026-W09.xlsx"
    before, real = path.read_bytes(), getattr(os, where)

    def refuses(*words: Any, **more: Any) -> Any:
        if where == "fsync" or ".referrals" in str(words[0]):
            raise OSError(number, os.strerror(number))
        return real(*words, **more)

    monkeypatch.setattr(os, where, refuses)
    ran = summarize(monday, "2026-03-03 06:00")
    monkeypatch.undo()
    assert ran.outcome.failed == (
        f"{path} could not be saved ({os.strerror(number)}). What stood there before is unchanged. "
        "Close the file if it is open, see that the folder can be written to and the disk has room, then run again."
    )
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.glob("*referrals*")) == [
        "referrals-2026-W09.csv", "referrals-2026-W09.xlsx"
    ]  # fmt: skip


@pytest.mark.parametrize("lock", ["~$referrals-2026-W09.xlsx", ".~lock.referrals-2026-W09.xlsx#"])
def test_a_workbook_that_somebody_has_open_is_not_replaced_under_their_hands(monday: Clinic, lock: str) -> None:
    path = reports(monday) / "referrals-2026-W09.xlsx"
    before = path.read_bytes()
    (path.parent / lock).touch()
    assert summarize(monday, "2026-03-03 06:00").outcome.failed == (
        f"{path} is open in another program, and stays as it is. Close it there, then run again. "
        f"If nobody has it open, delete {lock} beside it."
    )
    assert path.read_bytes() == before
