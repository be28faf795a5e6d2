"""The follow-up rules as config/follow_ups.yaml says them; `planning.py` says which letters they call for."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from jobs.clinic.durations import check_length, parse_duration
from jobs.clinic.sending_hours import SendingHours

Occasion = Literal["first_booking", "planned_visit", "visit", "evaluation", "no_show", "cancelled", "discharged"]
Unless = Literal["future_visit", "later_visit", "discharged"]
Fact = Literal["phone", "website", "booking_url", "review_url"]
_CALLED_BY: dict[str, tuple[str, ...]] = {
    "first_booking": ("booked", "moved"),
    "planned_visit": ("booked", "moved"),
    "visit": ("completed", "arrived"),
    "evaluation": ("completed", "arrived"),
    "no_show": ("no_show",),
    "cancelled": ("cancelled",),
    "discharged": ("discharged",),
}
_PURPOSES: dict[str, str] = {
    "first_booking": "welcome before the first visit",
    "planned_visit": "appointment reminder",
    "visit": "care after a visit",
    "evaluation": "care after the evaluation",
    "no_show": "care after a missed visit",
    "cancelled": "care after a cancelled visit",
    "discharged": "care after discharge",
}


@dataclass(frozen=True, eq=False, repr=False)
class Rule:
    """One entry of `rules:` in config/follow_ups.yaml; its comments there explain each field."""

    name: str
    when: Occasion
    template: str
    wait: str = "1 day"
    too_late_after: str = "3 days"
    visit_number: int = 0
    articles: int = 0
    category: Literal["care", "news"] = "care"
    purpose: str = ""  # what its letters are for, recorded with each; "": the words for its occasion
    approval: Literal["none", "first_time", "all"] = "none"
    once_per: str = "event"
    unless: tuple[Unless, ...] = ()
    needs: tuple[Fact, ...] = ()  # facts of config/clinic.yaml without which its letter would be pointless
    capped: bool = True
    priority: int = 50
    start: str = ""
    on: bool = True
    sending: SendingHours | None = None
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        parse_duration(self.wait)
        check_length("too_late_after", self.too_late_after)
        if self.once_per not in ("event", "ever"):
            check_length("once_per", self.once_per, or_none=True)
        _check_number("visit_number", self.visit_number, 0, 1000)
        _check_number("articles", self.articles, 0, 20)
        _check_number("priority", self.priority, -1000, 1000)
        if self.start:
            date.fromisoformat(self.start)
        if self.when != "planned_visit" and self.waiting < timedelta(0):
            raise ValueError(f'wait "{self.wait}" lies before the event; only planned_visit can be written to before')

    @cached_property
    def waiting(self) -> timedelta:
        return parse_duration(self.wait)

    @cached_property
    def lateness(self) -> timedelta:
        return parse_duration(self.too_late_after)

    @property
    def purpose_in_words(self) -> str:
        return self.purpose or _PURPOSES[self.when]


def _check_number(name: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ValueError(f"{name} is {number}; write a number from {least} to {most}")


def why_pointless(rule: Rule, unfilled: Collection[str]) -> str:
    """Say in words what a rule's letters need that the clinic has not filled in, or "" if they lack nothing."""
    lacking = [name for name in rule.needs if name in unfilled]
    if not lacking:
        return ""
    return f"it needs {' and '.join(lacking)}, which config/clinic.yaml leaves empty"


@dataclass(frozen=True, eq=False, repr=False)
class Caps:
    """At most `letters` in `days` days to one patient; news counts by address, so that a family shares its share."""

    letters: int = 2
    days: int = 7
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        _check_number("letters", self.letters, 1, 1_000_000)  # as good as no cap
        _check_number("days", self.days, 1, 3660)


@dataclass(frozen=True, eq=False, repr=False)
class FollowUps:
    """Everything config/follow_ups.yaml says."""

    sending: SendingHours
    caps: Caps
    rules: tuple[Rule, ...]
    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f'two rules are named "{twice[0]}"; a name is how a letter is known, so each needs its own'
            )

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    def rule(self, name: str) -> Rule | None:
        return self._by_name.get(name)

    def letters(self) -> frozenset[str]:
        """The letters that rules name which are switched on."""
        return frozenset(rule.template for rule in self.rules if rule.on)

    def events(self) -> frozenset[str]:
        """The kinds of events that any rule waits for."""
        return frozenset(what for rule in self.rules if rule.on for what in _CALLED_BY[rule.when])

    def by_event(self, names: Collection[str]) -> dict[str, list[Rule]]:
        """Those of the rules so named that are on, by the kinds of events that they wait for."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.on and rule.name in names:
                for what in _CALLED_BY[rule.when]:
                    found.setdefault(what, []).append(rule)
        return found

    def hours(self, rule: Rule) -> SendingHours:
        return rule.sending or self.sending


class Calendar(NamedTuple):
    """The clinic's zone and holidays, without which no moment has a meaning."""

    zone: ZoneInfo
    holidays: tuple[str, ...] = ()


def pause_before(tries: int) -> timedelta:
    """How long a letter waits that could not be delivered for now: ten minutes, then ever longer, at most half a day.

    After RFC 5321, 4.5.4.1, which asks for growing pauses; the rule's `too_late_after` is the last day.
    """
    return min(timedelta(minutes=10 * 3 ** max(0, min(tries, 9) - 1)), timedelta(hours=12))


@lru_cache(maxsize=64)  # the moment of a run is asked for with each of its letters
def utc_text(moment: datetime) -> str:
    """A moment with a zone in the store's form, `2026-03-04T17:30:00Z`."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


def local_day(moment: str, zone: ZoneInfo) -> str:
    """The clinic's calendar day of a moment in the store's form."""
    return datetime.fromisoformat(moment).astimezone(zone).date().isoformat()
