"""Plans of care at once: with which of a patient's running episodes an appointment counts, by what the export says."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

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


def fitting(of: Told, plans: Sequence[Collection[Told]], since: Callable[[], Sequence[Told]]) -> list[int]:
    """Which of these plans an appointment can belong to, by their places: more than one where it cannot be told.

    `plans` hold what is said of the appointments of each, in the order in which they began; `since` gives what is said
    of all that stand from the beginning of the last plan on. The surest sign decides first; one counts only where it is
    known of each plan, and what all plans have in common tells nothing. The provider may be a substitute, and counts
    against the last plan only where the two take turns.
    """
    places = list(range(len(plans)))
    for name in ("care", "diagnosis", "complaint", "service", "referring_provider", "referral_source", "provider"):
        if len(places) == 1:
            break
        theirs = [_signs_of(name, plans[place]) for place in places]
        if not all(theirs):
            continue
        common = frozenset.intersection(*theirs)
        own = _signs(name, getattr(of, name)) - common
        fit = [place for place, signs in zip(places, theirs, strict=True) if _share(own, signs - common)]
        if name == "provider" and fit and fit[-1] != len(plans) - 1 and not _take_turns(plans[fit[-1]], since()):
            continue
        places = fit or places
    return places


def _share(some: frozenset[Sign], others: frozenset[Sign]) -> bool:
    """Whether the words of one are among those of another: "Reyes" and "Dana Reyes PT"."""
    return any(one <= other or other <= one for one in some for other in others)


def _take_turns(plan: Collection[Told], since: Sequence[Told]) -> bool:
    """Whether this plan's providers have seen the patient more than once since another one began the last plan, and
    that one again in between."""
    began = _signs("provider", since[0].provider)
    earlier = _signs_of("provider", plan) - began
    turns = [
        "last" if _share(own, began) else "earlier" if _share(own, earlier) else ""
        for own in (_signs("provider", told.provider) for told in since)
    ]
    return turns.count("earlier") > 1 and "last" in turns[turns.index("earlier") :]


def _signs_of(name: str, plan: Collection[Told]) -> frozenset[Sign]:
    return frozenset[Sign]().union(*(_signs(name, getattr(told, name)) for told in plan))


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
