"""Who would get what in the next days, and why; nothing is sent and nothing is changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rich.console import Console
from rich.table import Table

from jobs.articles.choice import choose
from jobs.clinic.durations import duration_words
from jobs.clinic.follow_ups import Rule, utc_text
from jobs.clinic.last_look import Due, Verdict
from jobs.runner.tools import Tools
from jobs.send_follow_ups import look_at, need_of, open_writer, plan
from jobs.store.letters import LetterFacts, articles_sent, due_letters, letter_facts


def show_forecast(tools: Tools, days: int) -> None:
    """Print every letter that is due in the next `days` days, as things stand now."""
    console = Console()
    verdicts, facts, articles = forecast(tools, days)
    table = Table("When", "Patient", "Letter", "Why", "Articles", title=f"The next {days} days, as things stand now")
    for verdict in sorted(verdicts, key=lambda verdict: verdict.due.due_at):
        if verdict.what == "withdraw":
            continue
        letter = facts[verdict.due.letter_id]
        when = _local(tools, max(verdict.due.due_at, utc_text(tools.now)))
        rule = tools.settings.follow_ups.rule(verdict.due.rule)
        table.add_row(
            when, f"no. {letter.patient_id}", verdict.due.rule, why(verdict.due, rule), articles[letter.letter_id]
        )
    console.print(table)
    withdrawn = sum(verdict.what == "withdraw" for verdict in verdicts)
    console.print(
        f"{table.row_count} letters would leave; {withdrawn} planned ones would be withdrawn. Nothing was sent. "
        "`run_jobs.py why NUMBER` tells the whole story of one patient."
    )


def forecast(tools: Tools, days: int) -> tuple[list[Verdict], dict[int, LetterFacts], dict[int, str]]:
    """The verdicts on all letters due in `days` days, the facts behind each and its articles in words."""
    plan(tools, tools.today)
    with tools.store.begin() as memory:
        due = due_letters(memory, utc_text(tools.now + timedelta(days=days)))
        verdicts = [verdict for moment in _moments(due, tools.now) for verdict in _as_of(memory, tools, due, moment)]
        facts = letter_facts(memory, (letter.letter_id for letter in due))
        already = articles_sent(memory, (letter.patient_id for letter in due))
    library = open_writer(tools).library
    articles = {}
    for letter_id, letter in facts.items():
        rule = tools.settings.follow_ups.rule(letter.rule)
        wanted = rule.articles if rule else 0
        chosen = choose(library, need_of(letter), already.get(letter.patient_id, ()), wanted) if wanted else []
        articles[letter_id] = "; ".join(f"{c.article.title}: {c.reason}" for c in chosen)
    return verdicts, facts, articles


def why(due: Due, rule: Rule | None) -> str:
    """The rule's own words for one planned letter."""
    if rule is None:
        return "the rule is gone"
    event = {"no_show": "missed visit"}.get(due.what, due.what)
    wait = duration_words(abs(rule.waiting))
    return f"{event} on {due.event_starts_at[:10]}, {wait} {'before' if rule.waiting < timedelta(0) else 'after'}"


def _moments(due: Iterable[Due], now: datetime) -> list[datetime]:
    """Now for what is due, and the moment of each later letter: each is judged as of its own time."""
    return sorted({max(now, datetime.fromisoformat(letter.due_at)) for letter in due})


def _as_of(memory: object, tools: Tools, due: Iterable[Due], moment: datetime) -> list[Verdict]:
    from dataclasses import replace

    then = [letter for letter in due if max(tools.now, datetime.fromisoformat(letter.due_at)) == moment]
    return look_at(memory, replace(tools, now=moment), then)  # type: ignore[arg-type]


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%a %d %b %H:%M}"
