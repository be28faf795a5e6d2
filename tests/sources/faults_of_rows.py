"""Exports in which rows repeat, contradict or resemble each other, or are no appointments."""

from faulty_files import HEADER, Case, a_csv, a_workbook, good, person, with_row

_BILLED = (*HEADER, "CPT Code", "Diagnosis", "Billed")


def _lines():
    return [[*row, "97110", "M54.5", "45"] for row in good()] + [[*good()[2], "97140", "M25.561", "60"]]


CASES = (
    Case("one row per line of the bill", "csv", a_csv(_lines(), _BILLED), ()),
    Case("the same row twice", "csv", a_csv([*good(), good()[0]]), ()),
    Case("two rows of one number that differ", "csv", a_csv([*good(), person("Cal", 4, status="Cancelled")]), ()),
    Case("one slot under two numbers", "csv", a_csv([*good(), person("Cal", 4, id="A-other")]), (), ("Ann", "Bea", "Cal", "Cal")),
    Case("a blank row between", "xlsx", a_workbook([*good()[:2], ["", "", "", "", "", "", ""], good()[2]]), ()),
    Case("a short row", "csv", a_csv([*good(), ["A-short"]]), ()),
    Case("a row that is too long", "csv", a_csv([*good()[:2], [*good()[2], "and", "more"]]), ()),
    Case("an open quotation mark", "csv", a_csv(with_row(last='"Sample')), ()),
    Case("a line break in a cell", "csv", a_csv([*good()[:2], person("Cal", 4, last='"Sam\nple"')]), ()),
)
