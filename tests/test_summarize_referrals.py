"""The weekly workbook, cell by cell, against `counted_by_hand`: of the made-up clinic and of real appointments."""

import csv
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import counted_by_hand as by_hand
import pytest
from hand_written_clinic import SAMPLES, Clinic, appointment
from openpyxl import load_workbook

from jobs.desk.demo import run_demo
from jobs.reports.definitions import DEFINITIONS

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 3, 4, 18, 5, tzinfo=UTC)  # a Wednesday morning in the clinic
HEADER = 5
Rows = dict[str, dict[str, Any]]

MEANT = {
    "barnaby wickstead": "Barnaby Wickstead, MD", "dr barnaby wickstead": "Barnaby Wickstead, MD",
    "wicsktead": "Barnaby Wickstead, MD", "dr feathrby": "Marlow Featherby, MD", "feathreby": "Marlow Featherby, MD",
    "fetaherby": "Marlow Featherby, MD", "dr marlow featherby": "Marlow Featherby, MD",
    "dr hollowborok": "Quince Hollowbrook, MD", "hollobwrook": "Quince Hollowbrook, MD",
    "hololwbrook": "Quince Hollowbrook, MD", "hollwbrook": "Quince Hollowbrook, MD",
    "dr quince hollowbrook": "Quince Hollowbrook, MD", "dr philippa sorrel": "Philippa Sorrel, MD",
    "philippa sorrel": "Philippa Sorrel, MD", "sorrel": "Philippa Sorrel, MD", "plmuridge": "Octavia Plumridge, NP",
    "plumirdge": "Octavia Plumridge, NP", "plumridge": "Octavia Plumridge, NP", "dr plmridge": "Octavia Plumridge, NP",
    "taragon": "Isolde Tarragon, DO", "tarrgon": "Isolde Tarragon, DO", "gogle": "Google search",
    "instagram ad": "Instagram",
}  # fmt: skip
"""What a person sees at once in the texts of the made-up clinic that its list does not have."""


@dataclass
class Counted:
    """A workbook as Excel shows it, and what the same database comes to by hand."""

    home: Path
    clinic_id: str
    today: date
    now: datetime
    book: Any
    slots: list[by_hand.Slot]
    courses: list[by_hand.Course]

    @property
    def database(self) -> Path:
        return self.home / "var" / "clinic.sqlite"

    @property
    def monday(self) -> date:
        return by_hand.week_of(self.today - timedelta(days=7))[0]

    @property
    def begins(self) -> date:
        return min(slot.starts_on for slot in self.slots)

    def named(self, text: str) -> str:
        return name_of(text, MEANT | listed_names(self.home))


def counted(home: Path, clinic_id: str, now: datetime) -> Counted:
    today = now.astimezone(ZONE).date()
    slots = by_hand.read_slots(home / "var" / "clinic.sqlite", clinic_id)
    (path,) = (home / "var" / "reports").glob("referrals-*.xlsx")
    return Counted(
        home, clinic_id, today, now, load_workbook(path, data_only=True), slots, by_hand.courses(slots, today)
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's clinic after its first day."""
    folder = tmp_path_factory.mktemp("summary") / "lakeside"
    assert run_demo(folder, NOW) == 0
    return folder


@pytest.fixture(scope="module")
def physio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The physiotherapy clinic's appointments, joined with its patients."""
    clinic = Clinic.of_physio(tmp_path_factory.mktemp("physio") / "clinic")
    assert clinic.pull("2025-11-24 05:00").code == 0
    assert clinic.run("summarize_referrals", "2025-11-24 06:00").code == 0
    return clinic.home


@pytest.fixture(
    scope="module",
    params=[
        "made-up",
        pytest.param("real", marks=pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not here")),
    ],
)
def week(request: pytest.FixtureRequest) -> Counted:
    if request.param == "made-up":
        return counted(request.getfixturevalue("home"), "lakeside", NOW)
    return counted(request.getfixturevalue("physio"), "lakeside", datetime(2025, 11, 24, 6, tzinfo=ZONE))


def table(sheet: Any) -> Rows:
    """The rows of a sheet's table by their first cell, its total among them."""
    headers = [cell.value for cell in sheet[HEADER]]
    rows: Rows = {}
    for cells in sheet.iter_rows(min_row=HEADER + 1, values_only=True):
        if cells[0] is None:
            break
        rows[cells[0]] = dict(zip(headers, cells, strict=True))
    return rows


def listed_names(home: Path) -> dict[str, str]:
    """What each text in the office manager's list stands for."""
    with open(home / "config" / "referral_names.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return {plain(row[1]): row[1] for row in rows} | {plain(row[0]): row[1] for row in rows}


def plain(text: str) -> str:
    """A typed text without capitals, punctuation and doubled blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower().replace("'", "").replace("’", "")).split())


def name_of(text: str, named: dict[str, str]) -> str:
    return named.get(plain(text), "Not yet named") if plain(text) not in ("", "not recorded") else "Not recorded"


def shown_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row of Sources or Referring providers in the words of `counted_by_hand`."""
    day = {name: row[name].date() if row[name] else None for name in ("First", "Last")}
    return {
        "shown": row["This week"],
        "previous": row["Previous week"],
        "four_before": row["Four-week average"] * 4,
        "month": row["Month to date"],
        "quarter": row["Quarter to date"],
        "year": row["Year to date"],
        "evaluated": row["Evaluated"],
        "ahead": row["Still ahead"],
        "conversion": row["Conversion"],
        "days_to_evaluation": row["Days to evaluation"],
        "visits": row["Visits so far"],
        "discharged": row["Discharged"],
        "dropped": row["Dropped out"],
        "billed": row.get("Billed"),
        "paid": row.get("Paid"),
        "first": day["First"],
        "last": day["Last"],
        "new": row["State"] == "new",
        "returning": row["State"] == "returning",
        "quiet": row["State"] == "quiet",
    }


def money(amount: Any) -> float | None:
    return None if amount is None else float(amount)


@pytest.mark.parametrize(("sheet", "kind"), [("Sources", "source"), ("Referring providers", "provider")])
def test_every_figure_of_a_source_and_of_a_provider_is_right(week: Counted, sheet: str, kind: str) -> None:
    def name(text: str) -> str:
        found = week.named(text)
        return found if kind == "source" or found != "Not yet named" else plain(text)

    shown = table(week.book[sheet])
    total = shown.pop("All sources" if kind == "source" else "All providers", None)
    groups = by_hand.by_name(week.courses, lambda course: getattr(course, kind), name)
    others = in_the_other_role(week, kind)
    expected = {}
    for group_name, group in groups.items():
        figures = by_hand.group_figures(group, week.monday, week.today, others.get(group_name, ()))
        if figures["first"]:
            figures |= {part: money(figures[part]) for part in ("billed", "paid")}
            expected[group_name] = {key: figures[key] for key in shown_of_keys()}
    keyed = {row_name if week.named(row_name) == row_name or kind == "source" else plain(row_name): shown_of(row)
             for row_name, row in shown.items()}  # fmt: skip
    assert keyed == expected
    if total:
        everybody = by_hand.group_figures(week.courses, week.monday, week.today)
        for header, part in (("This week", "shown"), ("Year to date", "year"), ("Conversion", "conversion"),
                             ("Days to evaluation", "days_to_evaluation"), ("Dropped out", "dropped")):  # fmt: skip
            assert total[header] == everybody[part]


def in_the_other_role(week: Counted, kind: str) -> dict[str, list[by_hand.Course]]:
    """The episodes that have a name where it is not looked for: a source's among the providers, and the reverse."""

    def name(text: str) -> str:
        found = week.named(text)
        return found if found != "Not yet named" else plain(text)

    other = "provider" if kind == "source" else "source"
    groups = by_hand.by_name(week.courses, lambda course: getattr(course, other), name)
    return {key: group for key, group in groups.items() if key != "Not recorded"}


def shown_of_keys() -> list[str]:
    return ["shown", "previous", "four_before", "month", "quarter", "year", "evaluated", "ahead", "conversion",
            "days_to_evaluation", "visits", "discharged", "dropped", "billed", "paid", "first", "last", "new",
            "returning", "quiet"]  # fmt: skip


def test_the_trend_has_each_sources_twelve_weeks(week: Counted) -> None:
    rows = table(week.book["Trend"])
    rows.pop("All sources", None)
    groups = by_hand.by_name(week.courses, lambda course: course.source, week.named)
    weeks = by_hand.trend_weeks(week.monday)
    expected = {name: [len(by_hand.within(group, *span)) for span in weeks] for name, group in groups.items()}
    shown = {name: [row[f"{first.isocalendar().year}-W{first.isocalendar().week:02d}"] for first, _ in weeks]
             for name, row in rows.items() if row.get("Twelve weeks") is not None}  # fmt: skip
    assert shown == {name: counts for name, counts in expected.items() if any(counts)}


def test_every_figure_of_the_clinic_is_right_for_every_period(week: Counted) -> None:
    rows = table(week.book["Figures"])
    spans = by_hand.periods_of_week(week.monday)
    headers = {"This week": "shown", "Previous week": "previous", "Four-week average": "four_before",
               "Month to date": "month", "Quarter to date": "quarter", "Year to date": "year",
               "Same period last year": "last_year", "Same week last year": "same_last_year"}  # fmt: skip
    for header, name in headers.items():
        first, last = spans[name]
        shown = {title: row[header] for title, row in rows.items()}
        held_against = name in ("previous", "four_before", "last_year", "same_last_year")
        if last < week.begins or held_against and not by_hand.is_told_whole(first, last, week.begins):
            assert set(shown.values()) == {None}
            continue
        parts = by_hand.attendance(week.slots, first, last, week.today)
        billed, paid = by_hand.money(week.slots, first, last)
        share = 4 if name == "four_before" else 1
        counts = {
            "New patients": len(by_hand.within(week.courses, first, last)),
            "Evaluations kept": by_hand.evaluations_kept(week.courses, first, last),
            "Visits": parts["visits"],
            "No-shows": parts["no_shows"],
            "Late cancels": parts["late_cancels"],
            "Cancelled in time": parts["cancelled_in_time"],
            "Rescheduled": parts["rescheduled"],
            "Without outcome": parts["without_outcome"],
            "Still ahead": parts["ahead"],
            "All appointments": parts["appointments"],
            "Due": parts["due"],
            "Billed": money(billed),
            "Paid": money(paid),
        }
        expected = {title: None if count is None else pytest.approx(count / share) for title, count in counts.items()}
        due = parts["due"]
        rates = {"Arrival rate": "visits", "No-show rate": "no_shows", "Late-cancel rate": "late_cancels"}
        expected |= {title: pytest.approx(parts[part] / due) if due else None for title, part in rates.items()}
        for amount, total in (("billed", billed), ("paid", paid)):
            known = by_hand.visits_with(amount, week.slots, first, last, week.today)
            is_told = total is not None and parts["visits"]
            expected[f"Visits with {amount}"] = pytest.approx(known / parts["visits"]) if is_told else None
        everybody = by_hand.group_figures(week.courses, week.monday, week.today)
        of_year = {"Conversion": "conversion", "Days to evaluation": "days_to_evaluation", "Dropped out": "dropped"}
        expected |= {title: everybody[part] if name == "year" else None for title, part in of_year.items()}
        if name == "last_year":
            steps = by_hand.funnel(week.courses, first, last, week.today)
            decided = steps["referred"] - steps["ahead"]
            expected["Conversion"] = steps["evaluated"] / decided if decided else None
        assert shown == expected


def test_every_step_of_the_funnel_is_right(week: Counted) -> None:
    rows = table(week.book["Funnel"])
    weeks, spans = by_hand.trend_weeks(week.monday), by_hand.periods_of_week(week.monday)
    cohorts = {"Twelve weeks": (weeks[0][0], weeks[-1][1]), "This year": spans["year"], "Last year": spans["last_year"]}
    titles = {"New patients": "referred", "Still ahead": "ahead", "Not evaluated, nothing ahead": "not_evaluated",
              "Evaluated": "evaluated", "Came a second time": "second_visit", "Came six times or more": "six_visits",
              "In care": "in_care", "Discharged": "discharged", "Dropped out": "dropped"}  # fmt: skip
    for header, cohort in cohorts.items():
        if header == "Last year" and not by_hand.is_told_whole(*cohort, week.begins):
            assert {row[header] for row in rows.values()} == {None}
            continue
        steps = by_hand.funnel(week.courses, *cohort, week.today)
        assert {title: row[header] for title, row in rows.items()} == {t: steps[part] for t, part in titles.items()}


def test_who_has_gone_quiet_is_named_and_nobody_else(week: Counted) -> None:
    sheet = week.book["Gone quiet"]
    shown = {(row[0], row[1]): row[2] for row in sheet.iter_rows(min_row=HEADER + 1, max_col=3, values_only=True)
             if row[1] in ("source", "referring provider")}  # fmt: skip
    expected = {}
    for kind, word in (("source", "source"), ("provider", "referring provider")):
        groups = by_hand.by_name(week.courses, lambda course, kind=kind: getattr(course, kind), week.named)
        others = in_the_other_role(week, kind)
        for name, group in groups.items():
            figures = by_hand.group_figures(group, week.monday, week.today, others.get(name, ()))
            if figures["quiet"] and name not in ("Not yet named", "Not recorded"):
                expected[name, word] = figures["in_year_before"]
    assert shown == expected


def test_every_text_without_a_name_is_listed_with_its_count_and_its_days(week: Counted) -> None:
    until = week.monday + timedelta(days=6)
    expected: dict[str, list[Any]] = {}
    for kind in ("source", "provider"):
        texts = by_hand.texts_of(week.courses, lambda course, kind=kind: getattr(course, kind), until)
        for text, (count, first, last) in texts.items():
            if week.named(text) == "Not yet named":
                known = expected.get(plain(text), [0, date.max, date.min])
                expected[plain(text)] = [known[0] + count, min(known[1], first), max(known[2], last)]
    rows = table(week.book["Needs a name"]) if expected else {}
    shown = {plain(text): [row["Referrals"], row["First"].date(), row["Last"].date()] for text, row in rows.items()}
    assert shown == expected


def test_the_letters_of_each_rule_and_what_followed_are_counted(week: Counted) -> None:
    weeks, spans = by_hand.trend_weeks(week.monday), by_hand.periods_of_week(week.monday)
    trend = (weeks[0][0], weeks[-1][1])
    expected = by_hand.letters_of_rules(
        week.database, week.clinic_id, week.slots, spans["shown"], trend, week.now, ZONE
    )
    rows = table(week.book["Follow-ups"]) if expected else {}
    rows.pop("All rules", None)
    shown = {
        rule: {"sent": row["Sent this week"], "written_to": row["Patients"], "written_to_booked": row["Booked"],
               "without": row["Patients without"], "without_booked": row["Booked without"]}
        for rule, row in rows.items()
    }  # fmt: skip
    assert shown == {rule: counts for rule, counts in expected.items() if rule in shown}
    assert not any(sum(counts.values()) for rule, counts in expected.items() if rule not in shown)


def test_the_totals_come_to_every_appointment_and_every_episode(week: Counted) -> None:
    cells = [[cell.value for cell in row] for row in week.book["About"].iter_rows(max_col=5)]
    about = {row[0]: row[1:] for row in cells if row[0]}
    assert about["All appointments in the data"][1:] == [len(week.slots), len(week.slots), "agrees"]
    assert about["All episodes in the data"][1:] == [len(week.courses), len(week.courses), "agrees"]
    assert about["Already under care"][0] == sum(course.under_care for course in week.courses)
    assert "All tables add up to what was counted apart from them." in about
    for sheet in ("Sources", "Referring providers"):
        checks = [
            row[4].value for row in week.book[sheet].iter_rows(max_col=5) if row[4].value in ("agrees", "DIFFERS")
        ]
        assert set(checks) <= {"agrees"}


def test_the_five_figures_on_the_first_page_are_those_of_the_tables(week: Counted) -> None:
    page, rows = week.book["This week"], table(week.book["Figures"])
    titles, values = ([page.cell(row, column).value for column in (1, 4, 7, 10, 13)] for row in (4, 5))
    everybody = by_hand.group_figures(week.courses, week.monday, week.today)
    assert titles == ["New patients", "Evaluations kept", "Visits", "No-show rate", "Conversion this year"]
    assert values == [*(rows[title]["This week"] for title in titles[:4]), everybody["conversion"]]


def test_no_patient_stands_in_it(home: Path) -> None:
    whole = load_workbook(home / "var" / "reports" / "referrals-2026-W09.xlsx")
    cells = " ".join(str(cell) for sheet in whole for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        people = database.execute("SELECT first_name || ' ' || last_name, email, birth_date FROM patients").fetchall()
        codes = {row[0] for row in database.execute("SELECT diagnosis FROM appointments WHERE diagnosis <> ''")}
    private = {text for name, *rest in people for text in (name, *rest) if len(text) > 3}
    assert len(private) > 300 and codes
    assert [text for text in private | codes if text in cells] == []


RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_libreoffice_calculates_it_anew_agrees_and_cuts_no_figure_off(home: Path, tmp_path: Path) -> None:
    """The whole workbook as it would be printed: what does not fit into its cell is printed as ###."""
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECALCULATE, "utf-8")
    workbook = home / "var" / "reports" / "referrals-2026-W09.xlsx"
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    ran = subprocess.run([*command, "--outdir", tmp_path, workbook], capture_output=True, text=True, timeout=600)
    said = [line for line in ran.stderr.splitlines() if "javaldx" not in line]  # LibreOffice without Java
    assert (ran.returncode, said) == (0, [])
    pages = subprocess.run(
        ["pdftotext", "-layout", tmp_path / f"{workbook.stem}.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert [
        words for words in ("###", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "Err:", "DIFFERS") if words in pages
    ] == []
    assert pages.count("agrees") == 10  # three under each table of sources, four on About
    assert "Page 1 of" in pages
    about = [page for page in pages.split("\f") if page.split()[-5:-3] == ["About", "Page"]]
    assert len(about) == 2
    words = [" ".join(page.split()) for page in about]
    assert [name for name, meaning in DEFINITIONS if meaning.split()[-1] not in words[0]] == []
    assert "Published figures" in words[1] and "All tables add up" in words[1]


HOSTILE = ('=HYPERLINK("http://bad.example","my doctor")', "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=cmd")


@pytest.fixture(scope="module")
def small(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A clinic with a list of its own; its patients came last week, and typed what they liked."""
    clinic = opened_clinic.copied(tmp_path_factory.mktemp("small") / "clinic")
    (clinic.home / "config" / "referral_names.csv").write_text(
        "as_typed,name,channel,added_on,added_by\n"
        "google,Google search,online,2026-01-05,Fern\n"
        "g00,Google search,online,2026-01-05,Fern\n"
        "dr. o'hara,Dr. O'Hara,physician,2026-01-05,Fern\n",
        "utf-8",
    )
    typed = ["Google", "GOOGLE!", " g00 ", "google search", "Dr O’Hara", "dr ohara", "Googol", "my gym", "My Gym.",
             "", "n/a", *HOSTILE]  # fmt: skip
    names = ["Pat" + "abcdefghijklmnopqrstuvwxyz"[n] for n in range(len(typed))]
    clinic.export(
        *(
            appointment(name, "2026-02-26 09:00", kind="PT Initial Evaluation", booked_at="2026-02-24 09:00",
                        referral_source=text, referring_provider=text)
            for name, text in zip(names, typed, strict=True)
        )
    )  # fmt: skip
    assert clinic.pull("2026-03-04 07:00").code == 0
    assert clinic.run("summarize_referrals", "2026-03-04 08:00").code == 0
    yield clinic


@pytest.fixture(scope="module")
def small_book(small: Clinic) -> Any:
    return load_workbook(small.home / "var" / "reports" / "referrals-2026-W09.xlsx")


def test_the_office_managers_list_groups_what_was_typed(small_book: Any) -> None:
    shown = {name: line["This week"] for name, line in table(small_book["Sources"]).items()}
    del shown["All sources"]
    assert shown["Google search"] == 4 and shown["Dr. O'Hara"] == 2
    assert sum(shown.values()) == 11 + len(HOSTILE)


def test_a_text_that_is_nearly_a_name_is_listed_and_never_guessed_into_anothers_row(small_book: Any) -> None:
    needs = {name: line["Referrals"] for name, line in table(small_book["Needs a name"]).items()}
    assert needs["Googol"] == 2 and needs["My Gym."] == 4  # as source and as provider
    assert table(small_book["Sources"])["Google search"]["This week"] == 4


def test_text_that_looks_like_a_formula_stays_text(small_book: Any) -> None:
    formulas = {
        str(cell.value)
        for sheet in small_book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and not re.match(r"=(SUM|IF|IFERROR|SUBTOTAL)\(", str(cell.value))
    }
    assert formulas == set()
    texts = {cell.value for row in small_book["Needs a name"].iter_rows() for cell in row if cell.data_type == "s"}
    for text in HOSTILE[:2]:
        assert text in texts
    assert not any(cell.hyperlink for sheet in small_book for row in sheet.iter_rows() for cell in row)


def test_a_fault_in_the_list_is_said_and_the_workbook_is_written(small: Clinic, tmp_path: Path) -> None:
    clinic = small.copied(tmp_path / "clinic")
    clinic.edit("config/referral_names.csv", "g00,Google search,online", "g00,Google search,onlin")
    ran = clinic.run("summarize_referrals", "2026-03-04 08:10")
    assert ran.code == 0 and ran.outcome.files[0].name == "referrals-2026-W09.xlsx"
    fault, differs = ran.outcome.notes
    assert fault.startswith("config/referral_names.csv, line 3") and 'Did you mean "online"?' in fault
    assert differs == "8 figures differ from the first workbook of 2026-W09."


def test_a_clinic_without_any_appointment_gets_a_workbook_that_says_so(clinic: Clinic) -> None:
    ran = clinic.run("summarize_referrals", "2026-03-04 08:00")
    assert ran.code == 0
    sheet = load_workbook(ran.outcome.files[0])["Sources"]
    assert sheet.cell(HEADER, 1).value == "No referrals are known yet."
