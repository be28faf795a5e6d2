"""What a run of letters came to: counts and sentences, without patient data."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from jobs.articles.library import Library
from jobs.clinic.due_letters import Due
from jobs.clinic.last_look import NO_LETTER_LEFT, PUT_OFF_TOO_LONG, RULE_GONE, Verdict
from jobs.mail.outbox import AskedToStop, SignInRefused, Tally
from jobs.mail.writing import LetterWriter
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sending.letters import library_now, list_waited_for, rule_of
from jobs.sending.refusals import RefusesEverybody

_COUNTED = {
    "wait": "letters waiting",
    "soon": "letters in their grace period",
    "hold": "letters held",
    "withdraw": "letters withdrawn",
}
_TRIED = ("sent", "deferred", "failed", "unknown")


def sum_up(
    planned: Mapping[str, int],
    verdicts: Sequence[Verdict],
    settled: Counter[str],
    tally: Tally,
    notes: Sequence[str],
) -> Outcome:
    """The outcome of a run that sent what it could."""
    counts = Counter(planned)
    counts.update({f"letters {state}": count for state, count in tally.items() if count})
    counts.update(settled)
    counts["letters sent"] += 0
    counts.update(_COUNTED[verdict.what] for verdict in verdicts if verdict.what != "send")
    unknown = tally["unknown"] + settled["letters of a dead run unknown"] - settled["unknown letters found not sent"]
    unknown -= settled["unknown letters found sent"]
    if unknown > 0:
        notes = [*notes, f"{unknown} letters may have left; they are not sent again. `run_jobs.py outbox` lists them."]
    lost = sum(verdict.what == "withdraw" and _could_not_leave(verdict.reason) for verdict in verdicts)
    if lost:
        notes = [*notes, f"{lost} letters were too late before they left; `run_jobs.py outbox` lists them."]
    asked = isinstance(tally.stopped_by, AskedToStop)
    if asked:
        del counts["letters ready"]  # those of the group under way
        counts["letters left for the next run"] = _left(verdicts, tally)
    notes = [*notes, *_of_rules_gone(verdicts), *([tally.stopped] if asked else ())]
    until_changed = isinstance(tally.stopped_by, (SignInRefused, RefusesEverybody))
    return Outcome(dict(counts), tuple(notes), failed="" if asked else tally.stopped, until_changed=until_changed)


def _of_rules_gone(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """A sentence for each rule that was renamed or taken out and whose letters are due."""
    for rule, count in sorted(Counter(each.due.rule for each in verdicts if each.reason == RULE_GONE).items()):
        yield f"{count} letters of {rule} wait: {RULE_GONE}; `run_jobs.py check` says what to do."


def _could_not_leave(reason: str) -> bool:
    return NO_LETTER_LEFT in reason or PUT_OFF_TOO_LONG in reason


def _left(verdicts: Sequence[Verdict], tally: Tally) -> int:
    """How many letters that were to leave were not tried, since somebody asked the run to stop."""
    return sum(verdict.what == "send" for verdict in verdicts) - sum(tally[state] for state in _TRIED)


def faulty_templates(tools: Tools, writer: LetterWriter, due: Sequence[Due]) -> Iterator[str]:
    """A sentence for each template that has faults or is not there, so that its letters wait or an earlier version of
    it goes on."""
    waiting = Counter(rule_of(tools, letter.rule).template for letter in due)
    for template in sorted(waiting.keys() - writer.usable if waiting else ()):
        wrong, told = _wrong_with(template, writer)
        yield f"{waiting[template]} letters wait: {wrong}; {told}"
    for earlier in writer.instead if waiting else ():
        wrong, told = _wrong_with(earlier.name, writer)
        yield f"{wrong}; its version {earlier.number} goes on. {told}"


def _wrong_with(template: str, writer: LetterWriter) -> tuple[str, str]:
    """What is wrong with a template, and what tells more."""
    if template in writer.gone:
        return f"templates/{template} is not there", "`run_jobs.py check` says what to do."
    return f"templates/{template} has faults", "`run_jobs.py check` names them."


def faulty_lists(tools: Tools, due: Sequence[Due]) -> Iterator[str]:
    """What is wrong with the lists of articles and of the clinic's own words, where a letter that wants articles is
    due; and how many letters wait for it."""
    with_articles = sum(bool(rule_of(tools, letter.rule).articles) for letter in due)
    library = library_now(tools) if with_articles else Library()
    yield from map(str, library.faults)
    if library.cannot_be_read:
        yield list_waited_for(with_articles)
