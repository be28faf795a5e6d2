"""Send each patient the follow-up that the last event calls for, once."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from jobs.articles.choice import Choice, Need, choose
from jobs.articles.library import Library, load_library
from jobs.clinic.durations import parse_duration
from jobs.clinic.follow_ups import Calendar, Rule, plan_letters, utc_text
from jobs.clinic.last_look import Due, Verdict, look
from jobs.mail.fields import ArticleValues, LetterValues, moment_in_words
from jobs.mail.journal import Journal
from jobs.mail.limits import allowed_now, brake
from jobs.mail.message import Envelope, message_id, recipients_of, stop_links, unsubscribe_token
from jobs.mail.outbox import AskedToStop, Ready, Tally, send, settle
from jobs.mail.stop_secret import stop_secret
from jobs.mail.templates import load_letters
from jobs.mail.transports import open_transport
from jobs.mail.writing import LetterWriter, Order
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.episodes import histories
from jobs.store.letter_ledger import ChosenArticle, LetterLedger
from jobs.store.letters import (
    LetterFacts,
    articles_sent,
    change_letters,
    due_letters,
    left_since,
    letter_facts,
    letters_in,
    news,
    people,
    rule_starts,
    save_plan,
    sent_to_addresses,
)
from jobs.store.memory import Memory
from jobs.store.runs import recent_runs

GROUP = 100  # letters in one commit
DECIDED_FOR = timedelta(minutes=1)  # a letter that leaves later is looked at again
EVENTS_AT_ONCE = 10_000  # of a first pull there can be very many
_BECOMES = {"send": "ready", "withdraw": "withdrawn", "wait": ""}  # "": stays what it is


def get_ready(tools: Tools) -> LetterWriter:
    """Start the process that writes the letters; it looks at the templates until the first letter is due."""
    return LetterWriter(
        partial(load_letters, tools.home / "templates", tools.settings.clinic, tools.state_dir / "cache")
    )


def run(tools: Tools, today: date) -> Outcome:
    """Plan what the new events call for, look at what is due once more, write it and send it."""
    with tools.ready or get_ready(tools) as writer:
        planned = plan(tools, today)
        settled = settle_last_run(tools)
        verdicts = decide(tools)
        letters = [verdict.due for verdict in verdicts if verdict.what == "send"]
        why_stopped = too_many(tools, letters) or too_old(tools, letters)
        if why_stopped:
            return Outcome({"letters planned": planned, "letters waiting": len(letters)}, failed=why_stopped)
        quota = allowed_now(_left_today(tools), tools.settings.mail.daily_quota)
        tally = send_letters(tools, letters[:quota], writer) if letters else Tally()
        notes = [*_unusable(tools, writer, letters), *_over(len(letters) - quota)]
    return _outcome(planned, verdicts, settled, tally, notes)


def plan(tools: Tools, today: date) -> int:
    """Plan a letter for each new event that calls for one; say how many are new."""
    follow_ups = tools.settings.follow_ups
    new, is_all = 0, False
    while not is_all:
        with tools.store.begin() as memory:
            starts = rule_starts(memory, follow_ups, today.isoformat())
            happenings, up_to, is_all = news(memory, follow_ups.events(), EVENTS_AT_ONCE)
            known = histories(memory, {happening.patient_id for happening in happenings})
            planned = plan_letters(happenings, known, follow_ups, starts, _calendar(tools))
            new += save_plan(memory, planned, up_to, tools.now)
    return new


def settle_last_run(tools: Tools) -> Counter[str]:
    """Find out what became of the letters that a run left on their way when it died."""
    with tools.store.begin() as memory:
        attempting = letters_in(memory, "attempting")
    path = tools.state_dir / "outbox.journal"
    if not attempting and not (path.exists() and path.stat().st_size):
        return Counter()
    journal = Journal(path)
    try:
        return settle(attempting, LetterLedger(tools.store.begin, tools.settings.mail.transport), journal, tools.clock)
    finally:
        journal.close()


def decide(tools: Tools, due: Sequence[Due] | None = None) -> list[Verdict]:
    """Look at these letters, or at every one that is due, once more and keep what was decided."""
    with tools.store.begin() as memory:
        verdicts = look_at(memory, tools, due_letters(memory, utc_text(tools.now)) if due is None else due)
        changes = [
            (verdict.due.letter_id, state, verdict.reason)
            for verdict in verdicts
            if ((state := _BECOMES[verdict.what] or verdict.due.state), verdict.reason)
            != (verdict.due.state, verdict.due.reason)
        ]
        change_letters(memory, changes, utc_text(tools.now))
    return verdicts


def look_at(memory: Memory, tools: Tools, due: Sequence[Due]) -> list[Verdict]:
    """Decide each of these letters as of now, changing nothing."""
    if not due:
        return []
    follow_ups = tools.settings.follow_ups
    known = people(memory, (letter.patient_id for letter in due), follow_ups.rules)
    keys = (person.address_key for person in known.values())
    to_addresses = sent_to_addresses(memory, keys, tools.now, follow_ups.caps.days)
    return list(look(due, known, to_addresses, follow_ups, tools.now, _calendar(tools)))


def too_many(tools: Tools, letters: Sequence[Due]) -> str:
    """The brake: a sentence where this run would send far more than usual, else ""."""
    mail = tools.settings.mail
    if mail.mode == "preview" or len(letters) <= mail.brake_floor:
        return ""
    with tools.store.begin() as memory:
        runs = recent_runs(memory, "send_follow_ups")
    usual = [sent for run in runs if (sent := run.counts.get("letters sent", 0))]
    return brake(len(letters), usual or [0], mail.brake_multiple, mail.brake_floor) or ""


def too_old(tools: Tools, letters: Sequence[Due]) -> str:
    """A sentence where letters must wait because what we know of the appointments is too old, else ""."""
    within = tools.settings.installation.pull_within
    if not letters:
        return ""
    with tools.store.begin() as memory:
        pulls = recent_runs(memory, "pull_appointments", 1)
    if pulls and datetime.fromisoformat(pulls[0].started_at) >= tools.now - parse_duration(within):
        return ""
    last = f"the last one began at {pulls[0].started_at}" if pulls else "there was none"
    return f"No pull of the appointments ended well within {within} ({last}). The letters wait for the next one."


def send_letters(tools: Tools, due: Sequence[Due], writer: LetterWriter) -> Tally:
    """Write the letters in groups and send them, each once."""
    mail = tools.settings.mail
    transport = open_transport(mail, tools.settings.google, tools.state_dir, tools.today)
    ledger = LetterLedger(tools.store.begin, transport.name)
    journal = Journal(tools.state_dir / "outbox.journal")
    try:
        with tools.progress("Sending letters", total=len(due)) as advance:
            groups = _groups(tools, writer, ledger, due)
            return send(
                groups,
                ledger,
                transport,
                journal,
                tools.clock,
                advance,
                recipients_of=recipients_of,
                pause_seconds=mail.pause_seconds,
            )
    finally:
        transport.close()
        journal.close()


class _Ordered(NamedTuple):
    """A letter that is being written."""

    facts: LetterFacts
    articles: list[Choice]
    order: Order


def _groups(tools: Tools, writer: LetterWriter, ledger: LetterLedger, due: Sequence[Due]) -> Iterator[list[Ready]]:
    """Finished letters, group by group; while one group leaves, the next is being written."""
    library, _ = load_library(tools.home / "config" / "articles.csv")
    secret = stop_secret(tools.state_dir)
    ordered: list[_Ordered] = []
    chosen: dict[int, set[str]] = {}
    for start in range(0, len(due) + GROUP, GROUP):
        usable = _usable(tools, writer, _still_right(tools, due[start : start + GROUP]))
        coming = []
        with tools.store.begin() as memory:
            facts = letter_facts(memory, (letter.letter_id for letter in usable))
            already = articles_sent(memory, (letter.patient_id for letter in usable))
        for patient_id in already.keys() & chosen.keys():
            already[patient_id] |= chosen[patient_id]
        for letter in usable:
            coming.append(_order(tools, library, secret, facts[letter.letter_id], already))
        written = writer.take() if ordered else []
        if coming:
            writer.ask([each.order for each in coming])
        if ordered:
            yield list(_finished(tools, ledger, ordered, written))
        ordered, chosen = coming, already


def _still_right(tools: Tools, due: Sequence[Due]) -> Sequence[Due]:
    """The letters that may still leave: while others left, a visit may have been cancelled or the day have ended."""
    now = tools.clock()
    if not due or now - tools.now < DECIDED_FOR:
        return due
    return [verdict.due for verdict in decide(replace(tools, now=now), due) if verdict.what == "send"]


def _usable(tools: Tools, writer: LetterWriter, due: Sequence[Due]) -> list[Due]:
    """The letters whose template can be used; the others wait until it is mended."""
    waiting = [letter for letter in due if _rule(tools, letter.rule).template not in writer.usable]
    if waiting:
        _wait(tools, ((letter.letter_id, letter.state) for letter in waiting), "its template has faults")
    return [letter for letter in due if letter not in waiting]


def _wait(tools: Tools, letters: Iterable[tuple[int, str]], why: str) -> None:
    reason = f"{why}; `run_jobs.py check` names them"
    with tools.store.begin() as memory:
        change_letters(memory, ((letter_id, state, reason) for letter_id, state in letters), utc_text(tools.now))


def _finished(
    tools: Tools, ledger: LetterLedger, ordered: Sequence[_Ordered], written: Sequence[bytes | None]
) -> Iterator[Ready]:
    """The letters of a group as they came back from the writer."""
    unwritten = [(each.facts.letter_id, "ready") for each, data in zip(ordered, written, strict=True) if data is None]
    if unwritten:
        _wait(tools, unwritten, "its template cannot be written for this patient")
    for (facts, articles, order), data in zip(ordered, written, strict=True):
        if data is not None:
            ledger.expect(facts, [ChosenArticle(choice.article.slug, choice.reason) for choice in articles])
            yield Ready(facts.letter_id, facts.email, order.envelope.message_id, data, facts.draft_id)


def _order(tools: Tools, library: Library, secret: bytes, facts: LetterFacts, already: dict[int, set[str]]) -> _Ordered:
    """What one letter says, and to whom; `already` learns of its articles."""
    mail, clinic, rule = tools.settings.mail, tools.settings.clinic, _rule(tools, facts.rule)
    seen = already.setdefault(facts.patient_id, set())
    choices = articles_for(facts, rule, library, seen)
    seen.update(choice.article.slug for choice in choices)
    token = unsubscribe_token(secret, clinic.id, facts.letter_id, rule.category)
    mailto, url = stop_links(mail.unsubscribe_address or mail.reply_to or mail.sender, mail.unsubscribe_url, token)
    day, time = moment_in_words(facts.starts_at, clinic.zone)
    articles = tuple(ArticleValues(c.article.title, c.article.url, c.article.summary) for c in choices)
    values = LetterValues(facts.first_name, day, time, facts.provider, facts.location, articles, mailto, url)
    key = f"{clinic.id}:{facts.patient_id}:{facts.rule}:{facts.event_id}"
    envelope = Envelope(
        mail.sender,
        mail.sender_name or clinic.name,
        facts.email,
        mail.reply_to,
        message_id(mail.sender.partition("@")[2], key),
        tools.now,
        mailto,
        url,
        rule.category,
        rule.name,
    )
    return _Ordered(facts, choices, Order(rule.template, values, envelope))


def articles_for(facts: LetterFacts, rule: Rule, library: Library, already: Collection[str]) -> list[Choice]:
    """The articles that a letter carries; `already` are those that the patient has."""
    need = Need(facts.diagnosis, facts.complaint, facts.activity, facts.service, facts.kind, facts.step)
    return choose(library.for_letters(rule.category), need, already, rule.articles) if rule.articles else []


def _rule(tools: Tools, name: str) -> Rule:
    """The rule of a letter that passed the last look, hence one that is switched on."""
    rule = tools.settings.follow_ups.rule(name)
    assert rule is not None
    return rule


def _calendar(tools: Tools) -> Calendar:
    clinic = tools.settings.clinic
    return Calendar(clinic.tzinfo, clinic.holidays)


def _left_today(tools: Tools) -> int:
    midnight = tools.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with tools.store.begin() as memory:
        return left_since(memory, utc_text(midnight))


def _unusable(tools: Tools, writer: LetterWriter, due: Sequence[Due]) -> Iterator[str]:
    """A sentence for each template whose letters had to wait because it has faults."""
    waiting = Counter(_rule(tools, letter.rule).template for letter in due)
    for template in sorted(waiting.keys() - writer.usable if due else ()):
        yield f"{waiting[template]} letters wait: templates/{template} has faults; `run_jobs.py check` names them."


def _over(over: int) -> Iterator[str]:
    if over > 0:
        yield f"{over} letters wait for tomorrow: the daily quota is reached."


def _outcome(
    planned: int, verdicts: Sequence[Verdict], settled: Counter[str], tally: Tally, notes: Sequence[str]
) -> Outcome:
    counts: Counter[str] = Counter({"letters planned": planned})
    counts.update({f"letters {state}": count for state, count in tally.items() if count})
    counts.update({f"letters of a dead run {state}": count for state, count in settled.items() if count})
    counts["letters sent"] += 0
    for verdict in verdicts:
        if verdict.what != "send":
            counts[{"wait": "letters waiting", "withdraw": "letters withdrawn"}[verdict.what]] += 1
    unknown = tally["unknown"] + settled["unknown"]
    if unknown:
        notes = [*notes, f"{unknown} letters may have left; they are not sent again. `run_jobs.py status` counts them."]
    asked = isinstance(tally.stopped_by, AskedToStop)
    notes = [*notes, tally.stopped] if asked else notes
    return Outcome(dict(counts), notes=tuple(notes), failed="" if asked else tally.stopped)
