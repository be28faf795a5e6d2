"""A column of dates none of which fits the order that its source is said to use: that order is wrong for this file."""

from collections import Counter

from jobs.clinic.columns import Columns
from jobs.clinic.problems import FEW, NOTHING_TAKEN
from jobs.clinic.stamps import misfit

_OF_APPOINTMENTS = ("start", "start_date", "end", "end_date", "booked", "cancelled", "deleted", "discharged")


def note_wrong_order(columns: Columns, order: str) -> None:
    """Say that the file is not to be taken, where no date of such a column fits. Its other dates are read, and wrongly:
    03/04 fits every order. Whether these rows are most of the file, `wrong_columns` tells."""
    what, remedy = misfit(order)
    of_column = Counter(problem.column for problem in columns.problems if problem.what == what)
    for field in _OF_APPOINTMENTS:
        misfits = of_column[columns.table.headers.get(field, field)]
        if misfits > FEW and misfits == sum(map(bool, columns.texts(field))):
            said = f"The dates of this column do not fit the date_order: {order} of this source; {NOTHING_TAKEN}"
            columns.note_column(field, said, remedy)
