"""The letters that new events call for."""

from datetime import date
from typing import NamedTuple

from jobs.clinic.follow_ups import Calendar, utc_text
from jobs.clinic.planning import plan_letters
from jobs.runner.tools import Tools
from jobs.store.episodes import histories
from jobs.store.planning import bring_back, news, plan_anew, rule_starts, save_plan
from jobs.store.restoring import hold_what_may_have_left

EVENTS_AT_ONCE = 2_500  # of a first pull there can be very many


class PlanMade(NamedTuple):
    """How many letters were planned or brought back, and how many that were planned before have another day."""

    new: int
    moved: int

    @property
    def counts(self) -> dict[str, int]:
        return {"letters planned": self.new} | ({"letters given a new day": self.moved} if self.moved else {})


def plan(tools: Tools, today: date) -> PlanMade:
    """Plan a letter for each new event that calls for one; bring back those whose visit stands again. Where the rules
    say other times than before, what is planned for later gets its new day."""
    follow_ups = tools.settings.follow_ups
    new, moved, is_all = 0, None, False
    while not is_all:
        with tools.store.begin() as memory:
            if moved is None:
                moved = plan_anew(memory, follow_ups, calendar_of(tools), utc_text(tools.now))
            starts = rule_starts(memory, follow_ups, today.isoformat())
            happenings, up_to, is_all = news(memory, follow_ups.events(), EVENTS_AT_ONCE)
            known = histories(memory, {happening.patient_id for happening in happenings})
            planned = plan_letters(happenings, known, follow_ups, starts, calendar_of(tools))
            new += save_plan(memory, planned, up_to, tools.now)
            about = {letter.event_id for letter in planned}
            hold_what_may_have_left(memory, about, follow_ups, calendar_of(tools), utc_text(tools.now))
    with tools.store.begin() as memory:
        back = bring_back(memory, follow_ups.rules, utc_text(tools.now), tools.settings.clinic.tzinfo)
    return PlanMade(new + back, moved or 0)


def calendar_of(tools: Tools) -> Calendar:
    """The clinic's zone and holidays."""
    clinic = tools.settings.clinic
    return Calendar(clinic.tzinfo, clinic.holidays)
