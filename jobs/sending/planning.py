"""The letters that new events call for."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from jobs.clinic.episodes import Slot
from jobs.clinic.follow_ups import Calendar, Rule, utc_text
from jobs.clinic.overtaken import is_of_their_course
from jobs.clinic.planning import DUE_WHILE_OFF, Happening, Planned, plan_letters
from jobs.runner.tools import Tools
from jobs.store.episodes import histories
from jobs.store.memory import Memory
from jobs.store.planning import bring_back, news, plan_anew, rule_starts, save_plan, save_planned
from jobs.store.restoring import hold_what_may_have_left
from jobs.store.rows import in_parts
from jobs.store.rules_on_again import rules_on_again, visits_without_letter
from jobs.store.visits_reached import letters_that_stand, visits_reached

EVENTS_AT_ONCE = 2_500  # of a first pull there can be very many
_HOLIDAYS, _AT_MOST = timedelta(days=14), timedelta(days=60)  # of how long ago a visit still calls for a letter


class PlanMade(NamedTuple):
    """How many letters were planned or brought back, and how many that were planned before have another day."""

    new: int
    moved: int

    @property
    def counts(self) -> dict[str, int]:
        return {"letters planned": self.new} | ({"letters given a new day": self.moved} if self.moved else {})


def plan(tools: Tools, today: date) -> PlanMade:
    """Plan a letter for each new event that calls for one, and for each visit that has become the third, or the sixth,
    since an earlier one was charted; bring back those whose visit stands again. Where the rules say other times than
    before, what is planned for later gets its new day."""
    follow_ups, calendar = tools.settings.follow_ups, calendar_of(tools)
    counting = [rule for rule in follow_ups.rules if rule.on and rule.when == "visit" and rule.visit_number]
    new, moved, is_all = 0, None, False
    while not is_all:
        with tools.store.begin() as memory:
            if moved is None:
                moved = plan_anew(memory, follow_ups, calendar, utc_text(tools.now))
            starts = rule_starts(memory, follow_ups, today.isoformat())
            happenings, up_to, is_all = news(memory, follow_ups.events(), EVENTS_AT_ONCE)
            known = histories(memory, {happening.patient_id for happening in happenings})
            others = {name: start for name, start in starts.items() if name not in {rule.name for rule in counting}}
            planned = plan_letters(happenings, known, follow_ups, others, calendar)
            for rule in counting:
                planned += _counted(memory, tools, rule, starts[rule.name], happenings, known)
            new += save_plan(memory, planned, up_to, tools.now)
            about = {letter.event_id for letter in planned}
            hold_what_may_have_left(memory, about, follow_ups, calendar, utc_text(tools.now))
    with tools.store.begin() as memory:
        for rule in counting:
            new += save_planned(memory, _late(memory, tools, rule, starts[rule.name], today), tools.now)
        back = bring_back(memory, follow_ups.rules, utc_text(tools.now), tools.settings.clinic.tzinfo)
        new += _on_again(memory, tools, starts)
    return PlanMade(new + back, moved or 0)


def _on_again(memory: Memory, tools: Tools, starts: Mapping[str, str]) -> int:
    """Where a rule about coming visits is on again after a time, plan its letters about those that were booked or moved
    meanwhile; one that was due meanwhile does not leave, and says so. Say how many are new."""
    follow_ups, calendar, now, new = tools.settings.follow_ups, calendar_of(tools), utc_text(tools.now), 0
    for rule in rules_on_again(memory, follow_ups):
        for visits in in_parts(visits_without_letter(memory, rule.name, now)):
            known = histories(memory, {visit.patient_id for visit in visits})
            planned = plan_letters(visits, known, follow_ups, {rule.name: starts[rule.name]}, calendar)
            late = (each.reason or (DUE_WHILE_OFF if each.due_at <= now else "") for each in planned)
            planned = [each._replace(reason=reason) for each, reason in zip(planned, late, strict=True)]
            new += save_planned(memory, planned, tools.now)
            hold_what_may_have_left(memory, {each.event_id for each in planned}, follow_ups, calendar, now)
    return new


def _counted(
    memory: Memory,
    tools: Tools,
    rule: Rule,
    start: str,
    happenings: Sequence[Happening],
    known: Mapping[int, Sequence[Slot]],
) -> list[Planned]:
    """The letters of a rule that counts visits, without those of a course of care in which one stands already."""
    planned = plan_letters(happenings, known, tools.settings.follow_ups, {rule.name: start}, calendar_of(tools))
    told = letters_that_stand(memory, rule.name, {letter.patient_id for letter in planned})
    about = {happening.event_id: happening.appointment_id for happening in happenings}
    return [
        letter
        for letter in planned
        if not is_of_their_course(about[letter.event_id], told.get(letter.patient_id, ()), known[letter.patient_id])
    ]


def _late(memory: Memory, tools: Tools, rule: Rule, start: str, today: date) -> list[Planned]:
    """The same about visits that have become the third, or the sixth, since their own event was looked at. Each letter
    is due, and too late, as if it had been so from the beginning."""
    since = today - min(_AT_MOST, rule.waiting + 2 * min(_AT_MOST, rule.lateness) + _HOLIDAYS)
    reached = visits_reached(memory, rule.name, rule.visit_number, max(start, since.isoformat()))
    known = histories(memory, {happening.patient_id for happening in reached})
    return _counted(memory, tools, rule, start, reached, known)


def calendar_of(tools: Tools) -> Calendar:
    """The clinic's zone and holidays."""
    clinic = tools.settings.clinic
    return Calendar(clinic.tzinfo, clinic.holidays)
