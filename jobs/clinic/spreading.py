"""The day's letters leave evenly over the sending hours, instead of all at the opening."""

from collections.abc import Sequence
from datetime import UTC, datetime

from jobs.clinic.due_letters import Due
from jobs.clinic.follow_ups import Calendar, FollowUps, utc_text


def portion(
    letters: Sequence[Due], follow_ups: FollowUps, calendar: Calendar, now: datetime, next_run: datetime | None
) -> list[Due]:
    """Those of the waiting letters that leave in this run, the most important first; the others leave in later ones.

    What would be too late by the next run leaves now, and so does what has sending hours of its own. Without a next
    run before the closing, everything leaves.
    """
    closes = follow_ups.sending.span(now.astimezone(calendar.zone).date(), calendar.zone)[1]
    now = now.astimezone(UTC)  # two moments of one zone are compared by what its clocks show, which repeats an hour
    next_run = next_run and next_run.astimezone(UTC)
    if next_run is None or next_run >= closes or next_run <= now:
        return list(letters)
    runs_left = -(-(closes - now) // (next_run - now))
    hurried = {letter.letter_id for letter in letters if _cannot_wait(letter, follow_ups, utc_text(next_run))}
    others = [letter.letter_id for letter in letters if letter.letter_id not in hurried]
    leaving = hurried | set(others[: -(-len(others) // runs_left)])
    return [letter for letter in letters if letter.letter_id in leaving]


def _cannot_wait(letter: Due, follow_ups: FollowUps, next_run: str) -> bool:
    rule = follow_ups.rule(letter.rule)
    return letter.expires_at <= next_run or (rule is not None and rule.sending is not None)
