"""The sheets of names: texts that no name is known for, and what the others count as, with room for an answer.

What the office manager writes is read back by `answers`: the columns THIS_IS and NOTES of both tables, beside the text
in the column AS_TYPED. The names that she can choose from stand on the hidden sheet NAMES_SHEET.
"""

from collections.abc import Mapping, Sequence

from jobs.clinic.figures import Figures
from jobs.clinic.source_names import name_key
from jobs.clinic.tallies import MOST_TEXTS, NamedText, UnnamedText
from jobs.reports.period_words import day_or_none
from jobs.reports.sheets import DAY, GREEN, QUIET, TEXT, Book, Col, Value
from jobs.reports.source_sheets import TOP

SHEET, TABLE, NAMES_SHEET = "Needs a name", "NeedsAName", "Known names"
GIVEN_SHEET, GIVEN_TABLE = "Names given", "NamesGiven"
AS_TYPED, TYPED_AS, THIS_IS, NOTES = "As typed", "Typed as", "This is", "Notes"
SUGGESTIONS = 3
MOST_GIVEN = 300
UNDO = "-"

_WHERE = {"source": "how they heard of us", "provider": "who prescribed", "both": "both", "": ""}


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
    sheet.table(TOP, TABLE, columns, [_row(each, notes.get(name_key(each.text), ("", ""))) for each in shown])
    _drop_down(sheet.page, TOP + 1, TOP + len(shown), len(columns) - 2, len(known))


def given_sheet(book: Book, figures: Figures, known: Sequence[str], notes: Mapping[str, tuple[str, str]]) -> None:
    """What each text counts as, so that every merge can be seen and undone in the same way."""
    sheet = book.sheet(GIVEN_SHEET, landscape=True)
    sheet.heading(GIVEN_SHEET, "What each text counts as. Recognized: not in the list, and it can be no other source.")
    if not figures.named:
        sheet.text(TOP, 0, "No text that was typed has a name yet.", font_color=QUIET)
        return
    words = f"Wrong? Choose another name in the column This is, or a channel, as in Flyer (event). {UNDO} undoes it."
    sheet.text(2, 0, words, font_color=QUIET)
    shown = figures.named[:MOST_GIVEN]
    rest = ""
    if len(shown) < len(figures.named):
        rest = f" The {MOST_GIVEN} recognized or typed last are listed; all lines are in config/referral_names.csv."
    sheet.text(
        3, 0, f"Beside a source's own name, a new one renames the source, with all its texts.{rest}", font_color=QUIET
    )
    columns = [
        Col(AS_TYPED, 36, TEXT),
        Col("Counts as", 30, TEXT),
        Col("By", 13, TEXT),
        Col(TYPED_AS, 20, TEXT),
        Col("Referrals", 10),
        Col("Last", 13, DAY),
        Col(THIS_IS, 30, TEXT, entry=True),
        Col(NOTES, 34, TEXT, entry=True),
    ]
    rows: list[list[Value]] = [
        [each.shown, each.name, _by(each), _WHERE[each.where], each.referrals,
         day_or_none(each.last_on), *(words or None for words in notes.get(name_key(each.text), ("", "")))]
        for each in shown
    ]  # fmt: skip
    sheet.table(TOP, GIVEN_TABLE, columns, rows)
    _drop_down(sheet.page, TOP + 1, TOP + len(shown), len(columns) - 2, len(known), undo=True)


def _by(each: NamedText) -> str:
    return "recognized" if each.recognized else "its own name" if each.is_its_name else "your list"


def known_names_sheet(book: Book, known: Sequence[str]) -> None:
    """The names to choose from, on a sheet that is not shown."""
    names = book.sheet(NAMES_SHEET, landscape=False)
    for row, name in enumerate((UNDO, *known)):
        names.text(row, 0, name)
    names.page.hide()


def _row(each: UnnamedText, written: tuple[str, str]) -> list[Value]:
    suggestions = [*each.suggestions, *[""] * SUGGESTIONS][:SUGGESTIONS]
    days = [day_or_none(each.first_on), day_or_none(each.last_on)]
    return [each.text, _WHERE[each.where], each.referrals, *days, *(name or None for name in suggestions),
            *(words or None for words in written)]  # fmt: skip


def _drop_down(page: object, first: int, last: int, column: int, names: int, undo: bool = False) -> None:
    """A list to choose from; a name that is not in it may be written too, for it may be new."""
    page.data_validation(first, column, last, column, {  # type: ignore[attr-defined]
        "validate": "list",
        "source": f"='{NAMES_SHEET}'!$A${1 if undo else 2}:$A${1 + max(names, 1)}",
        "error_type": "information",
        "error_title": "A new name",
        "error_message": "This name is not in the list yet. Keep it if it is a new source.",
    })  # fmt: skip
