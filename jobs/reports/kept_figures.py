"""A workbook's figures as a short list that can be kept, and in words what differs between two of them."""

from collections.abc import Mapping

from jobs.clinic.figures import Figures
from jobs.reports.figure_sheets import figure_rows
from jobs.reports.spoken_numbers import MOST_SAID, average_text, rate_text
from jobs.reports.week_in_words import cards

Said = Mapping[str, float | None]


def said_by(figures: Figures) -> dict[str, float | None]:
    """The five figures, every figure of the period and of the year, and the referrals of each source."""
    said: dict[str, float | None] = {card.title: card.value for card in cards(figures)}
    for row in figure_rows(figures):
        for name, words in (("shown", "in the period"), ("year", "year to date")):
            if name in row.by_period:
                said[f"{row.title}, {words}"] = row.by_period[name]
    for kind, lines in (("source", figures.sources), ("provider", figures.providers)):
        for line in lines:
            if line.tally.year or line.tally.shown:
                said[f"{line.name} ({kind}), in the period"] = line.tally.shown
                said[f"{line.name} ({kind}), year to date"] = line.tally.year
    return said


def differences(then: Said, now: Said) -> list[str]:
    """What differs, each in a sentence, those of the clinic as a whole first."""
    found = [
        f"{name}: {_shown(name, then.get(name))} then, {_shown(name, now.get(name))} now."
        for name in dict.fromkeys((*now, *then))
        if _apart(then.get(name), now.get(name))
    ]
    more = len(found) - MOST_SAID
    if more <= 0:
        return found
    return [*found[:MOST_SAID], "One more figure differs." if more == 1 else f"{more:,} more figures differ."]


def _apart(then: float | None, now: float | None) -> bool:
    if then is None or now is None:
        return bool(then) or bool(now)  # a source that was not there had no referrals
    return abs(then - now) > 1e-9


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "none"
    if "rate" in name or name.startswith("Conversion"):
        return rate_text(value)
    return f"{value:,.0f}" if value == int(value) else average_text(value, 2)
