"""Exports in which one value is not what it should be."""

from datetime import date, datetime

from faulty_files import HEADER, Case, Row, a_csv, a_workbook, drawn, fill, good, person, with_row
from xlsxwriter import Workbook

_MOMENT = datetime(2026, 3, 5, 9, 30)  # noqa: DTZ001  a workbook's cells have no zone
_AT_HALF_PAST_NINE = "2026-03-05T14:30:00Z"
_AND_DAN = ("Ann", "Bea", "Cal", "Dan")
_DATED = ("Appointment ID", "Patient ID", "First Name", "Last Name", "Email", "Date", "Time", "Status")


def _with_time(day: str, at: str) -> list[Row]:
    rows = [[*row[:5], f"2026-03-0{n}", "9:30 AM", row[6]] for n, row in enumerate(good(), 2)]
    dan = person("Dan")
    return [*rows, [*dan[:5], day, at, dan[6]]]


def _zoned(zone: str) -> list[Row]:
    rows = [[*row, "America/New_York"] for row in good()]
    return [*rows, [*person("Dan", 5), zone]]


def _formula(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    fill(page, [HEADER, *good(), person("Dan", 5, start="")])
    page.write_formula("F5", "=NOW()", None, "")


def _starts(*starts: object) -> list[Row]:
    return [person(name, 2, start=start) for name, start in zip(_AND_DAN, starts, strict=True)]


def _serial(day: int) -> float:
    return (date(2026, 3, day) - date(1899, 12, 30)).days + 9.5 / 24


def _name_in_one(name: str) -> tuple[Row, list[Row]]:
    header = ("Appointment ID", "Patient Name", "Email", "Start", "Status")
    return header, [[row[0], f"{row[3]}, {row[2]}", *row[4:]] for row in good()] + [
        ["A9", name, "dan@patient.example", "2026-03-05 09:30", "Completed"]
    ]


CASES = (
    Case("a word for a date", "csv", a_csv(with_row(start="next tuesday"))),
    Case("a day that the calendar has not", "csv", a_csv(with_row(start="02/30/2026 09:30"))),
    Case("an empty start", "xlsx", a_workbook(with_row(start=""))),
    Case("a date against the order", "csv", a_csv(with_row(start="25/03/2026 09:30"))),
    Case("a date that could be two", "csv", a_csv(with_row(start="03/04/2026 09:30")), settings={"date_order": ""}),
    Case(
        "a date that could be two among dates that tell",
        "csv",
        a_csv([*with_row(start="25/03/2026 09:30"), person("Eli", 6, start="03/04/2026 09:30")]),
        _AND_DAN,
        settings={"date_order": ""},
    ),
    Case("a year far away", "csv", a_csv(with_row(start="2126-03-05 09:30"))),
    Case("serial numbers for dates", "csv", a_csv(_starts(*(_serial(day) for day in (2, 3, 4, 5)))), _AND_DAN),
    Case(
        "dates of the 1904 system",
        "xlsx",
        a_workbook([person(name, start=_MOMENT) for name in _AND_DAN], date_1904=True),
        _AND_DAN,
        starts=_AT_HALF_PAST_NINE,
    ),
    Case(
        "dates in words",
        "csv",
        a_csv(_starts("March 5 2026 9:30 am", "5 Mar 2026 09:30", "Thu Mar 5 2026 9:30 AM", "2026-03-05T09:30")),
        _AND_DAN,
        starts=_AT_HALF_PAST_NINE,
    ),
    Case(
        "dates with offsets",
        "csv",
        a_csv(
            _starts(
                "2026-03-05T09:30:00-05:00",
                "2026-03-05T14:30:00Z",
                "2026-03-05 09:30:00 EST",
                "2026-03-05T09:30:00-0500",
            )
        ),
        _AND_DAN,
        starts=_AT_HALF_PAST_NINE,
    ),
    Case("a time in its own column that is none", "csv", a_csv(_with_time("2026-03-05", "morning"), _DATED), _AND_DAN),
    Case("a time in its own column that is missing", "csv", a_csv(_with_time("2026-03-05", ""), _DATED), _AND_DAN),
    Case("a time that the clocks skip", "csv", a_csv(with_row(start="2026-03-08 02:30")), _AND_DAN),
    Case("a zone that nobody knows", "csv", a_csv(_zoned("Mars/Base"), (*HEADER, "Time Zone"))),
    Case("a formula without its result", "xlsx", drawn(_formula)),
    Case("an appointment number that Excel shortened", "csv", a_csv(with_row(id="1.23E+10")), _AND_DAN),
    Case("a patient number that Excel shortened", "csv", a_csv(with_row(patient="1.23E+10")), _AND_DAN),
    Case(
        "a phone number that Excel shortened",
        "csv",
        a_csv([[*row, "5550100"] for row in good()] + [[*person("Dan", 5), "1.5555E+9"]], (*HEADER, "Phone")),
        _AND_DAN,
    ),
    Case("a status that nobody knows", "csv", a_csv(with_row(status="gone fishing"))),
    Case(
        "a status that the clinic taught",
        "csv",
        a_csv(with_row(status="gone fishing")),
        _AND_DAN,
        {"statuses": {"Gone fishing": "no_show"}},
    ),
    Case("a status in odd spelling", "csv", a_csv(with_row(status=" NO-show ")), _AND_DAN),
    Case("an address without its domain", "csv", a_csv(with_row(email="dan at home")), _AND_DAN),
    Case("an address with a blank at its mark", "csv", a_csv(with_row(email="dan @patient.example")), _AND_DAN),
    Case("an address with a blank inside", "csv", a_csv(with_row(email="dan sample@patient.example")), _AND_DAN),
    Case(
        "two addresses in one cell",
        "csv",
        a_csv(with_row(email="dan@patient.example; don@patient.example")),
        _AND_DAN,
    ),
    Case(
        "an address typed to get past the form",
        "csv",
        a_csv(
            [
                person("Dan", 4, email="none@none.com"),
                person("Eli", 5, email="noemail@patient.example"),
                person("Flo", 6, email="declined"),
            ]
        ),
        ("Dan", "Eli", "Flo"),
    ),
    Case("a test patient", "csv", a_csv(with_row(first="TEST"))),
    Case("a patient not to be used", "csv", a_csv(with_row(last="DO NOT USE"))),
    Case(
        "several names in one cell",
        "csv",
        a_csv(_name_in_one("Dan & Dora Sample")[1], _name_in_one("")[0], delimiter=";"),
        ("Ann", "Bea", "Cal", ""),
    ),
    Case("two patients in a first name", "csv", a_csv(with_row(first="Dan and Dora")), ("Ann", "Bea", "Cal", "")),
    Case(
        "a name with the last name first",
        "csv",
        a_csv(_name_in_one("Sample, Dan")[1], _name_in_one("")[0], delimiter=";"),
        _AND_DAN,
    ),
    Case("nobody's row", "csv", a_csv(with_row(patient="", first="", last="", email=""))),
    Case(
        "an amount in words",
        "csv",
        a_csv([[*row, "$120.00"] for row in good()] + [[*person("Dan", 5), "a lot"]], (*HEADER, "Billed")),
        _AND_DAN,
    ),
    Case(
        "a consent that is neither yes nor no",
        "csv",
        a_csv([[*row, "yes"] for row in good()] + [[*person("Dan", 5), "maybe"]], (*HEADER, "Email Consent")),
        _AND_DAN,
    ),
    Case(
        "a birth date in words",
        "csv",
        a_csv([[*row, "1984-08-02"] for row in good()] + [[*person("Dan", 5), "long ago"]], (*HEADER, "DOB")),
        _AND_DAN,
    ),
    Case(
        "an end before the start",
        "csv",
        a_csv(
            [[*row, "2026-03-09 10:00"] for row in good()] + [[*person("Dan", 5), "2026-03-01 10:00"]], (*HEADER, "End")
        ),
        _AND_DAN,
    ),
    Case(
        "a length in words",
        "csv",
        a_csv([[*row, "45 min"] for row in good()] + [[*person("Dan", 5), "short"]], (*HEADER, "Duration")),
        _AND_DAN,
    ),
    Case(
        "a mark of cancelling that says nothing",
        "csv",
        a_csv([[*row, ""] for row in good()] + [[*person("Dan", 5), "perhaps"]], (*HEADER, "Cancelled")),
    ),
    Case("hidden characters", "csv", a_csv(with_row(first="\u200bDan\u00a0", status="\ufeffCompleted")), _AND_DAN),
    Case("an error value of Excel", "csv", a_csv(with_row(start="#REF!"))),
    Case("a cell that is an error", "xlsx", a_workbook(with_row(start="=1/0"))),
)
