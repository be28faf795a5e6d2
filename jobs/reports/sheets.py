"""What every sheet of ours has in common: fonts, colours, number formats, tables, print set-up, safe text.

Colours are from the palette of Okabe and Ito, which people with any of the usual colour blindnesses can tell apart.
Text from outside is only ever written with `Sheet.text`: it cannot become a formula, a link or a number.
"""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from jobs.clinic.cells import tidy

BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#8A8A8A",
)
INK, QUIET, LINE, BAND = "#1F2A37", "#5B6673", "#C9D3DC", "#EAF1F7"
ENTRY = "#FFF8E1"  # where somebody may write
FONT = "Calibri"
LONGEST_TEXT = 2000
_BOLD_LETTER = 0.8  # how wide it usually is, in the unit of columns

COUNT, AVERAGE, RATE, DAY, TEXT, SPARK = "#,##0;-#,##0;0", "#,##0.0", "0.0%", "mmm d, yyyy", "@", ""
MONEY, MOMENT = "#,##0", "mmm d, yyyy h:mm"
SPACED = "#,##0_m;-#,##0_m;0_m"  # a count that does not touch what stands to its right

Value = str | int | float | date | None


class Col(NamedTuple):
    """One column of a table.

    `total` stands in the row under the table: a label, a number, the word sum, or a formula in which a header in
    braces stands for that column's own total. `total_value` is what sum or formula comes to, for programs that show a
    workbook without calculating it.
    """

    header: str
    width: float
    form: str = COUNT
    total: Value = None
    total_value: Value = None
    band: str = ""  # what stands above this column and the next ones of the same band
    entry: bool = False  # somebody writes into it


WRITTEN_AS = "Written as"
"""The property of a workbook that holds the name of its file as it was written."""


class Book:
    """One workbook in memory."""

    def __init__(self, title: str, author: str, name: str = "") -> None:
        """`name`: by it the workbook is known again under whatever name somebody saves it."""
        self._content = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,  # Excel has none; moments come in the clinic's zone
        }
        self.file = xlsxwriter.Workbook(self._content, options)
        self.file.set_properties({"title": title, "author": author})
        if name:
            self.file.set_custom_property(WRITTEN_AS, name)
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def form(self, **looks: Any) -> Format:
        """A cell format; equal ones are made once."""
        looks = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"} | looks
        key = tuple(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(looks)
        return self._formats[key]

    def sheet(self, name: str, *, landscape: bool) -> "Sheet":
        return Sheet(self, name, landscape)

    def finished(self) -> bytes:
        self.file.close()
        return self._content.getvalue()


class Sheet:
    """One sheet: prints one page wide, with its name and the page number at the foot."""

    def __init__(self, book: Book, name: str, landscape: bool) -> None:
        self.book = book
        self._heights: dict[int, int] = {}
        self.page: Worksheet = book.file.add_worksheet(name)
        self.page.hide_gridlines(2)
        self.page.set_paper(1)  # US Letter
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(left=0.35, right=0.35, top=0.6, bottom=0.7)
        self.page.set_footer("&L&9&A&R&9Page &P of &N")
        self.page.set_default_row(16)
        if landscape:
            self.page.set_landscape()

    def text(self, row: int, column: int, words: str, **looks: Any) -> None:
        """Text as text, whatever it starts with."""
        self.page.write_string(row, column, safe_text(words), self.book.form(**looks))

    def heading(self, title: str, note: str = "") -> None:
        """The sheet's title and a line about it."""
        self.page.set_row(0, 28)
        self.text(0, 0, title, font_size=18, bold=True, font_color=BLUE)
        self.page.set_row(1, 18)
        self.text(1, 0, note, font_color=QUIET)

    def table(
        self,
        top: int,
        name: str,
        columns: Sequence[Col],
        rows: Sequence[Sequence[Value]],
        forms: Sequence[Sequence[str | None]] = (),
        *,
        frozen: bool = True,
    ) -> None:
        """A table with filters, its header in row `top`, its totals under it, the header and first column frozen.

        `forms`: where the rows of a table are figures of different kinds, the number format of each cell.

        The totals stand outside the table, so that sorting and filtering leave them where they are; they follow what
        the filter shows. `rows` must not be empty: Excel repairs a table without rows.
        """
        looks = {"text_wrap": True, "align": "center", "border": 1, "border_color": LINE}
        header = self.book.form(bold=True, font_color="#FFFFFF", bg_color=BLUE, **looks)
        described = [{"header": column.header, "header_format": header} for column in columns]
        options = {"name": name, "style": None, "columns": described}
        self.page.add_table(top, 0, top + len(rows), len(columns) - 1, options)
        wrapped = any(len(column.header) > column.width - 2 for column in columns)
        self.page.set_row(top, 54 if wrapped else 34)  # the filter's button stands under the words
        self._bands(top - 1, columns)
        for number, column in enumerate(columns):
            self.page.set_column(number, number, column.width)
            own = [row[number] for row in forms] if forms else None
            beside = number > 0 and column.form == TEXT and columns[number - 1].form not in (TEXT, SPARK)
            self._fill(top + 1, number, column, [row[number] for row in rows], own, indent=int(beside))
        if any(column.total is not None for column in columns):
            self._totals(top + 1, top + 1 + len(rows), columns)
        if frozen:
            self.page.freeze_panes(top + 1, 1)
            self.page.repeat_rows(top)

    def _bands(self, row: int, columns: Sequence[Col]) -> None:
        first, wide = 0, {"align": "center", "valign": "vcenter", "text_wrap": True}
        for band, group in groupby(columns, key=lambda column: column.band):
            widths = [column.width for column in group]
            last = first + len(widths) - 1
            looks = self.book.form(bold=True, bg_color=BAND, font_color=BLUE, left=1, left_color=LINE, **wide)
            if len(band) * _BOLD_LETTER > sum(widths):  # one column of money under "Revenue of this year's"
                self.page.set_row(row, 30)
            if band and last > first:
                self.page.merge_range(row, first, row, last, band, looks)
            elif band:
                self.page.write_string(row, first, band, looks)
            first = last + 1

    def _fill(
        self,
        top: int,
        number: int,
        column: Col,
        cells: Sequence[Value],
        forms: Sequence[str | None] | None = None,
        indent: int = 0,
    ) -> None:
        """One column of values; None leaves a cell empty, never zero. A long text gets lines enough to be read, and one
        beside a number stands apart from it."""
        looks: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        looks |= {"text_wrap": True} if column.form == TEXT else {}
        looks |= {"indent": indent} if indent else {}
        looks |= {"num_format": column.form} if column.form not in (TEXT, SPARK) else {}
        looks |= {"align": "center"} if column.form.startswith("mmm") else {}
        looks |= {"bg_color": ENTRY, "locked": False} if column.entry else {}
        form = self.book.form(**looks)
        for row, value in enumerate(cells, top):
            own = forms[row - top] if forms else None
            self._put(row, number, value, self.book.form(**(looks | {"num_format": own})) if own else form)
            if isinstance(value, str) and len(value) > column.width:
                self._heights[row] = max(self._heights.get(row, 0), 14 * ceil(len(safe_text(value)) / column.width) + 3)
                self.page.set_row(row, min(self._heights[row], 120))

    def value(self, row: int, column: int, value: Value, **looks: Any) -> None:
        """One value by its type."""
        self._put(row, column, value, self.book.form(**looks))

    def _put(self, row: int, column: int, value: Value, form: Format) -> None:
        if isinstance(value, str):
            self.page.write_string(row, column, safe_text(value), form)
        elif isinstance(value, date):
            self.page.write_datetime(row, column, value, form)
        elif value is None:
            self.page.write_blank(row, column, None, form)
        else:
            self.page.write_number(row, column, value, form)

    def wide(self, row: int, first: int, last: int, value: Value, **looks: Any) -> None:
        """One value over several columns."""
        if last > first:
            self.page.merge_range(row, first, row, last, "", self.book.form(**looks))
        self.value(row, first, value, **looks)

    def _totals(self, first: int, row: int, columns: Sequence[Col]) -> None:
        self.page.set_row(row, 20)
        cells = {column.header: xl_rowcol_to_cell(row, number) for number, column in enumerate(columns)}
        for number, column in enumerate(columns):
            looks: dict[str, Any] = {"bold": True, "top": 2, "top_color": BLUE, "bg_color": BAND}
            if column.form not in (TEXT, SPARK):
                looks["num_format"] = column.form
            total = column.total
            if total == "sum":
                total = f"=SUBTOTAL(109,{xl_range(first, number, row - 1, number)})"
            if isinstance(total, str) and total.startswith("="):
                formula = total.format_map(cells)
                self.page.write_formula(row, number, formula, self.book.form(**looks), _cached(column.total_value))
            else:
                self.value(row, number, total, **looks)

    def checks(self, row: int, checks: Sequence[tuple[str, str, int, int]], note: str) -> int:
        """Sums beside the same count made apart, and whether they agree. Each check: words, the cells that are summed,
        what they come to (for programs that show a workbook without calculating it), the count. Gives the row after
        them."""
        for place, words in enumerate(("Check: it adds up", "", "Sum", "Counted", "")):
            self.text(row, place, words, bold=True, text_wrap=True, font_color=BLUE, bottom=1)
        for words, cells, come_to, counted in checks:
            row += 1
            self.text(row, 0, words)
            self.page.write_formula(row, 2, f"=SUM({cells})", self.book.form(num_format=COUNT), come_to)
            self.value(row, 3, counted, num_format=COUNT)
            agree = f'=IF(C{row + 1}=D{row + 1},"agrees","DIFFERS")'
            said = "agrees" if come_to == counted else "DIFFERS"
            self.page.write_formula(row, 4, agree, self.book.form(bold=True, font_color=GREEN, indent=1), said)
            differs = self.book.file.add_format({"font_color": "#FFFFFF", "bg_color": VERMILLION})
            rule = {"type": "cell", "criteria": "==", "value": '"DIFFERS"', "format": differs}
            self.page.conditional_format(row, 4, row, 4, rule)
        self.text(row + 1, 0, note, font_color=QUIET)
        return row + 2


def chart_font(size: int) -> dict[str, object]:
    return {"name": FONT, "size": size, "color": INK, "bold": False}


def titled(chart: Chart, title: str) -> None:
    chart.set_title({"name": title, "name_font": chart_font(11) | {"bold": True}, "overlay": False})
    chart.set_chartarea({"border": {"color": LINE}})


def _cached(value: Value) -> str | float:
    return value if isinstance(value, str | int | float) else ""


def safe_text(words: str) -> str:
    """What a person sees of the text, without what would break the file or hide in the cell."""
    plain = tidy(words).encode("utf-8", "replace").decode()
    return plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…"


def shortened(words: str, length: int) -> str:
    """A name for a chart's label, cut so that it leaves room for the chart."""
    plain = safe_text(words)
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
