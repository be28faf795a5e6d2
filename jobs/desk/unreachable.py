"""Patients whom no letter can be addressed to: rows that should say the address, and addresses that are nobody's."""

from collections.abc import Iterable

from jobs.clinic.addresses import MOST_AT_ONE, NOT_USED
from jobs.clinic.identity import folded_name
from jobs.clinic.masking import masked
from jobs.clinic.records import Problem
from jobs.store.memory import Memory
from jobs.store.patient_story import record_keys
from jobs.store.sources import listed_problems
from jobs.store.stops import crowded_addresses

_SHOWN = 5  # addresses


def rows_without_address(memory: Memory, sources: Iterable[str], patient_id: int) -> list[str]:
    """A sentence for each row that seems to be this patient's and whose address is not used, as `why` shows it."""
    told = [problem for _, problem in listed_problems(memory, sources) if problem.what in NOT_USED and problem.row]
    people = record_keys(memory, patient_id) if told else []
    return [
        f'{problem.file} ({problem.source}), {problem.cell or f"row {problem.row}"}: "{problem.value}". {problem.what} '
        f"{problem.remedy}"
        for problem in told
        if any(_is_of(problem, *person) for person in people)
    ]


def _is_of(problem: Problem, key: str, first: str, last: str) -> bool:
    """Whether a row shows a patient's number, or both names."""
    cells = problem.contents.split(" | ")
    names = {*folded_name(first, last)} - {""}
    words = set(" ".join(folded_name(cell, "")[0] for cell in cells).split())
    return key in cells or (len(names) == 2 and {word for name in names for word in name.split()} <= words)


def crowded_in_words(memory: Memory) -> list[str]:
    """A sentence where so many patients have one address that it is nobody's own. Addresses are masked; the number of a
    patient who has one leads to it."""
    found = crowded_addresses(memory, MOST_AT_ONE)
    if not found:
        return []
    shown = ", ".join(
        f"{masked(crowd.address_key)} ({crowd.patients} patients, such as no. {crowd.one_id})"
        for crowd in found[:_SHOWN]
    )
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    number = found[0].one_id
    return [
        f"No letter goes to an address that more than {MOST_AT_ONE} patients have: {shown}{more}. Who that is says "
        f"run_jobs.py why {number}. If it was typed for patients without one, empty the field in the practice system. "
        f"If it is right, as that of a home: run_jobs.py allow {number} --shared."
    ]
