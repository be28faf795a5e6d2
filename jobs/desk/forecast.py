"""Who would get what in the next days, and why; nothing is sent and nothing is changed."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from rich.table import Table

from jobs.articles.library import load_library
from jobs.articles.pages import NAME as PAGES
from jobs.clinic.due_letters import Due
from jobs.clinic.durations import duration_words
from jobs.clinic.follow_ups import Rule, utc_text, why_pointless
from jobs.clinic.last_look import NO_OUTCOME, OUTSIDE_HOURS, RULE_GONE, TO_CORRECT, WELCOME_LEAVES, Verdict
from jobs.clinic.overtaken import SUPERSEDED
from jobs.desk.rehearsal import rehearsing
from jobs.desk.terminal import open_console
from jobs.mail.limits import let_it_go
from jobs.runner.tools import Tools
from jobs.sending.deciding import look_at
from jobs.sending.holding_back import too_many_at_once, why_all_wait
from jobs.sending.letters import WAITS_FOR_LIST, articles_for, list_waited_for
from jobs.sending.planning import calendar_of, plan
from jobs.store.article_vetoes import articles_not_for
from jobs.store.due_letters import due_letters
from jobs.store.letters import LetterFacts, letter_facts


def show_forecast(tools: Tools, days: int) -> None:
    """Print every letter that is due in the next `days` days, as things stand now."""
    console = open_console()
    with rehearsing(tools) as rehearsed:
        verdicts, facts, articles = forecast(rehearsed, days)
    all_wait = why_all_wait(tools)
    table = Table("When", "Patient", "Letter", "Why", title=f"The next {days} days, as things stand now")
    if any(articles.values()):
        table.add_column("Articles")
    for verdict in sorted(verdicts, key=lambda verdict: verdict.due.due_at):
        if _is_withdrawn(verdict):
            continue
        letter = facts[verdict.due.letter_id]
        when = _local(tools, max(verdict.due.due_at, utc_text(tools.now)))
        patient = f"{letter.patient_id} {letter.first_name}"
        rule = tools.settings.follow_ups.rule(verdict.due.rule)
        reason = why(verdict, rule, tools.settings.clinic.tzinfo)
        table.add_row(when, patient, verdict.due.rule, reason, *filter(None, [articles[letter.letter_id]]))
    console.print(table)
    if for_list := sum(verdict.reason == WAITS_FOR_LIST for verdict in verdicts):
        console.print(list_waited_for(for_list), soft_wrap=True)
    withdrawn = sum(_is_withdrawn(verdict) and verdict.reason != SUPERSEDED for verdict in verdicts)
    waiting = sum(not _is_withdrawn(verdict) and _waits_for_a_person(tools, verdict) for verdict in verdicts)
    leaving = table.row_count - waiting
    if all_wait:
        console.print(f"No letter leaves as things stand now. {all_wait}", soft_wrap=True)
    braked = _braked(tools, verdicts)
    if braked:
        console.print(braked, soft_wrap=True)
    console.print(
        f"{'1 letter' if leaving == 1 else f'{leaving} letters'} would leave"
        f"{' once that is settled' if all_wait or braked else ''}; "
        f"{f'{waiting} would wait for a person; ' if waiting else ''}"
        f"{withdrawn} planned before would be withdrawn. Nothing was sent or changed. "
        "`python run_jobs.py why NUMBER` tells the whole story of one patient.",
        soft_wrap=True,
    )


def _braked(tools: Tools, verdicts: Iterable[Verdict]) -> str:
    """That the brake stops the first run which would send far more letters than usual, "" where none does. What has
    become due by an opening leaves with the run of that moment."""
    follow_ups, calendar, runs = tools.settings.follow_ups, calendar_of(tools), Counter[datetime]()
    for verdict in verdicts:
        rule = follow_ups.rule(verdict.due.rule)
        if rule and (verdict.what == "send" or verdict.reason.startswith(OUTSIDE_HOURS)):
            moment = max(tools.now, datetime.fromisoformat(verdict.due.due_at))
            runs[follow_ups.hours(rule).next_open(moment, calendar.zone, calendar.holidays)] += 1
    for moment, count in sorted(runs.items()):
        if beyond := too_many_at_once(tools, count):
            when = f"{moment.astimezone(calendar.zone):%a %d %b %H:%M}"
            words = let_it_go(count)
            return f"The brake would stop the run of {when}, which would send {beyond}; {words}"
    return ""


def _is_withdrawn(verdict: Verdict) -> bool:
    """Whether a letter does not leave any more: by now, or once the welcome has left that goes before it."""
    return verdict.what == "withdraw" or verdict.reason == WELCOME_LEAVES


def _waits_for_a_person(tools: Tools, verdict: Verdict) -> bool:
    """Whether a letter stays until somebody has released it, mended a list or a row, filled in what it needs or what
    became of a visit, or written the name of its rule again."""
    rule = tools.settings.follow_ups.rule(verdict.due.rule)
    lacking = bool(rule and why_pointless(rule, tools.settings.clinic.unfilled))
    return (
        verdict.what == "hold"
        or lacking
        or verdict.reason in (NO_OUTCOME, RULE_GONE)
        or verdict.reason.endswith(TO_CORRECT)
    )


def forecast(tools: Tools, days: int) -> tuple[list[Verdict], dict[int, LetterFacts], dict[int, str]]:
    """The verdicts on all letters due in `days` days, the facts behind each and its articles in words.

    It plans what the newest events call for: hand it the tools of a rehearsal.
    """
    plan(tools, tools.today)
    with tools.store.begin() as memory:
        due = due_letters(memory, utc_text(tools.now + timedelta(days=days)))
        verdicts = [verdict for moment in _moments(due, tools.now) for verdict in _as_of(memory, tools, due, moment)]
        facts = letter_facts(memory, (letter.letter_id for letter in due))
        already = articles_not_for(memory, (letter.patient_id for letter in due))
    library, _ = load_library(tools.home / "config" / "articles.csv", tools.state_dir / PAGES)
    if library.cannot_be_read:
        verdicts = [_waiting_for_list(tools, verdict) for verdict in verdicts]
    articles = {}
    for letter_id, letter in facts.items():
        rule = tools.settings.follow_ups.rule(letter.rule)
        chosen = articles_for(letter, rule, library, already.get(letter.patient_id, ())) if rule else []
        articles[letter_id] = "; ".join(f"{c.article.title}: {c.reason}" for c in chosen)
    return verdicts, facts, articles


def _waiting_for_list(tools: Tools, verdict: Verdict) -> Verdict:
    """While the list of articles cannot be read, a letter that carries some waits."""
    rule = tools.settings.follow_ups.rule(verdict.due.rule)
    goes = verdict.what in ("send", "soon") and rule is not None and rule.articles
    return Verdict(verdict.due, "hold", WAITS_FOR_LIST) if goes else verdict


def why(verdict: Verdict, rule: Rule | None, zone: tzinfo) -> str:
    """The rule's own words for one planned letter, and what it still waits for."""
    if rule is None:
        return f"waits: {verdict.reason or RULE_GONE}"
    due = verdict.due
    event = {"no_show": "missed visit"}.get(due.what, due.what)
    wait = duration_words(abs(rule.waiting))
    day = datetime.fromisoformat(due.event_starts_at).astimezone(zone).date()
    when = f"{wait} {'before' if rule.waiting < timedelta(0) else 'after'}"
    if rule.when == "planned_visit" and due.state != "deferred" and not rule.waiting.seconds:
        if datetime.fromisoformat(due.due_at).astimezone(zone).date() > day + rule.waiting:
            when = f"the next sending day after the {'move' if due.what == 'moved' else 'booking'}"
    words = f"{event} (visit of {day}), {when}"
    return f"{words}; waits: {verdict.reason}" if verdict.what in ("wait", "hold") and verdict.reason else words


def _moments(due: Iterable[Due], now: datetime) -> list[datetime]:
    """Now for what is due, and the moment of each later letter: each is judged as of its own time."""
    return sorted({max(now, datetime.fromisoformat(letter.due_at)) for letter in due})


def _as_of(memory: object, tools: Tools, due: Iterable[Due], moment: datetime) -> list[Verdict]:

    then = [letter for letter in due if max(tools.now, datetime.fromisoformat(letter.due_at)) == moment]
    return look_at(memory, tools._replace(now=moment), then)  # type: ignore[arg-type]


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%a %d %b %H:%M}"
