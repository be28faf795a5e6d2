"""First names that letters do not say, or not whole: the front desk can mend what stands in their place."""

from collections.abc import Iterable

from jobs.clinic.said_names import said_name
from jobs.mail.fields import NAMELESS

_SHOWN = 10  # numbers in one sentence


def as_greeted(first_name: str) -> str:
    """A sentence about a patient whose first name is not said as it was typed; "" where it is."""
    said = said_name(first_name)
    if first_name.strip() and not said.name:
        return f'Letters greet this patient "Hello {NAMELESS}": no letter can say that first name.'
    if said.left_out:
        return f'Letters greet this patient "Hello {said.name}": "{said.left_out}" is no part of a first name.'
    return ""


def greeted_otherwise(coming: Iterable[tuple[int, str]]) -> list[str]:
    """A sentence about those of these patients (id, first name) whose name is not said, and one about those who have a
    note beside it; none where there are none."""
    said = [(patient_id, name, said_name(name)) for patient_id, name in coming if name.strip()]
    nameless = [patient_id for patient_id, _, found in said if not found.name]
    noted = [patient_id for patient_id, _, found in said if found.left_out]
    sentences = []
    if nameless:
        sentences.append(
            f'{_patients(nameless)} greeted "Hello {NAMELESS}", as the first name is none that a letter can say: '
            f"{_numbers(nameless)} shows it; correct it in the practice system."
        )
    if noted:
        sentences.append(
            f"{_patients(noted)} greeted by the first name alone, as a note stands beside it: {_numbers(noted)} shows "
            "it; move the note in the practice system."
        )
    return sentences


def _patients(numbers: list[int]) -> str:
    many = f"{len(numbers)} patients with a coming visit are"
    return "1 patient with a coming visit is" if len(numbers) == 1 else many


def _numbers(numbers: list[int]) -> str:
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"no. {', '.join(map(str, numbers[:_SHOWN]))}{more}. `run_jobs.py why {numbers[0]}`"
