"""The clinic's own figures: Figures (every figure by period) and Funnel (what becomes of new patients)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from jobs.clinic.figures import Attendance, Figures, Funnel
from jobs.clinic.tallies import part_of
from jobs.reports.definitions import benchmark_of
from jobs.reports.period_words import words_of
from jobs.reports.sheets import (
    AVERAGE,
    BAND,
    BLUE,
    COUNT,
    LINE,
    MONEY,
    ORANGE,
    QUIET,
    RATE,
    TEXT,
    VERMILLION,
    Book,
    Col,
    Sheet,
    Value,
    chart_font,
    titled,
)
from jobs.reports.source_sheets import TOP, money

OUTCOMES = ("visits", "no_shows", "late_cancels", "cancelled_in_time", "rescheduled", "without_outcome", "ahead")
"""The parts that all appointments are the sum of, as `Attendance` names them."""


class Row(NamedTuple):
    """One figure, by the periods' names; a rate has no average of its own but that of the weeks together."""

    title: str
    form: str
    by_period: Mapping[str, float | None]

    @property
    def is_rate(self) -> bool:
        return self.form in (RATE, AVERAGE)


def figure_rows(figures: Figures) -> list[Row]:
    """Every figure of the clinic as a whole, for each period."""
    tally = figures.total.tally
    names = tuple(figures.evaluations)

    def attended(title: str, of: Callable[[Attendance], float | None], form: str = COUNT) -> Row:
        return Row(title, form, {name: of(figures.attended[name]) for name in names})

    return [
        Row("New patients", COUNT, {name: getattr(tally, name) for name in names}),
        Row("Evaluations kept", COUNT, figures.evaluations),
        attended("Visits", lambda each: each.visits),
        attended("No-shows", lambda each: each.no_shows),
        attended("Late cancels", lambda each: each.late_cancels),
        attended("Cancelled in time", lambda each: each.cancelled_in_time),
        attended("Rescheduled", lambda each: each.rescheduled),
        attended("Without outcome", lambda each: each.without_outcome),
        attended("Still ahead", lambda each: each.ahead),
        attended("All appointments", lambda each: each.appointments),
        attended("Due", lambda each: each.due),
        attended("Arrival rate", lambda each: each.arrival_rate, RATE),
        attended("No-show rate", lambda each: each.no_show_rate, RATE),
        attended("Late-cancel rate", lambda each: each.late_cancel_rate, RATE),
        attended("Billed", lambda each: money(each.billed_cents), MONEY),
        attended("Visits with billed", lambda each: each.billed_share, RATE),
        attended("Paid", lambda each: money(each.paid_cents), MONEY),
        attended("Visits with paid", lambda each: each.paid_share, RATE),
        Row("Conversion", RATE, {"year": tally.conversion, "last_year": tally.last_year_conversion}),
        Row("Days to evaluation", AVERAGE, {"year": figures.total.days_to_evaluation}),
        Row("Dropped out", COUNT, {"year": tally.dropped}),
    ]


def figures_sheet(book: Book, figures: Figures) -> None:
    """One row per figure, one column per period, a published figure beside it where there is one."""
    sheet = book.sheet("Figures", landscape=True)
    sheet.heading("Figures", "The clinic as a whole. An empty cell means that it is not known.")
    words, kind = words_of(figures.periods), figures.periods.kind
    headers = {"shown": words.shown, "previous": words.previous, "before": words.average}
    headers |= {"month": "Month to date"} if kind == "week" else {}
    headers |= {"quarter": "Quarter to date", "year": "Year to date", "last_year": "Same period last year"}
    headers |= {"same_last_year": words.same_last_year}
    if kind == "year":  # the others would say the same once more
        headers = {"year": words.shown, "last_year": words.previous}
    columns = [Col("Figure", 22, TEXT), *(Col(header, 12) for header in headers.values())]
    columns += [Col("Published", 10, RATE), Col("Published by", 44, TEXT)]
    units = len(figures.periods.before)
    rows, forms = [], []
    for row in figure_rows(figures):
        known = benchmark_of(row.title)
        cells = [_cell(row, name, units) if figures.reaches(name) else None for name in headers]
        by = f"{known.words} ({known.source})" if known else ""
        rows.append([row.title, *cells, known.value if known else None, by])
        average = "#,##0.0" if row.form == COUNT else row.form
        forms.append([None, *(average if name == "before" else row.form for name in headers), None, None])
    sheet.table(TOP, "Figures", columns, rows, forms)
    note = "All appointments is the sum of the seven rows above it, from Visits to Still ahead."
    sheet.text(TOP + len(rows) + 2, 0, note, font_color=QUIET)


def _cell(row: Row, name: str, units: int) -> Value:
    value = row.by_period.get(name)
    return value / units if name == "before" and value is not None and not row.is_rate else value


_STEPS = (
    ("New patients", "referred"),
    ("Still ahead", "ahead"),
    ("Not evaluated, nothing ahead", "not_evaluated"),
    ("Evaluated", "evaluated"),
    ("Came a second time", "second_visit"),
    ("Came six times or more", "six_visits"),
    ("In care", "in_care"),
    ("Discharged", "discharged"),
    ("Dropped out", "dropped"),
)
_DRAWN = ("referred", "evaluated", "second_visit", "six_visits", "discharged", "dropped")


def funnel_sheet(book: Book, figures: Figures) -> None:
    """What became of the new patients, step by step, as a table and as bars."""
    sheet = book.sheet("Funnel", landscape=False)
    sheet.heading("Funnel", "What became of new patients by today. The shares are of all new patients of that column.")
    columns = [Col("Step", 30, TEXT)]
    funnels, words = figures.funnels, words_of(figures.periods)
    if words.unit == "year":  # the first would be the second once more
        titles = words.shown, words.previous
        funnels = tuple(one._replace(title=title) for one, title in zip(funnels[1:], titles, strict=True))
    for funnel in funnels:
        title = _short(funnel.title)
        columns += [Col(title, 13, band=funnel.title), Col(f"Share, {title.lower()}", 13, RATE, band=funnel.title)]
    rows: list[list[Value]] = []
    for title, step in _STEPS:
        row: list[Value] = [title]
        for funnel in funnels:
            known = funnel is not funnels[-1] or figures.reaches("last_year")
            row += [getattr(funnel, step), part_of(getattr(funnel, step), funnel.referred)] if known else [None, None]
        rows.append(row)
    sheet.table(TOP, "Funnel", columns, rows)
    under = TOP + len(rows) + 2
    notes = (
        "In care, discharged and dropped out are the evaluated ones, each counted once.",
        "Figures and Sources also count as discharged or dropped out who had visits but never a kept evaluation.",
    )
    for place, note in enumerate(notes, under):
        sheet.text(place, 0, note, font_color=QUIET)
    if funnels[0].referred:
        _funnel_chart(sheet, under + len(notes) + 1, funnels[0])


def _short(title: str) -> str:
    return {"Same period last year": "Last year", "Year to date": "This year"}.get(title, title)


def _funnel_chart(sheet: Sheet, top: int, funnel: Funnel) -> None:
    """Bars of the first column, drawn from rows of their own under the chart: the order differs from the table's."""
    header = top + 18
    sheet.text(header, 0, "In the chart", bold=True, font_color=BLUE, bottom=1, bottom_color=LINE)
    titles = dict((step, title) for title, step in _STEPS)
    for row, step in enumerate(_DRAWN, header + 1):
        sheet.text(row, 0, titles[step])
        sheet.value(row, 1, getattr(funnel, step), num_format=COUNT)
    last = header + len(_DRAWN)
    chart = sheet.book.file.add_chart({"type": "bar"})
    colours = [VERMILLION if step == "dropped" else ORANGE if step == "discharged" else BLUE for step in _DRAWN]
    chart.add_series({
        "categories": ["Funnel", header + 1, 0, last, 0],
        "values": ["Funnel", header + 1, 1, last, 1],
        "points": [{"fill": {"color": colour}} for colour in colours],
        "gap": 40,
        "data_labels": {"value": True, "font": chart_font(9)},
    })  # fmt: skip
    titled(chart, f"New patients of {'the ' if 'Twelve' in funnel.title else ''}{funnel.title.lower()}")
    chart.set_y_axis({"reverse": True, "crossing": "max", "num_font": chart_font(9), "line": {"color": LINE},
                      "interval_unit": 1, "major_tick_mark": "none",
                      "major_gridlines": {"visible": False}})  # fmt: skip
    chart.set_x_axis({"name": "Patients", "name_font": chart_font(9), "num_font": chart_font(9),
                      "min": 0, "line": {"none": True},
                      "major_gridlines": {"visible": True, "line": {"color": BAND}}})  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_size({"width": 640, "height": 320})
    looks = {"x_offset": 2, "y_offset": 2, "description": "What became of new patients"}
    sheet.page.insert_chart(top, 0, chart, looks)
