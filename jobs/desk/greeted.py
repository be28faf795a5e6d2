"""Patients whose first name no letter can say: they are greeted as anybody is, and the front desk can mend it."""

from collections.abc import Iterable

from jobs.mail.fields import NAMELESS, greeting_name

_SHOWN = 10  # numbers in one sentence


def is_nameless(first_name: str) -> bool:
    """Whether something is typed as a first name that no letter says."""
    return bool(first_name.strip()) and not greeting_name(first_name, "")


def greeted_as_anybody(coming: Iterable[tuple[int, str]]) -> str:
    """A sentence about those of these patients (id, first name) whose name is not said; "" where it always is."""
    numbers = [str(patient_id) for patient_id, first_name in coming if is_nameless(first_name)]
    if not numbers:
        return ""
    who = (
        "1 patient with a coming visit is" if len(numbers) == 1 else f"{len(numbers)} patients with a coming visit are"
    )
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return (
        f'{who} greeted "Hello {NAMELESS}", as the first name is none that a letter can say: '
        f"no. {', '.join(numbers[:_SHOWN])}{more}. `run_jobs.py why {numbers[0]}` shows it; correct it in the practice "
        "system."
    )
