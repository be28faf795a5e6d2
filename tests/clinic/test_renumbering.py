"""Which visit is the same one under another number."""

import pytest

from jobs.clinic.identity import Record
from jobs.clinic.renumbering import Visit, renumbered

AT, LATER = "2026-03-06T17:00:00Z", "2026-03-06T18:00:00Z"


def record(number: int, name: str = "Mira Quill", email: str = "mira@patient.example", **more: str) -> Record:
    first, _, last = name.partition(" ")
    return Record(number, str(number), first, last, email, more.get("phone", ""), more.get("birth_date", ""))


def visit(number: int, who: Record, status: str = "booked", kind: str = "PT", starts_at: str = AT) -> Visit:
    return Visit(number, who.id, who, starts_at, status, "Dana", kind)


MIRA, AGAIN = record(1), record(2)


def test_a_class_and_a_treatment_at_one_minute_each_find_their_own() -> None:
    gone = [visit(1, MIRA), visit(2, MIRA, kind="Pilates")]
    new = [visit(11, AGAIN, kind="Pilates"), visit(12, AGAIN)]
    assert renumbered(gone, new).visits == {11: 2, 12: 1}


def test_what_was_called_off_is_not_what_was_booked_in_its_place() -> None:
    gone = [visit(1, MIRA, "cancelled"), visit(2, MIRA)]
    assert renumbered(gone, [visit(11, AGAIN), visit(12, AGAIN, "cancelled")]).visits == {11: 2, 12: 1}
    assert renumbered(gone[:1], [visit(11, AGAIN)]).visits == {}


@pytest.mark.parametrize(
    "other",
    [
        record(2, email="other@patient.example"),
        record(2, "Nell Quill"),
        record(2, "Miriam Quill"),
        record(2, email="", phone="9255550100"),
        record(2, birth_date="1990-01-02"),
    ],
    ids=["another address", "another name", "almost the name", "another phone", "another birth date"],
)
def test_somebody_else_at_that_minute_has_a_visit_of_their_own(other: Record) -> None:
    known = record(1, phone="9255550199", birth_date="1960-01-02")
    assert renumbered([visit(1, known)], [visit(11, other)]).visits == {}


def test_another_time_is_another_visit_and_a_persons_word_counts() -> None:
    assert renumbered([visit(1, MIRA)], [visit(11, AGAIN, starts_at=LATER)]).visits == {}
    assert renumbered([visit(1, MIRA)], [visit(11, AGAIN)], {frozenset((1, 2))}).visits == {}


def test_a_visit_of_an_address_is_whose_name_it_has_under_its_new_number() -> None:
    nobody = record(1, "")._replace(key="m:mira@patient.example")
    found = renumbered([visit(1, nobody)], [visit(11, AGAIN)])
    assert (found.visits, found.all_patients, found.perhaps) == ({11: 1}, False, frozenset())
    for other in (record(2, email="other@patient.example"), record(2, email=""), record(2, "")):
        assert renumbered([visit(1, nobody)], [visit(11, other)]).visits == {}
    assert renumbered([visit(1, record(1, ""))], [visit(11, AGAIN)]).visits == {}  # a chart is one person's
    assert renumbered([visit(1, nobody)], [visit(11, AGAIN)], {frozenset((1, 2))}).visits == {}


def test_an_entrys_visit_at_one_address_is_a_guests_when_the_entry_has_become_a_class() -> None:
    teacher, guest = record(1, "Kate"), visit(11, AGAIN)._replace(number="calendar:e1/0a")
    assert renumbered([visit(1, teacher)._replace(number="calendar:e1")], [guest]).visits == {11: 1}
    assert renumbered([visit(1, teacher)._replace(number="calendar:e")], [guest]).visits == {}
    elsewhere = visit(1, record(1, "Kate", "kate@patient.example"))._replace(number="calendar:e1")
    assert renumbered([elsewhere], [guest]).visits == {}


def test_where_all_have_other_numbers_a_pet_name_at_one_address_and_minute_is_the_same_patient() -> None:
    old = [record(n, f"{name} Quill", f"{name}@patient.example") for n, name in enumerate("ABCDEF")]
    new = [each._replace(id=100 + each.id, key=str(100 + each.id)) for each in old]
    bill, william = record(50, "Bill Moss"), record(150, "William Moss")
    gone = [visit(each.id, each) for each in (*old, bill)]
    found = renumbered(gone, [visit(each.id, each) for each in (*new, william)])
    assert found.all_patients and found.visits[150] == 50
    assert renumbered(gone[-1:], [visit(150, william)]).visits == {}
