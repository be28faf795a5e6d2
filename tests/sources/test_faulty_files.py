"""Each way in which a file goes wrong is said in one exact sentence, and the good rows beside it arrive."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import faults_of_columns
import faults_of_files
import faults_of_rows
import faults_of_values
import pytest
from faults_said import SAID
from faulty_files import GOOD, Case
from made_files import TODAY, ZONE

from jobs.clinic.records import Problem
from jobs.clinic.value_rules import ValueRules
from jobs.sources.reading import start_reading
from jobs.sources.source import Source

CASES = (*faults_of_columns.CASES, *faults_of_values.CASES, *faults_of_rows.CASES, *faults_of_files.CASES)


class Came(NamedTuple):
    """What came of one file: the sentences in words, who arrived, and what is known of the three good ones."""

    said: tuple[str, ...]
    arrived: tuple[str, ...]
    good: frozenset[tuple[str, ...]]


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Came]:
    """What came of each file; those with the same settings are read as one source."""
    found: dict[str, Came] = {}
    for settings in {repr(case.settings): case.settings for case in CASES}.values():
        folder = tmp_path_factory.mktemp("faults")
        cases = [case for case in CASES if case.settings == settings]
        for number, case in enumerate(cases):
            path = folder / f"{case.name}.{case.kind}"
            case.write(path)
            os.utime(path, (1_700_000_000 + number,) * 2)
        found |= dict(read(Source("export", "*", take="all", **{"date_order": "mdy"} | settings), folder))  # type: ignore[arg-type]
    return found


def read(source: Source, folder: Path) -> Iterator[tuple[str, Came]]:
    rules = ValueRules(ZONE, source.date_order, source.statuses)
    for file in start_reading(source, folder, {}, TODAY, ZONE, rules=rules):
        parts = list(file.values)
        problems = [problem for part in parts for problem in part.problems]
        said = tuple(map(in_words, filter(None, (file.problem, *problems))))
        slots = [slot for part in parts for slot in part.appointments]
        good = {(slot.first_name, slot.email, slot.starts_at, slot.status) for slot in slots if slot.first_name in GOOD}
        yield file.path, Came(said, tuple(slot.first_name for slot in slots), frozenset(good))


def in_words(problem: Problem) -> str:
    place = problem.cell or (f"row {problem.row}" if problem.row else "")
    return f"{place}: {problem.what} {problem.remedy}".strip(": ")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_said_in_one_sentence_and_the_good_rows_arrive(case: Case, came: dict[str, Came]) -> None:
    found = came[f"{case.name}.{case.kind}"]
    assert found[:2] == (SAID.get(case.name, ()), case.arrive)
    starts = {name: case.starts or f"2026-03-0{day}T14:30:00Z" for day, name in enumerate(GOOD, 2)}
    assert found.good == {
        (name, f"{name.lower()}@patient.example", start, "completed")
        for name, start in starts.items()
        if name in case.arrive
    }


def test_the_collection_has_at_least_sixty_faults_each_with_its_own_name() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 60
    assert SAID.keys() <= {case.name for case in CASES}
