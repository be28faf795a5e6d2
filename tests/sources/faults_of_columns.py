"""Exports whose columns are hard to find: where the header stands, how it is written, what is missing."""

from faulty_files import HEADER, Case, Row, a_csv, a_workbook, csv_bytes, drawn, fill, good, text
from xlsxwriter import Workbook

_SHOUTED = ("APPOINTMENT_ID", "patient  id", "first-name", "LAST NAME ", "E-Mail", "Start", "status:")
_OTHER_WORDS = ("Visit ID", "MRN", "Given Name", "Surname", "Email Address", "Appointment Date & Time", "Visit Status")
_LONGER = ("Nr", *HEADER[1:])


def _two_row_header(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    page.merge_range("A1:D1", "Patient")
    page.merge_range("E1:G1", "Appointment")
    rows = [(row[1], row[2], row[3], row[4], row[0], row[5], row[6]) for row in good()]
    fill(page, [("ID", "First Name", "Last Name", "Email", "ID", "Start", "Status"), *rows], 1)


def _merged_down(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    for column, name in enumerate(HEADER[:5]):
        page.merge_range(0, column, 1, column, name)
    page.merge_range("F1:G1", "Appointment")
    fill(page, [("", "", "", "", "", "Start", "Status")][:1], 1)
    for column, name in enumerate(HEADER[:5]):
        page.write(0, column, name)
    fill(page, good(), 2)


def _wrapped(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    fill(page, [("Appointment", "Patient", "First", "Last", "E-mail", "Appointment", "Appointment")])
    fill(page, [("ID", "ID", "Name", "Name", "Address", "Start", "Status"), *good()], 1)


def _title_merged(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    page.merge_range("A1:G2", "Lakeside Physical Therapy: appointments of March 2026")
    fill(page, [HEADER, *good()], 3)


def _second_sheet(book: Workbook) -> None:
    fill(book.add_worksheet("Read me"), [("This export was made by the practice system.",), ("Page", "Meaning")])
    fill(book.add_worksheet("Export"), [HEADER, *good()])


def _hidden_first(book: Workbook) -> None:
    hidden = book.add_worksheet("Old")
    fill(hidden, [HEADER, ["A9", "P9", "Zoe", "Sample", "zoe@patient.example", "2026-03-02 09:30", "Completed"]])
    page = book.add_worksheet("Export")
    fill(page, [HEADER, *good()])
    page.activate()
    page.set_first_sheet()
    hidden.hide()


def _merged_data(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    rows = good()
    fill(page, [HEADER, *rows])
    page.merge_range("G2:G4", "Completed")


def _beside(book: Workbook) -> None:
    page = book.add_worksheet("Export")
    for number, row in enumerate([HEADER, *good()], 4):
        page.write_row(number, 3, row)


def _pages() -> list[Row]:
    rows = good()
    return [rows[0], HEADER, *rows[1:]]


CASES = (
    Case("title rows above", "xlsx", a_workbook(good(), above=[["Lakeside"], ["March 2026"], []])),
    Case("a merged title above", "xlsx", drawn(_title_merged)),
    Case("title lines above a text table", "csv", text("Report;March\r\n\r\n" + csv_bytes(good()).decode())),
    Case("group names above the header", "xlsx", drawn(_two_row_header)),
    Case("a header in two rows with merged cells", "xlsx", drawn(_merged_down)),
    Case("a header wrapped over two rows", "xlsx", drawn(_wrapped)),
    Case("columns that begin at D5", "xlsx", drawn(_beside)),
    Case("the header again on each page", "csv", a_csv(_pages())),
    Case("a total row below", "xlsx", a_workbook(good(), below=[[], ["Total", "", "", "", "", "", 3]])),
    Case("a total row below a text table", "csv", a_csv([*good(), ["", "", "", "Grand Total: 3", "", "", ""]])),
    Case("the table on the second sheet", "xlsx", drawn(_second_sheet)),
    Case("a hidden old sheet in front", "xlsx", drawn(_hidden_first)),
    Case("a sheet that is not there", "xlsx", a_workbook(good()), (), {"sheet": "March"}),
    Case("a mark in front of the first header", "csv", a_csv(good(), encoding="utf-8-sig")),
    Case("headers in other case with dashes and blanks", "csv", a_csv(good(), _SHOUTED)),
    Case("headers in other words", "xlsx", a_workbook(good(), _OTHER_WORDS)),
    Case(
        "a header that stands twice",
        "csv",
        a_csv([[*row, "x@patient.example"] for row in good()], (*HEADER, "Email")),
    ),
    Case(
        "a column that settings name and the file has not",
        "csv",
        a_csv(good()),
        (),
        {"columns": {"referral_source": "How heard"}},
    ),
    Case(
        "a column that settings name and that was renamed",
        "csv",
        a_csv(good(), ("Visit Nr", *HEADER[1:])),
        (),
        {"columns": {"appointment_id": "Visit No"}},
    ),
    Case("no column with a start", "csv", a_csv([row[:5] for row in good()], HEADER[:5]), ()),
    Case(
        "no column with a patient",
        "csv",
        a_csv([[row[0], row[5]] for row in good()], ("Appointment ID", "Start")),
        (),
    ),
    Case("no header at all", "csv", text("\r\n".join(",".join(map(str, row)) for row in good())), ()),
    Case("a header and no rows", "csv", a_csv([]), ()),
    Case("merged cells in the rows", "xlsx", drawn(_merged_data)),
)
