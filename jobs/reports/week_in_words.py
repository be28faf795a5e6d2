"""The week in five figures and a few sentences, made from the figures alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.clinic.figures import (
    ALREADY_UNDER_CARE,
    AVERAGE_WEEKS,
    NOT_RECORDED,
    NOT_YET_NAMED,
    TREND_WEEKS,
    ReferralFigures,
    SourceLine,
)

NO_SOURCES = (NOT_YET_NAMED, NOT_RECORDED, ALREADY_UNDER_CARE)
RISE = 3  # more new patients than the average before a source is said to have risen
REGULAR_WEEKS = 3  # weeks in a row with new patients before a week without is news
NAMED_IN_A_SENTENCE = 3


@dataclass(frozen=True)
class Card:
    """One headline figure. `good` colours the change: True for better, False for worse, None for neither."""

    title: str
    value: int | float | None
    is_rate: bool
    change: str
    good: bool | None
    note: str


def cards(figures: ReferralFigures) -> tuple[Card, ...]:
    """The five figures on the first page."""
    total = figures.total
    kept, attended, before = figures.evaluations, total.attended, total.attended_before
    year = total.year
    return (
        _count_card("New patients", total.week.referred, total.previous, total.four_weeks),
        _count_card("First visits kept", kept.week, kept.previous, kept.four_weeks),
        _count_card("Visits", attended.visits, figures.attended_previous.visits, before.visits),
        _rate_card("No-show rate", attended.no_show_rate, figures.attended_previous.no_show_rate, before.no_show_rate),
        Card(
            "Conversion this year",
            year.conversion,
            True,
            f"{year.evaluated:,} of {year.referred - year.ahead:,} evaluated",
            None,
            f"{year.ahead:,} still ahead",
        ),
    )


def _count_card(title: str, value: int, previous: int, four_weeks: int) -> Card:
    more = value - previous
    note = f"four-week average {four_weeks / AVERAGE_WEEKS:,.1f}"
    if more == 0:
        return Card(title, value, False, "as the week before", None, note)
    change = f"▲ {more:,} more than before" if more > 0 else f"▼ {-more:,} fewer than before"
    return Card(title, value, False, change, more > 0, note)


def _rate_card(title: str, rate: float | None, previous: float | None, before: float | None) -> Card:
    note = "" if before is None else f"four weeks before {before:.1%}"
    if rate is None or previous is None:
        return Card(title, rate, True, "", None, note)
    points = round((rate - previous) * 100, 1)
    if points == 0:
        return Card(title, rate, True, "as the week before", None, note)
    change = f"▲ {points:.1f} points higher" if points > 0 else f"▼ {-points:.1f} points lower"
    return Card(title, rate, True, change, points < 0, note)


def sentences(figures: ReferralFigures) -> list[str]:
    """What happened this week, the most useful first."""
    named = [line for line in figures.sources if line.name not in NO_SOURCES]
    said = [_new_patients(figures.total), _most(named), *_risen(named), *_silent(named), *_doubts(figures)]
    return [words for words in said if words]


def _new_patients(total: SourceLine) -> str:
    count, average = total.week.referred, total.four_week_average
    if not total.says_something():
        return "No appointment and no referral is known for this year or for the last twelve weeks."
    if count == 0:
        return f"No new patient booked a first appointment this week; the four-week average is {average:.1f}."
    who = "One new patient" if count == 1 else f"{count:,} new patients"
    compared = (
        "as many as"
        if count == total.previous
        else f"{abs(count - total.previous):,} " + ("more than" if count > total.previous else "fewer than")
    )
    return f"{who} booked a first appointment, {compared} the week before; the four-week average is {average:.1f}."


def _most(named: Sequence[SourceLine]) -> str:
    sent = sorted((line for line in named if line.week.referred), key=lambda line: -line.week.referred)
    if not sent:
        return ""
    listed = [f"{line.name} ({line.week.referred})" for line in sent[:NAMED_IN_A_SENTENCE]]
    others = len(sent) - len(listed)
    if others:
        listed.append("one other source" if others == 1 else f"{others} other sources")
    return f"They came through {_enumerated(listed)}."


def _risen(named: Sequence[SourceLine]) -> list[str]:
    risen = [line for line in named if line.week.referred >= line.four_week_average + RISE]
    risen.sort(key=lambda line: line.four_week_average - line.week.referred)
    return [
        f"{line.name} stands out: {line.week.referred} this week, {line.four_week_average:.1f} a week before."
        for line in risen[:2]
    ]


def _silent(named: Sequence[SourceLine]) -> list[str]:
    """Sources that came every week and not in this one; the longest habit first."""
    silent = [
        (weeks, line) for line in named if not line.week.referred and (weeks := _weeks_in_a_row(line)) >= REGULAR_WEEKS
    ]
    silent.sort(key=lambda found: (-found[0], -found[1].year.referred, found[1].name))
    return [
        f"{line.name}, with {line.year.referred} new patients this year, brought nobody for the first time in "
        f"{'at least ' if weeks == TREND_WEEKS - 1 else ''}{weeks + 1} weeks."
        for weeks, line in silent[:2]
    ]


def _weeks_in_a_row(line: SourceLine) -> int:
    weeks = 0
    for count in reversed(line.trend[:-1]):
        if not count:
            break
        weeks += 1
    return weeks


def _doubts(figures: ReferralFigures) -> list[str]:
    """What keeps the figures from being the whole truth."""
    said = []
    if figures.unnamed:
        texts, referrals = len(figures.unnamed), sum(each.referrals for each in figures.unnamed)
        what = "One source as typed has" if texts == 1 else f"{texts:,} sources as typed have"
        since = "this year and in the trend"
        said.append(f"{what} no name yet ({referrals:,} referrals {since}): see the sheet Needs a name.")
    blank = sum(line.week.referred for line in figures.sources if line.name == NOT_RECORDED)
    if blank:
        said.append(f"For {blank:,} of this week's new patients nobody recorded how they heard of the clinic.")
    open_still = figures.total.attended.without_outcome
    if open_still:
        what = "One appointment" if open_still == 1 else f"{open_still:,} appointments"
        said.append(f"{what} of this week without an outcome so far: visits and rates may still change.")
    if not figures.adds_up:
        said.append("The tables do not add up to what was counted apart: see the checks under the table Sources.")
    return said


def _enumerated(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
