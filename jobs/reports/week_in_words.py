"""The period in five figures and a few sentences, made from the figures alone."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from jobs.clinic.figures import Figures, known_from
from jobs.clinic.periods import TREND
from jobs.clinic.source_names import NO_SOURCES, NOT_RECORDED
from jobs.clinic.tallies import SourceLine, Tally
from jobs.reports.definitions import benchmark_of
from jobs.reports.period_words import spoken, words_of
from jobs.reports.spoken_numbers import average_text, how_many_differ, rate_text

RISE = 3  # more new patients than the average before a source is said to have risen
REGULAR = 3  # periods in a row with new patients before one without is news
SAID_OF_EACH = 2  # sentences of one kind
_YEAR = timedelta(days=365)


class Card(NamedTuple):
    """One headline figure. `good` colours the change: True for better, False for worse, None for neither."""

    title: str
    value: int | float | None
    is_rate: bool
    change: str
    good: bool | None
    note: str


def cards(figures: Figures) -> tuple[Card, ...]:
    """The five figures on the first page and in the e-mail."""
    tally, attended, kept = figures.total.tally, figures.attended, figures.evaluations
    shown, previous, before = (attended[name] for name in ("shown", "previous", "before"))
    known = benchmark_of("No-show rate")
    published = f"published {rate_text(known.value)}" if known else ""
    return (
        _count_card(figures, "New patients", tally.shown, tally.previous, tally.before),
        _count_card(figures, "Evaluations kept", kept["shown"], kept["previous"], kept["before"]),
        _count_card(figures, "Visits", shown.visits, previous.visits, before.visits),
        _rate_card(figures, "No-show rate", shown.no_show_rate, previous.no_show_rate, published),
        _conversion_card(figures, tally),
    )


def _count_card(figures: Figures, title: str, value: int, previous: int, before: int) -> Card:
    more, words = value - previous, words_of(figures.periods)
    if not (figures.reaches("shown") or value):  # nobody knows, which is not zero
        return Card(title, None, False, "", None, "")
    average = before / len(figures.periods.before)
    averaged = words.unit != "year" and figures.reaches("before")
    note = f"{words.average.lower()} {average_text(average)}" if averaged else ""
    if not figures.reaches("previous"):
        return Card(title, value, False, "", None, "")
    if more == 0:
        return Card(title, value, False, f"as {words.before}", None, note)
    change = f"▲ {more:,} more than before" if more > 0 else f"▼ {-more:,} fewer than before"
    return Card(title, value, False, change, more > 0, note)


def _rate_card(figures: Figures, title: str, rate: float | None, previous: float | None, note: str) -> Card:
    if rate is None or previous is None or not figures.reaches("previous"):
        return Card(title, rate, True, "", None, note)
    points = round((rate - previous) * 100, 1)
    if points == 0:
        return Card(title, rate, True, f"as {words_of(figures.periods).before}", None, note)
    change = f"▲ {points:.1f} points higher" if points > 0 else f"▼ {-points:.1f} points lower"
    return Card(title, rate, True, change, points < 0, note)


def _conversion_card(figures: Figures, tally: Tally) -> Card:
    decided = tally.year - tally.ahead
    note = f"{tally.evaluated:,} of {decided:,}, {tally.ahead:,} ahead" if tally.year else "no new patient yet"
    now, then = tally.conversion, tally.last_year_conversion
    if now is None or then is None or not figures.reaches("last_year"):
        return Card("Conversion this year", now, True, "no figure of last year" if now is not None else "", None, note)
    points = round((now - then) * 100, 1)
    if points == 0:
        return Card("Conversion this year", now, True, "as last year", None, note)
    change = f"▲ {points:.1f} points on last year" if points > 0 else f"▼ {-points:.1f} points on last year"
    return Card("Conversion this year", now, True, change, points > 0, note)


def sentences(figures: Figures, differences: Sequence[str] = ()) -> list[str]:
    """What happened, the most useful first."""
    named = [line for line in figures.sources if line.name not in NO_SOURCES]
    providers = [line for line in figures.providers if line.name not in NO_SOURCES]
    providers = [line for line in providers if line.name not in {source.name for source in named}]
    everybody = [*named, *providers]
    return [
        *_new_patients(figures),
        *_most(named),
        *_risen(figures, named),
        *_silent(figures, everybody),
        *_gone_quiet(figures, everybody),
        *_new_and_returning(figures, everybody),
        *_doubts(figures, differences),
    ]


def _new_patients(figures: Figures) -> Iterator[str]:
    tally, words = figures.total.tally, words_of(figures.periods)
    average = average_text(tally.before / len(figures.periods.before))
    ends = f"; the {words.average.lower()} is {average}" if figures.reaches("before") and words.unit != "year" else ""
    who = _patients(tally.shown).capitalize()
    if not (tally.ever or figures.counted.appointments):
        yield "No appointment and no referral is known yet."
    elif not (figures.reaches("shown") or tally.shown):
        yield f"Of {words.shown.lower()} nothing is known: the data begins on {spoken(_first(figures))}."
    elif not figures.reaches("previous"):
        nothing = _first(figures) > figures.periods.previous.last
        known = "nothing is known" if nothing else f"only what is from {spoken(_first(figures))} on is known"
        yield f"{who} booked a first appointment; of {words.before} {known}."
    elif tally.shown == 0:
        yield f"No new patient booked a first appointment {words.shown.lower()}{ends}."
    else:
        more = tally.shown - tally.previous
        compared = "as many as" if not more else f"{abs(more):,} {'more' if more > 0 else 'fewer'} than"
        yield f"{who} booked a first appointment, {compared} {words.before}{ends}."


def _most(named: Sequence[SourceLine]) -> Iterator[str]:
    sent = sorted((line for line in named if line.tally.shown), key=lambda line: -line.tally.shown)
    if sent:
        listed = [f"{line.name} ({line.tally.shown})" for line in sent[:3]]
        others = len(sent) - len(listed)
        if others:
            listed.append("one other source" if others == 1 else f"{others} other sources")
        yield f"They came through {_enumerated(listed)}."


def _risen(figures: Figures, named: Sequence[SourceLine]) -> Iterator[str]:
    words, periods = words_of(figures.periods), len(figures.periods.before)
    if not figures.reaches("before"):
        return
    risen = [(line.tally.shown - line.tally.before / periods, line) for line in named]
    for _, line in sorted((r for r in risen if r[0] >= RISE), key=lambda r: (-r[0], r[1].name))[:SAID_OF_EACH]:
        average = line.tally.before / periods
        usual = f"where {average_text(average)} a {words.unit} were usual"
        usual = f"{line.tally.before:,} the year before" if words.unit == "year" else usual
        yield f"{line.name} stands out: {line.tally.shown} {words.shown.lower()}, {usual}."


def _silent(figures: Figures, everybody: Sequence[SourceLine]) -> Iterator[str]:
    """Who referred in every period and not in this one; the longest habit first."""
    words, last = words_of(figures.periods), figures.periods.trend[-1].first
    unit, when = ("week", words.shown.lower()) if words.unit == "week" else ("month", f"in {last:%B}")
    if figures.today <= figures.periods.shown.last:  # it may still refer
        return
    silent = [(_in_a_row(line), line) for line in everybody if not (line.tally.trend[-1] or line.other_role.trend[-1])]
    silent = sorted((s for s in silent if s[0] >= REGULAR), key=lambda s: (-s[0], -s[1].tally.year, s[1].name))
    for count, line in silent[:SAID_OF_EACH]:
        least = "at least " if count == TREND - 1 else ""
        yield (
            f"{line.name}, with {_patients(line.tally.year)} this year, sent nobody {when}, for the first time in "
            f"{least}{count + 1} {unit}s."
        )


def _patients(count: int) -> str:
    return {0: "no new patient", 1: "one new patient"}.get(count, f"{count:,} new patients")


def _in_a_row(line: SourceLine) -> int:
    count = 0
    for referred in reversed(line.tally.trend[:-1]):
        if not referred:
            break
        count += 1
    return count


def _gone_quiet(figures: Figures, everybody: Sequence[SourceLine]) -> Iterator[str]:
    """Who became quiet in the period shown: all of them stand on their own sheet."""
    last_day, day_before = figures.last_day, figures.periods.previous.last
    quiet = [line for line in everybody if line.is_quiet(last_day) and not line.is_quiet(day_before)]
    for line in sorted(quiet, key=lambda line: (-line.tally.year_before, line.name))[:SAID_OF_EACH]:
        last = date.fromisoformat(line.last_on)
        yield f"{line.name} has gone quiet: {line.tally.year_before} referrals in a year, the last on {spoken(last)}."


def _new_and_returning(figures: Figures, everybody: Sequence[SourceLine]) -> Iterator[str]:
    words = words_of(figures.periods)
    new = [line.name for line in everybody if line.is_new()]
    if new and figures.total.tally.last_before_on:
        listed = new[:3] if len(new) <= 4 else [*new[:3], f"{len(new) - 3} others"]
        listed = new if len(new) == 4 else listed
        young = figures.periods.shown.first - _first(figures) < _YEAR
        ever = f"since the data begins ({spoken(_first(figures))})" if young else "ever"
        yield f"For the first time {ever}, {words.shown.lower()}: {_enumerated(listed)}."
    for line in [line for line in everybody if line.is_returning()][:SAID_OF_EACH]:
        before = date.fromisoformat(line.last_before_on)
        yield f"{line.name} is back; the referral before was on {spoken(before)}."


def _doubts(figures: Figures, differences: Sequence[str]) -> Iterator[str]:
    """What keeps the figures from being the whole truth."""
    counted, words = figures.counted, words_of(figures.periods)
    if not figures.is_over:
        up_to = f"it is counted up to {spoken(figures.today)} and held against whole {words.unit}s"
        yield f"{words.shown} is not over: {up_to}."
    if figures.unnamed:
        texts, referrals = len(figures.unnamed), sum(each.referrals for each in figures.unnamed)
        what = "One text as typed has" if texts == 1 else f"{texts:,} texts as typed have"
        times = "once" if referrals == 1 else f"{referrals:,} times"
        yield f"{what} no name yet, {times} in all: see the sheet Needs a name."
    blank = sum(line.tally.shown for line in figures.sources if line.name == NOT_RECORDED)
    if blank:
        yield f"For {blank:,} of {words.shown.lower()}'s new patients nobody recorded how they heard of the clinic."
    begins = figures.reaches("shown") and figures.periods.year.first <= known_from(_first(figures))
    if counted.under_care and begins:
        patients = "One patient was" if counted.under_care == 1 else f"{counted.under_care:,} patients were"
        yield f"{patients} already under care where the data begins ({spoken(_first(figures))}); not counted as new."
    open_still = figures.attended["shown"].without_outcome
    if open_still:
        what = "One appointment" if open_still == 1 else f"{open_still:,} appointments"
        yield f"{what} of {words.shown.lower()} without an outcome so far: visits and rates may still change."
    if differences:
        yield f"{how_many_differ(len(differences))} from the first workbook of this period: see the sheet About."
    if not figures.adds_up:
        yield "The tables do not add up to what was counted apart: see the checks on the sheets Sources and About."


def _first(figures: Figures) -> date:
    return date.fromisoformat(figures.counted.first_day)


def _enumerated(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
