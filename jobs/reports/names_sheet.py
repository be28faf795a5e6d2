"""The sheet Needs a name: texts that no name is known for, with room for the office manager's answer.

What she writes is read back from this sheet: the columns THIS_IS and NOTES of the table TABLE, beside the text in the
column AS_TYPED. The names that she can choose from stand on the hidden sheet NAMES_SHEET.
"""

from collections.abc import Mapping, Sequence

from jobs.clinic.figures import Figures, UnnamedText
from jobs.reports.period_words import day_or_none
from jobs.reports.sheets import DAY, GREEN, QUIET, TEXT, Book, Col, Value
from jobs.reports.source_sheets import TOP

SHEET, TABLE, NAMES_SHEET = "Needs a name", "NeedsAName", "Known names"
AS_TYPED, TYPED_AS, THIS_IS, NOTES = "As typed", "Typed as", "This is", "Notes"
SUGGESTIONS = 3
MOST_TEXTS = 300  # of the texts without a name: more are not read in a week

_WHERE = {"source": "how they heard of us", "provider": "who prescribed", "both": "both"}


def names_sheet(book: Book, figures: Figures, known: Sequence[str], notes: Mapping[str, tuple[str, str]]) -> None:
    """The texts without a name, most referrals first. `known`: the names to choose from; `notes`: what she had written
    last week beside a text, as (this is, notes), which stays until it is settled."""
    sheet = book.sheet(SHEET, landscape=True)
    sheet.heading(SHEET, "Texts that config/referral_names.csv does not know. Nothing is guessed into another's row.")
    if not figures.unnamed:
        sheet.text(TOP, 0, "Every text that was typed has a name.", font_color=GREEN, bold=True)
        return
    sheet.text(
        2, 0, "Choose what a text stands for in the column This is, or write a new name there.", font_color=QUIET
    )
    shown = figures.unnamed[:MOST_TEXTS]
    if len(shown) < len(figures.unnamed):
        rest = len(figures.unnamed) - len(shown)
        words = f"The {MOST_TEXTS} most frequent are listed; {rest:,} rarer ones follow as these are named."
        sheet.text(3, 0, words, font_color=QUIET)
    columns = [
        Col(AS_TYPED, 36, TEXT),
        Col(TYPED_AS, 20, TEXT),
        Col("Referrals", 10),
        Col("First", 13, DAY),
        Col("Last", 13, DAY),
        *(Col(f"Suggestion {number}", 24, TEXT) for number in range(1, SUGGESTIONS + 1)),
        Col(THIS_IS, 30, TEXT, entry=True),
        Col(NOTES, 34, TEXT, entry=True),
    ]
    sheet.table(TOP, TABLE, columns, [_row(each, notes.get(each.text, ("", ""))) for each in shown])
    if known:
        _drop_down(book, sheet.page, TOP + 1, TOP + len(shown), len(columns) - 2, known)


def _row(each: UnnamedText, written: tuple[str, str]) -> list[Value]:
    suggestions = [*each.suggestions, *[""] * SUGGESTIONS][:SUGGESTIONS]
    days = [day_or_none(each.first_on), day_or_none(each.last_on)]
    return [each.text, _WHERE[each.where], each.referrals, *days, *(name or None for name in suggestions),
            *(words or None for words in written)]  # fmt: skip


def _drop_down(book: Book, page: object, first: int, last: int, column: int, known: Sequence[str]) -> None:
    """A list to choose from; a name that is not in it may be written too, for it may be new."""
    names = book.sheet(NAMES_SHEET, landscape=False)
    names.text(0, 0, "Names", bold=True)
    for row, name in enumerate(known, 1):
        names.text(row, 0, name)
    names.page.hide()
    page.data_validation(first, column, last, column, {  # type: ignore[attr-defined]
        "validate": "list",
        "source": f"='{NAMES_SHEET}'!$A$2:$A${len(known) + 1}",
        "error_type": "information",
        "error_title": "A new name",
        "error_message": "This name is not in the list yet. Keep it if it is a new source.",
    })  # fmt: skip
