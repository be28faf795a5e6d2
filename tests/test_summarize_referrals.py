"""The weekly workbook, added up a second time: by the owner, with nothing but the export and a pocket calculator."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pytest
from hand_written_clinic import Clinic, appointment
from openpyxl import load_workbook

from jobs.desk.demo import run_demo
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import open_tools

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group")  # openpyxl cannot read them; Excel can

NOW = datetime(2026, 3, 4, 18, 5, tzinfo=UTC)  # a Wednesday morning in the clinic
TODAY = pandas.Timestamp("2026-03-04")
MONDAY, SUNDAY = pandas.Timestamp("2026-02-23"), pandas.Timestamp("2026-03-01")
WEEKS = [MONDAY - timedelta(weeks=ago) for ago in range(12)]  # the one that is shown first
HEADER = 5
STATUSES = {"Completed": "visit", "No Show": "no-show", "Cancelled": "cancelled", "Late Cancel": "cancelled",
            "Rescheduled": "rescheduled", "Scheduled": "booked"}  # fmt: skip
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's clinic after its first day."""
    folder = tmp_path_factory.mktemp("summary") / "lakeside"
    assert run_demo(folder, NOW) == 0
    return folder


@pytest.fixture(scope="module")
def book(home: Path) -> Any:
    return load_workbook(home / "var" / "reports" / "referrals-2026-W09.xlsx", data_only=True)


def table(sheet: Any) -> Rows:
    """The rows of a sheet's table by their first cell, its total among them."""
    headers = [cell.value for cell in sheet[HEADER]]
    rows: Rows = {}
    for cells in sheet.iter_rows(min_row=HEADER + 1, values_only=True):
        if cells[0] is None:
            break
        rows[cells[0]] = dict(zip(headers, cells, strict=True))
    return rows


@pytest.fixture(scope="module")
def sources(book: Any) -> Rows:
    return table(book["Sources"])


@pytest.fixture(scope="module")
def visits(home: Path) -> pandas.DataFrame:
    """Every appointment that counts: those of the export as it lies there, those of the calendar as they are known."""
    frame = pandas.read_excel(
        home / "exports" / "appointments.xlsx", dtype=object, keep_default_na=False, engine="openpyxl"
    )
    frame["start"] = pandas.to_datetime(frame["Start Time"], errors="coerce")
    frame["status"] = frame["Status"].map(STATUSES)
    frame = frame[frame["start"].notna() & frame["status"].notna() & (frame["First Name"] != "TEST")]
    frame = frame.drop_duplicates("Appointment ID", keep="last")
    export = pandas.DataFrame(
        {
            "patient": frame["Patient ID"],
            "start": frame["start"],
            "booked": pandas.to_datetime(frame["Booked On"]).dt.normalize(),
            "status": frame["status"],
            "evaluation": frame["Appointment Type"] == "PT Initial Evaluation",
            "source": frame["How did you hear about us"].astype(str).str.strip(),
            "provider": frame["Referring Provider"].astype(str).str.strip(),
        }
    )
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        slots = pandas.read_sql(
            "SELECT patients.key AS patient, starts_at, booked_on, status, step FROM appointments "
            "JOIN patients ON patients.id = patient_id WHERE source = 'calendar'",
            database,
        )
    start = pandas.to_datetime(slots["starts_at"]).dt.tz_convert("America/Los_Angeles").dt.tz_localize(None)
    calendar = pandas.DataFrame(
        {
            "patient": slots["patient"],
            "start": start,
            "booked": pandas.to_datetime(slots["booked_on"]),
            "status": slots["status"],
            "evaluation": slots["step"] == "evaluation",
            "source": "",
            "provider": "",
        }
    )
    assert len(export) > 1_400 and len(calendar) > 50
    return pandas.concat([export, calendar]).sort_values(["patient", "start"], kind="stable")


@pytest.fixture(scope="module")
def named(home: Path) -> dict[str, str]:
    """What each text in the office manager's list stands for."""
    listed = pandas.read_csv(home / "config" / "referral_names.csv", dtype=str, keep_default_na=False)
    return {plain(name): name for name in listed["name"]} | {
        plain(typed): name for typed, name in zip(listed["as_typed"], listed["name"], strict=True)
    }


def plain(text: str) -> str:
    """A typed text without capitals, punctuation and doubled blanks."""
    return " ".join(re.sub(r"[\W_]+", " ", text.lower().replace("'", "").replace("’", "")).split())


def name_of(text: str, named: dict[str, str]) -> str:
    return named.get(plain(text), "Not yet named") if plain(text) not in ("", "not recorded") else "Not recorded"


@pytest.fixture(scope="module")
def episodes(visits: pandas.DataFrame) -> pandas.DataFrame:
    """Each patient's care, cut where it began anew, and what became of it; `number` of each visit is noted too."""
    visits["episode"] = 0
    found = []
    for patient, slots in visits.groupby("patient", sort=False):
        number, last, came = 0, None, False
        for index, slot in zip(slots.index, slots.itertuples(), strict=True):
            again = slot.evaluation and came
            if last is None or again or (slot.start.normalize() - last).days > 90:
                number, came = number + 1, False
            visits.loc[(visits["patient"] == patient) & (visits.index == index), "episode"] = number
            last, came = slot.start.normalize(), came or slot.status == "visit"
        for number, care in visits[visits["patient"] == patient].groupby("episode"):
            kept = care[care["status"] == "visit"]
            evaluated = kept[kept["evaluation"]] if care["evaluation"].any() else kept
            until = care.loc[care["start"] <= kept["start"].iloc[0]] if len(kept) else care
            stands = care[~care["status"].isin(["cancelled", "rescheduled"])]
            first = (stands if len(stands) else care)["start"].iloc[0].normalize()
            days = until["booked"].where(until["booked"].notna(), until["start"].dt.normalize())
            found.append(
                {
                    "patient": patient,
                    "episode": number,
                    "referred": days.min(),
                    "evaluated": len(evaluated) > 0,
                    "ahead": len(evaluated) == 0 and first >= TODAY,
                    "visits": len(kept),
                    "source": next((text for text in care["source"] if text), ""),
                    "provider": next((text for text in care["provider"] if text), ""),
                }
            )
    return pandas.DataFrame(found)


def expected(episodes: pandas.DataFrame, column: str, names: dict[str, str], unknown: bool = False) -> Rows:
    """The figures of each line, counted from the episodes; `unknown`: texts of no list stand as typed."""
    lines = episodes.assign(
        name=[
            typed if unknown and (name := name_of(typed, names)) == "Not yet named" else name_of(typed, names)
            for typed in episodes[column]
        ]
    )
    rows: Rows = {}
    for name, line in lines.groupby("name"):
        weeks = [line[(line["referred"] >= day) & (line["referred"] < day + timedelta(weeks=1))] for day in WEEKS]
        year = line[(line["referred"] >= "2026-01-01") & (line["referred"] <= SUNDAY)]
        if len(year) or any(map(len, weeks)):
            rows[str(name)] = {
                "This week": len(weeks[0]),
                "Previous week": len(weeks[1]),
                "Four-week average": sum(map(len, weeks[1:5])) / 4,
                "Year to date": len(year),
                "Evaluated (week)": int(weeks[0]["evaluated"].sum()),
                "Still ahead (week)": int(weeks[0]["ahead"].sum()),
                "Evaluated (year)": int(year["evaluated"].sum()),
                "Still ahead (year)": int(year["ahead"].sum()),
                "Visits so far": int(year["visits"].sum()),
            }
    return rows


def test_new_patients_and_what_became_of_them_are_those_of_the_export(
    sources: Rows, episodes: pandas.DataFrame, named: dict[str, str]
) -> None:
    counted = expected(episodes, "source", named)
    assert sum(line["This week"] for line in counted.values()) >= 5  # else nothing is compared
    for name, line in counted.items():
        assert {header: sources[name][header] for header in line} == line, name
    others = sources.keys() - counted.keys() - {"All sources"}
    assert all(sources[name]["Year to date"] == 0 for name in others)


def test_shares_and_conversions_follow_from_their_row(sources: Rows) -> None:
    total = sources["All sources"]
    for line in sources.values():
        for share, count in (("Share of week", "This week"), ("Share of year", "Year to date")):
            assert line[share] == pytest.approx(line[count] / total[count])
        for period, count in (("week", "This week"), ("year", "Year to date")):
            decided = line[count] - line[f"Still ahead ({period})"]
            conversion = line[f"Conversion ({period})"]
            assert conversion == (pytest.approx(line[f"Evaluated ({period})"] / decided) if decided else None)


def test_every_total_is_the_sum_of_its_rows(book: Any) -> None:
    for name in ("Sources", "Referring providers", "Trend"):
        rows = table(book[name])
        *lines, total = rows.values()
        added = [header for header, value in total.items() if header and type(value) in (int, float)
                 and not re.search(r"rate|Conversion|Share", header)]  # fmt: skip
        assert len(added) >= 5
        for header in added:
            assert total[header] == pytest.approx(sum(line[header] or 0 for line in lines)), f"{header} of {name}"


@pytest.fixture(scope="module")
def attended(visits: pandas.DataFrame, episodes: pandas.DataFrame, named: dict[str, str]) -> dict[str, Counter[str]]:
    """What became of the appointments of the week and of the four weeks before it, by source."""
    source = {(line.patient, line.episode): name_of(line.source, named) for line in episodes.itertuples()}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for slot in visits.itertuples():
        day = slot.start.normalize()
        for period, first, last in (("week", MONDAY, SUNDAY), ("before", WEEKS[4], MONDAY - timedelta(days=1))):
            if first <= day <= last:
                what = "without outcome" if slot.status == "booked" and day < TODAY else slot.status
                found[source[slot.patient, slot.episode]][f"{what} {period}"] += 1
                found["All sources"][f"{what} {period}"] += 1
    return found


def test_visits_missed_and_cancelled_ones_are_those_of_the_export(
    sources: Rows, attended: dict[str, Counter[str]]
) -> None:
    assert attended["All sources"]["visit week"] >= 20 and attended["All sources"]["no-show week"] >= 2
    for name, line in sources.items():
        seen = attended[name]
        visits, missed = seen["visit week"], seen["no-show week"]
        assert (line["Visits"], line["No-shows"]) == (visits, missed), name
        assert line["Late cancels"] + line["Cancelled in time"] == seen["cancelled week"], name
        assert line["All"] == sum(count for what, count in seen.items() if what.endswith(" week")), name
        assert line["Due"] == visits + missed + line["Late cancels"]
        assert line["No-show rate"] == (pytest.approx(missed / line["Due"]) if line["Due"] else None)
        settled = line["Due"] + line["Cancelled in time"]
        cancelled = seen["cancelled week"]
        assert line["Cancel rate"] == (pytest.approx(cancelled / settled) if settled else None), name


def test_the_cancel_rate_of_the_four_weeks_before_is_that_of_the_export(
    sources: Rows, attended: dict[str, Counter[str]]
) -> None:
    seen = attended["All sources"]
    settled = seen["visit before"] + seen["no-show before"] + seen["cancelled before"]
    assert settled > 100
    assert sources["All sources"]["Cancel rate (4 w)"] == pytest.approx(seen["cancelled before"] / settled)


def test_a_late_cancellation_counts_as_one(sources: Rows, home: Path) -> None:
    frame = pandas.read_excel(home / "exports" / "appointments.xlsx", dtype=object, engine="openpyxl")
    frame["start"] = pandas.to_datetime(frame["Start Time"], errors="coerce")
    week = frame[(frame["start"] >= MONDAY) & (frame["start"] < SUNDAY + timedelta(days=1))]
    late = int((week["Status"] == "Late Cancel").sum())
    assert late > 0
    assert sources["All sources"]["Late cancels"] == late


def test_the_twelve_weeks_are_those_of_the_export(book: Any, episodes: pandas.DataFrame, named: dict[str, str]) -> None:
    trend = table(book["Trend"])
    names = [name_of(typed, named) for typed in episodes["source"]]
    for ago, monday in enumerate(WEEKS):
        label = f"{monday.isocalendar().year}-W{monday.isocalendar().week:02}"
        there = (episodes["referred"] >= monday) & (episodes["referred"] < monday + timedelta(weeks=1))
        counted = Counter(name for name, is_there in zip(names, there, strict=True) if is_there)
        shown = {name: line[label] for name, line in trend.items() if line[label]}
        assert shown == counted | {"All sources": counted.total()} or not counted, f"{ago} weeks ago"


def test_referring_providers_are_those_of_the_export(
    book: Any, episodes: pandas.DataFrame, named: dict[str, str]
) -> None:
    providers = table(book["Referring providers"])
    counted = expected(episodes, "provider", named, unknown=True)
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    for name, line in counted.items():  # spellings that differ in capitals or dots only are one row
        by_key[plain(name)].update({header: count for header, count in line.items() if header != "Four-week average"})
    shown = {plain(name): line for name, line in providers.items() if name != "All providers"}
    assert shown.keys() == by_key.keys()
    for key, counts in by_key.items():
        assert {header: shown[key][header] for header in counts if header in shown[key]} == {
            header: count for header, count in counts.items() if not header.endswith("(week)")
        }, key


def test_what_no_list_knows_is_listed_and_counted_in_its_own_row(
    book: Any, sources: Rows, episodes: pandas.DataFrame, named: dict[str, str]
) -> None:
    needs = table(book["Needs a name"])
    since = min(WEEKS[-1], pandas.Timestamp("2026-01-01"))
    recent = episodes[(episodes["referred"] >= since) & (episodes["referred"] <= SUNDAY)]
    unknown = Counter(plain(text) for text in recent["source"] if name_of(text, named) == "Not yet named")
    assert unknown and {plain(text): line["Referrals"] for text, line in needs.items()} == unknown
    assert not set(unknown) & {plain(name) for name in sources}
    assert sources["Not yet named"]["Year to date"] > 0


def test_no_patient_stands_in_it(home: Path) -> None:
    whole = load_workbook(home / "var" / "reports" / "referrals-2026-W09.xlsx")
    cells = " ".join(str(cell) for sheet in whole for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    with sqlite3.connect(home / "var" / "clinic.sqlite") as database:
        people = database.execute("SELECT first_name || ' ' || last_name, email FROM patients").fetchall()
    assert [name for name, email in people if len(name) > 3 and name in cells or email and email in cells] == []


def test_the_same_run_again_gives_the_same_file(home: Path) -> None:
    path = home / "var" / "reports" / "referrals-2026-W09.xlsx"
    cells = contents(path)
    tools = open_tools(home, load_settings(home), NOW)
    try:
        from jobs.summarize_referrals import run

        outcome = run(tools, tools.today)
    finally:
        tools.store.close()
    assert (outcome.failed, outcome.files) == ("", (path,))
    assert contents(path) == cells
    assert [each.name for each in path.parent.glob("*referrals*")] == [path.name]


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    whole = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in whole}


HOSTILE = ('=HYPERLINK("http://bad.example","my doctor")', "=1+1", "+1", "-1+2", "@SUM(A1)", "\t=cmd")


@pytest.fixture(scope="module")
def small(opened_clinic: Clinic, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A clinic with a list of its own; its patients came last week, and typed what they liked."""
    clinic = opened_clinic.copied(tmp_path_factory.mktemp("small") / "clinic")
    (clinic.home / "config" / "referral_names.csv").write_text(
        "as_typed,name,channel,added_on,added_by\n"
        "google,Google search,online,2026-01-05,Fern\n"
        "gogle,Google search,online,2026-01-05,Fern\n"
        "dr. o'hara,Dr. O'Hara,physician,2026-01-05,Fern\n",
        "utf-8",
    )
    typed = ["Google", "GOOGLE!", " gogle ", "google search", "Dr O’Hara", "dr ohara", "Googol", "my gym", "My Gym.",
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
    assert needs["Googol"] == 1 and needs["My Gym."] == 2
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
    clinic.edit("config/referral_names.csv", "gogle,Google search,online", "gogle,Google search,onlin")
    ran = clinic.run("summarize_referrals", "2026-03-04 08:10")
    assert ran.code == 0 and len(ran.outcome.files) == 1
    (note,) = ran.outcome.notes
    assert note.startswith("config/referral_names.csv, line 3") and 'Did you mean "online"?' in note


def test_a_clinic_without_any_appointment_gets_a_workbook_that_says_so(clinic: Clinic) -> None:
    ran = clinic.run("summarize_referrals", "2026-03-04 08:00")
    assert ran.code == 0
    sheet = load_workbook(ran.outcome.files[0])["Sources"]
    assert sheet.cell(HEADER, 1).value == "No referrals are known yet."
