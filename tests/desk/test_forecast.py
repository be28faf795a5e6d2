"""`forecast`: who would get what, and nothing is changed by asking."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from lakeside_day import MOMENT, Ask, rows
from sqlalchemy import text

from jobs.clinic.due_letters import Due
from jobs.clinic.last_look import RULE_GONE, Verdict
from jobs.desk.forecast import forecast, why
from jobs.desk.rehearsal import rehearsing
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools, open_tools


def as_if_nothing_was_planned(home: Path) -> None:
    """A clinic after its first pull: the events are there, and no letter is planned."""
    tools = open_tools(home, load_settings(home), MOMENT)
    with tools.store.begin() as memory:
        for table in ("sent_articles", "attempts", "letters", "cursors WHERE name != 'signs'"):
            memory.connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    tools.store.close()


def test_the_letters_of_the_next_days_are_listed_with_their_reasons(ask: Ask) -> None:
    shown = ask("forecast", "--days", "7")
    assert shown.exit_code == 0
    assert "The next 7 days, as things stand now" in shown.output
    assert "reminder" in shown.output and "2 days before" in shown.output
    assert "Nothing was sent or changed." in shown.output


def test_a_forecast_tells_of_letters_that_are_not_even_planned_yet(ask: Ask, home: Path) -> None:
    as_if_nothing_was_planned(home)
    shown = ask("forecast").output
    assert re.search(r"\b[1-9]\d* letters would leave", shown) and "reminder" in shown


@pytest.mark.parametrize("question", [("forecast",), ("why", "1"), ("status",)])
def test_asking_changes_nothing_in_the_clinics_memory(ask: Ask, home: Path, question: tuple[str, ...]) -> None:
    """Neither a letter, nor the day from which a rule counts, nor how far the planner has come."""
    as_if_nothing_was_planned(home)
    before, files = rows(home), sorted(os.listdir(home / "var"))
    assert ask(*question).exit_code == 0
    assert rows(home) == before
    assert not rows(home)["letters"] and ["signs"] == [row[2] for row in rows(home)["cursors"]]
    assert [name for name in sorted(os.listdir(home / "var")) if name not in files] == []


def test_a_rule_that_was_only_looked_at_has_not_begun(ask: Ask, home: Path) -> None:
    """Else a forecast on Monday would let Friday's switched-on rule write to Tuesday's patients."""
    as_if_nothing_was_planned(home)
    ask("forecast", now="2026-02-01 10:00")
    assert not [row for row in rows(home)["cursors"] if "start of rule" in str(row)]


def test_what_was_forecast_is_what_is_then_sent(tools: Tools) -> None:
    """Two days ahead, then the job itself on that day: each letter that it sends was named."""
    from jobs.send_follow_ups import run

    with rehearsing(tools) as rehearsed:
        verdicts, _, _ = forecast(rehearsed, 2)
    named = {(verdict.due.patient_id, verdict.due.rule) for verdict in verdicts if verdict.what == "send"}
    then = tools.now + timedelta(days=2)
    later = open_tools(tools.home, tools.settings, then)
    run(later, later.today)
    with later.store.begin() as memory:
        query = text("SELECT patient_id, rule FROM letters WHERE state = 'sent' AND sent_at > :since")
        sent = {tuple(row) for row in memory.connection.execute(query, {"since": "2026-03-05"})}
    later.store.close()
    assert sent and sent <= named


def test_a_letter_that_must_wait_says_what_for(tools: Tools) -> None:
    due = Due._make([0] * len(Due._fields))._replace(what="no_show", event_starts_at="2026-03-04T01:00:00Z")
    zone, rule = tools.settings.clinic.tzinfo, tools.settings.follow_ups.rule("missed_visit")
    assert why(Verdict(due, "send", ""), rule, zone) == "missed visit (visit of 2026-03-03), 2 hours after"
    assert (
        why(Verdict(due, "wait", "it is Sunday"), rule, zone)
        == "missed visit (visit of 2026-03-03), 2 hours after; waits: it is Sunday"
    )
    assert why(Verdict(due, "send", ""), None, zone) == f"waits: {RULE_GONE}"


def test_one_day_is_less_than_a_month(ask: Ask) -> None:
    counts = [int(ask("forecast", "--days", days).output.rsplit("│\n", 1)[-1].split("letter")[0].split()[-1])
              for days in ("1", "30")]  # fmt: skip
    assert 0 < counts[0] < counts[1]


def test_no_days_are_no_forecast(ask: Ask) -> None:
    assert ask("forecast", "--days", "0").exit_code == 2
