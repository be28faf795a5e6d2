"""Which of a patient's records leads: visits are given for it now."""

import pytest

from jobs.store.leading import Visit, leading

NOW = "2026-03-04T20:00:00Z"
LEAD, OTHER, THIRD, FOURTH = 1, 2, 3, 4  # the first two by a number
RANKS = {"export": 0, "studio": 1, "calendar": 1000}


def visit(record: int, day: str, source: str = "export", status: str = "") -> Visit:
    return Visit(record, RANKS[source], f"2026-{day}T17:00:00Z", status or ("booked" if day > "03-04" else "completed"))


@pytest.mark.parametrize(
    ("visits", "leader"),
    [
        ([visit(LEAD, "03-09"), visit(OTHER, "03-12")], LEAD),  # two charts that both count
        ([visit(LEAD, "02-09"), visit(OTHER, "03-12")], OTHER),
        ([visit(LEAD, "03-09", status="rescheduled"), visit(OTHER, "02-12")], OTHER),  # gone from the file
        ([visit(LEAD, "03-09", status="cancelled"), visit(OTHER, "03-12")], OTHER),
        ([visit(LEAD, "03-02"), visit(OTHER, "03-01")], LEAD),
        ([visit(LEAD, "03-01"), visit(OTHER, "03-02"), visit(THIRD, "02-02")], OTHER),
        ([visit(LEAD, "03-01"), visit(OTHER, "03-01")], OTHER),  # the same visit, given again
        ([visit(LEAD, "03-09", status="cancelled"), visit(OTHER, "03-09", status="cancelled")], LEAD),
        ([visit(LEAD, "03-01"), visit(OTHER, "03-12", "calendar")], LEAD),
        ([visit(THIRD, "03-12", "calendar"), visit(OTHER, "03-01")], OTHER),  # the export was missing for a day
        ([visit(THIRD, "03-12", "calendar"), visit(OTHER, "03-01", status="cancelled")], LEAD),
        ([visit(LEAD, "03-12", "calendar"), visit(LEAD, "03-01"), visit(OTHER, "03-12")], OTHER),
        ([visit(LEAD, "03-12", "studio"), visit(OTHER, "03-01")], OTHER),  # of two systems the first
        ([visit(OTHER, "03-01")], OTHER),  # the source of the one that led counts no more
        ([visit(OTHER, "03-01"), visit(THIRD, "03-12", "calendar")], OTHER),
        ([visit(THIRD, "03-12", "calendar")], THIRD),
        ([visit(THIRD, "03-12", "calendar"), visit(FOURTH, "03-12")], FOURTH),  # no source has numbers
        ([visit(THIRD, "03-12", "calendar"), visit(FOURTH, "03-01")], FOURTH),
        ([visit(THIRD, "03-12", "calendar"), visit(FOURTH, "03-12", status="cancelled")], THIRD),
        ([], LEAD),
    ],
)
def test_the_record_leads_that_visits_are_given_for_now(visits: list[Visit], leader: int) -> None:
    assert leading(LEAD, visits, NOW, numbered={LEAD, OTHER}) == leader
