"""Referral texts as a front desk types them, and organisations as offices list them, held against their truth."""

import csv
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from referral_texts import labelled, matcher, score

from jobs.clinic.place_matching import Place, is_same_place
from jobs.clinic.typed_words import Wording

REAL_NAMES = Path(__file__).resolve().parents[3] / "shared/data/names/csv_example_input_with_true_ids.csv"


@pytest.mark.parametrize("apart", [False, True])
def test_of_the_labelled_texts_hardly_any_gets_a_wrong_source_and_most_that_are_known_get_theirs(apart: bool) -> None:
    found = score(apart)
    assert found.precision >= 0.99, found.wrong
    assert found.recall >= 0.80, found.missed


def test_no_trap_is_merged_and_everything_that_could_be_two_is_listed() -> None:
    known = matcher()
    for_a_person = [case for case in labelled() if case.source is None]
    assert sum(1 for case in for_a_person if case.is_trap) >= 30
    assert [case.text for case in for_a_person if known.match(case.text).name] == []


def test_there_are_enough_labelled_texts_and_none_stands_twice() -> None:
    texts = [case.text for case in labelled()]
    assert len(texts) >= 400
    assert len(set(texts)) > len(texts) - 5


@pytest.mark.skipif(not REAL_NAMES.is_file(), reason="../shared/data, with names that nobody here wrote, is missing")
def test_real_organisations_with_their_addresses_are_joined_where_they_are_one() -> None:
    with REAL_NAMES.open(newline="", encoding="utf-8") as file:
        texts = [(row["True Id"], f"{row['Site name']}, {row['Address'].strip()}") for row in csv.DictReader(file)]
    rows = [(true_id, Place.of(Wording.of(text))) for true_id, text in texts]
    of_house: defaultdict[str, list[tuple[str, Place]]] = defaultdict(list)
    for true_id, place in rows:
        of_house[place.house].append((true_id, place))
    joined = [
        one[0] == other[0]
        for house, group in of_house.items()
        for one, other in combinations(group, 2)
        if house and is_same_place(one[1], other[1])
    ]
    same = sum(count * (count - 1) // 2 for count in Counter(true_id for true_id, _ in rows).values())
    assert sum(joined) / len(joined) >= 0.98
    assert sum(joined) / same >= 0.45
