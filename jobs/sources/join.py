"""Putting the columns of a second file, commonly of patients, beside those of the first."""

from typing import NamedTuple

from jobs.sources.carried_rows import Columns
from jobs.sources.header_row import KEY, Unreadable


class Joined(NamedTuple):
    """The columns of the first file with those of the second, and how many rows found nothing in it."""

    columns: Columns
    unmatched: int


def join_columns(first: Columns, second: Columns, second_name: str, key_name: str) -> Joined:
    """Add to each row of `first` the row of `second` with the same key; the first file's own columns win.

    Rows without a partner stay, with empty texts. Raises Unreadable where a key stands twice in the second file:
    nobody is to get another person's letter.
    """
    import pandas  # only where two files are joined: it takes longer to load than a workbook takes to read

    added = {meaning: texts for meaning, texts in second.items() if meaning == KEY or meaning not in first}
    right = pandas.DataFrame(added, dtype=object)
    right = right[right[KEY] != ""]
    left = pandas.DataFrame({KEY: first[KEY]}, dtype=object)
    try:
        merged = left.merge(right, how="left", on=KEY, validate="many_to_one", indicator="found")
    except pandas.errors.MergeError:
        twice = int(right[KEY].duplicated().sum())
        raise Unreadable(
            f'{twice} of the {len(right)} rows of {second_name} repeat a value of "{key_name}", which must be unique.',
            "Join on a column that is unique in that file, or remove the repeated rows.",
        ) from None
    found = {meaning: merged[meaning].fillna("").tolist() for meaning in added if meaning != KEY}
    return Joined({**first, **found}, int((merged["found"] == "left_only").sum()))
