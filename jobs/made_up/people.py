"""The made-up patients: who they are, how they can be written to, and what brought them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from jobs.made_up.conditions import CONDITIONS, Condition
from jobs.made_up.names import FIRST, LAST, OTHERS, PAYERS, PHYSICIANS, TYPED_PHYSICIANS

_WITHOUT_EMAIL = 0.06
_OPTED_OUT = 0.05
_BY_PHYSICIAN = 0.38
_FAMILIES = 12
_SPANISH_EVERY = 21  # of so many patients one is written to in Spanish


@dataclass(frozen=True)
class Patient:
    """One made-up patient; every text stands as the front desk typed it."""

    number: str
    first_name: str
    last_name: str
    email: str
    phone: str
    birth_date: date
    email_consent: str
    condition: Condition
    referral_source: str
    referring_provider: str
    payer: str
    language: str


def make_people(random: Random, how_many: int, today: date) -> list[Patient]:
    """So many patients, no two of the same name; some families of two or three share an address."""
    names = random.sample([(first, last) for first in FIRST for last in LAST], how_many)
    people = [_person(random, 1001 + order, *name, today) for order, name in enumerate(names)]
    for family in range(_FAMILIES):
        _share_address(people, family * 14, 3 if family % 4 == 0 else 2)
    return people


def _person(random: Random, number: int, first: str, last: str, today: date) -> Patient:
    email = f"{first}.{last}@{random.choice(('mail', 'post', 'inbox'))}.example".lower()
    if random.random() < 0.08:
        email = email.upper()  # as some people write it
    consent = "No" if random.random() < _OPTED_OUT else random.choice(("Yes", "Yes", "Yes", "yes", ""))
    source, provider = _referral(random)
    return Patient(
        f"LK-{number}",
        first.upper() if random.random() < 0.06 else first,
        last,
        "" if random.random() < _WITHOUT_EMAIL else email,
        f"(619) 555-01{number % 100:02d}",
        today - timedelta(days=random.randrange(18 * 365, 84 * 365)),
        consent,
        random.choices(CONDITIONS, [condition.weight for condition in CONDITIONS])[0],
        source,
        provider,
        random.choices(*zip(*PAYERS, strict=True))[0],
        "English" if number % _SPANISH_EVERY else "Spanish",
    )


def _referral(random: Random) -> tuple[str, str]:
    """What was typed as the source, and the referring provider in its own column.

    A physician may stand in both, in one only, or behind a source that is none: people google the name they got.
    """
    name, title = random.choices(PHYSICIANS, range(len(PHYSICIANS), 0, -1))[0]
    first, last = name.split()
    provider = f"{name}, {title}"
    if random.random() < _BY_PHYSICIAN:
        pattern = random.choice(TYPED_PHYSICIANS)
        typed = pattern.format(first=first, last=last, title=title, typo=_misspelt(random, last))
        return typed, provider if random.random() < 0.7 else ""
    source = random.choices(*zip(*OTHERS, strict=True))[0]
    return source, provider if random.random() < 0.15 else ""


def _misspelt(random: Random, name: str) -> str:
    """The name with two letters in the wrong order or one left out."""
    place = random.randrange(2, len(name) - 2)
    if random.random() < 0.5:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    return name[:place] + name[place + 1 :]


def _share_address(people: list[Patient], start: int, how_many: int) -> None:
    """Give neighbours in the list one last name and one address, as a family has."""
    head = people[start]
    address = f"the.{head.last_name}s@family.example".lower()
    people[start] = replace(head, email=address)
    for place in range(start + 1, start + how_many):
        people[place] = replace(people[place], last_name=head.last_name, email=address, phone=head.phone)
