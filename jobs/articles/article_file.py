"""What config/articles.csv and config/words.csv hold: their columns, and what a missing one means."""

from jobs.clinic.faults import Fault
from jobs.clinic.office_list import ListForm, Row
from jobs.clinic.office_list import read_rows as rows_of

ARTICLES = ListForm(
    ("slug", "title", "url", "topics", "icd10", "summary", "published", "purpose", "off"),
    ("confirmed", "note"),
    frozenset(("icd10", "summary", "published")),
    "The articles go on without it.",
    "Letters with articles wait until it has one.",
)
"""Without a summary an article is still what it is. Without `off` or `purpose` nobody could say what may be sent."""

WORDS = ListForm(
    ("words", "means"),
    ("note",),
    frozenset(),
    "The words go on without it.",
    "None of its words counts until it has one.",
)


def read_rows(content: bytes, file: str, form: ListForm = ARTICLES) -> tuple[list[Row], list[Fault]]:
    """Every row that says anything and can be told apart, and the faults of the file as such."""
    return rows_of(content, file, form)
