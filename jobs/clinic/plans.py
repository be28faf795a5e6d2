"""Plans of care at once: with which of a patient's running episodes an appointment counts, by what the export says."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_MOST = 100
"""By so many different values of a column a plan is known; more are notes of their own at each visit, of which no other
one tells anything."""
_CATEGORY = 3  # so many letters and digits of an ICD-10-CM code name a disease: M54


class Told(NamedTuple):
    """What an export says of an appointment that its plan of care can be known by, as `Appointment` has it."""

    step: str = ""
    kind: str = ""
    diagnosis: str = ""
    complaint: str = ""
    service: str = ""
    referring_provider: str = ""
    referral_source: str = ""
    provider: str = ""

    @property
    def care(self) -> str:
        """Pilates or therapy, where the export says of which type the appointment is."""
        kind = self.kind.casefold()
        if self.step == "class" or "pilates" in kind or "reformer" in kind:
            return "pilates"
        return "therapy" if kind and self.step in ("evaluation", "visit", "discharge") else ""


Sign = frozenset[str]  # words
Signs = dict[str, set[Sign]]
"""What is said of all appointments of a plan, by what it says."""
_SUREST_FIRST = ("care", "diagnosis", "complaint", "service", "referring_provider", "referral_source", "provider")


def add_signs(plan: Signs, told: Told) -> None:
    """Add what is said of one more appointment."""
    for name in _SUREST_FIRST:
        signs = plan.setdefault(name, set())
        if len(signs) < _MOST:
            signs.update(_signs(name, getattr(told, name)))


def fitting(of: Told, plans: Sequence[Signs], since: Callable[[], Iterable[Told]]) -> list[int]:
    """Which of these plans an appointment can belong to, by their places: more than one where it cannot be told.

    `plans` stand in the order in which they began; `since` gives what is said of all that stand from the beginning of
    the last plan on. The surest sign decides first; one counts only where it is known of each plan, and what all plans
    have in common tells nothing. The provider may be a substitute, and counts against the last plan only where the two
    take turns.
    """
    places = list(range(len(plans)))
    for name in _SUREST_FIRST:
        if len(places) == 1:
            break
        theirs = [plans[place][name] for place in places]
        if not all(theirs):
            continue
        own = [sign for sign in _signs(name, getattr(of, name)) if not _in_all(sign, theirs)]
        fit = [place for place, signs in zip(places, theirs, strict=True) if _share(own, signs, theirs)]
        if name == "provider" and fit and fit[-1] != len(plans) - 1 and not _take_turns(plans[fit[-1]], since()):
            continue
        places = fit or places
    return places


def _in_all(sign: Sign, plans: Iterable[Collection[Sign]]) -> bool:
    return all(sign in signs for signs in plans)


def _share(some: Iterable[Sign], others: Iterable[Sign], plans: Sequence[Collection[Sign]] = ((),)) -> bool:
    """Whether the words of one are among those of another: "Reyes" and "Dana Reyes PT". Of the others without those
    that all these plans have."""
    return any((one <= other or other <= one) and not _in_all(other, plans) for one in some for other in others)


def _take_turns(plan: Signs, since: Iterable[Told]) -> bool:
    """Whether this plan's providers have seen the patient more than once since another one began the last plan, and
    that one again in between."""
    began, earlier = frozenset[Sign](), frozenset[Sign]()
    seen, back = 0, False
    for place, told in enumerate(since):
        own = _signs("provider", told.provider)
        if place == 0:
            began, earlier = own, frozenset(plan["provider"]) - own
        if _share(own, began):
            back = back or seen > 0
        elif _share(own, earlier):
            seen += 1
        if seen > 1 and back:
            return True
    return False


@lru_cache(maxsize=4096)
def _signs(name: str, text: str) -> frozenset[Sign]:
    """A value in a form in which it can be compared: of a diagnosis each code and what it is part of, of anything else
    its words."""
    if name == "diagnosis":
        return frozenset(frozenset({part}) for code in text.split() for part in _parts(code.replace(".", "")))
    words = frozenset(re.findall(r"\w+", text.casefold()))
    return frozenset({words}) if words else frozenset()


def _parts(code: str) -> Iterator[str]:
    return (code[:length] for length in range(_CATEGORY, len(code) + 1))
