"""The letters that new events call for."""

from datetime import date

from jobs.clinic.follow_ups import Calendar, utc_text
from jobs.clinic.planning import plan_letters
from jobs.runner.tools import Tools
from jobs.store.episodes import histories
from jobs.store.planning import bring_back, news, rule_starts, save_plan
from jobs.store.restoring import hold_what_may_have_left

EVENTS_AT_ONCE = 2_500  # of a first pull there can be very many


def plan(tools: Tools, today: date) -> int:
    """Plan a letter for each new event that calls for one; bring back those whose visit stands again. Say how many."""
    follow_ups = tools.settings.follow_ups
    new, is_all = 0, False
    while not is_all:
        with tools.store.begin() as memory:
            starts = rule_starts(memory, follow_ups, today.isoformat())
            happenings, up_to, is_all = news(memory, follow_ups.events(), EVENTS_AT_ONCE)
            known = histories(memory, {happening.patient_id for happening in happenings})
            planned = plan_letters(happenings, known, follow_ups, starts, calendar_of(tools))
            new += save_plan(memory, planned, up_to, tools.now)
            about = {letter.event_id for letter in planned}
            hold_what_may_have_left(memory, about, follow_ups, calendar_of(tools), utc_text(tools.now))
    with tools.store.begin() as memory:
        return new + bring_back(memory, follow_ups.rules, utc_text(tools.now), tools.settings.clinic.tzinfo)


def calendar_of(tools: Tools) -> Calendar:
    """The clinic's zone and holidays."""
    clinic = tools.settings.clinic
    return Calendar(clinic.tzinfo, clinic.holidays)
