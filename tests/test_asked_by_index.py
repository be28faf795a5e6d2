"""What a day's run asks of the memory does not take longer as the clinic grows older."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hand_written_clinic import Clinic, appointment
from sqlalchemy import Engine, event

GROWING = "appointments|patients|events|episodes|letters|attempts|sent_articles|identities"


@contextmanager
def listening() -> Iterator[dict[str, Any]]:
    """Every statement that is sent to a database, with values it was sent with."""
    heard: dict[str, Any] = {}

    def hear(_connection: object, _cursor: object, words: str, values: Any, _context: object, many: bool) -> None:
        heard[words] = values[0] if many else values

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def gone_through_whole(clinic: Clinic, heard: dict[str, Any]) -> list[tuple[str, str]]:
    """The statements for which the database goes through all that it ever knew, each with what it goes through."""
    asking = {words: values for words, values in heard.items() if re.match("SELECT|UPDATE|DELETE", words)}
    with sqlite3.connect(clinic.database) as database:
        return [
            (words, step)
            for words, values in asking.items()
            for *_, step in database.execute(f"EXPLAIN QUERY PLAN {words}", values)
            if re.match(rf"SCAN ({GROWING})\b", step)
        ]


@pytest.mark.parametrize("job", ["pull_appointments", "send_follow_ups"])
def test_no_question_of_a_day_goes_through_all_that_was_ever_known(clinic: Clinic, job: str) -> None:
    clinic.export(*(appointment(name, "2026-03-06 14:00", "booked") for name in ("Remy", "Nell")))
    clinic.pull("2026-03-03 08:45")
    clinic.send("2026-03-04 09:00")
    clinic.export(*(appointment(name, "2026-03-05 14:00", "booked") for name in ("Remy", "Nell")))
    if job == "send_follow_ups":
        clinic.pull("2026-03-04 10:45")
    with listening() as heard:
        ran = clinic.run(job, "2026-03-04 11:00")
    assert ran.code == 0 and len(heard) > 10
    assert gone_through_whole(clinic, heard) == []
