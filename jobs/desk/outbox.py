"""The outbox as the front desk sees it: which letters wait, one letter as it would leave, and decisions about them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import click
from rich.table import Table

from jobs.clinic.follow_ups import utc_text
from jobs.clinic.last_look import RULE_GONE, Verdict
from jobs.desk.terminal import open_console
from jobs.runner.tools import Tools
from jobs.sending.deciding import look_at
from jobs.sending.letters import LIST_UNREADABLE, OrderDesk, library_now, start_writer
from jobs.store.decisions import STEPS, NoSuchLetter, NotPossible, What, decide_letter
from jobs.store.due_letters import letters_again
from jobs.store.outbox import LetterStory, Waiting, letter_story, letters_of, never_left, waiting_letters
from jobs.store.refusals import held_as_refused

_RECENT_DAYS = 7
_HOW_TO_DECIDE = (
    "`outbox show NO.` shows one; `outbox release`, `drop`, `hold`, `mark-sent` and `send-again` decide on them."
)
_HOW_TO_DECIDE_UNKNOWN = (
    "Those that are unknown are not sent again by themselves: the mail server's log tells, or the patient. Did they "
    "arrive, then `outbox mark-sent`; if not, `outbox send-again`. Many at once: by their numbers, or `--all --saying` "
    "and words of the list that only these have."
)
_WAITING = ("planned", "ready", "deferred", "held")
_NOT_LEFT = (*_WAITING, "failed", "unknown")
_TOLD = {
    "release": "is released; it leaves at the next run in the sending hours",
    "hold": "is held; it leaves only when somebody releases it",
    "drop": "is dropped; it is never sent",
    "mark-sent": "counts as sent",
    "send-again": "leaves once more, at the next run in the sending hours",
}
_COULD_BE = {
    "release": "is held",
    "hold": "waits to leave",
    "drop": "waits, was refused or may have left",
    "mark-sent": "may have left",
    "send-again": "was refused or may have left",
}
_SAID = {
    "send": "it may leave",
    "soon": "it may leave",
    "wait": "it waits",
    "hold": "it is held",
    "withdraw": "it would be withdrawn",
}
_MEANING = {
    "unknown": "may have left",
    "failed": "refused for good",
    "deferred": "not accepted yet",
    "ready": "in its grace period",
}


def show_outbox(tools: Tools, names: bool) -> None:
    """Print the letters that a person may want to decide on."""
    with tools.store.look() as memory:
        recent = utc_text(tools.now - timedelta(days=_RECENT_DAYS))
        waiting = waiting_letters(memory, utc_text(tools.now), recent)
        lost = never_left(memory, recent)
    if waiting:
        _show(tools, waiting, names)
        click.echo(_HOW_TO_DECIDE)
        if any(letter.state == "unknown" for letter in waiting):
            click.echo(_HOW_TO_DECIDE_UNKNOWN)
    else:
        click.echo("No letter waits for anybody.")
    if lost:
        click.echo(f"Of the last {_RECENT_DAYS} days, too late before they left:")
        _show(tools, lost, names)


def _show(tools: Tools, waiting: Sequence[Waiting], names: bool) -> None:
    columns = ("No.", "Letter", "State", "Due", "Too late after", "Why")
    table = Table(*columns[:1], *(("Patient",) if names else ()), *columns[1:])
    for letter in waiting:
        who = (f"{letter.first_name} {letter.last_name}".strip(),) if names else ()
        due, until = _local(tools, letter.due_at), _local(tools, letter.expires_at)
        table.add_row(str(letter.letter_id), *who, letter.rule, _state(letter), due, until, letter.reason)
    open_console().print(table)


def _state(letter: Waiting) -> str:
    return f"{letter.state} ({_MEANING[letter.state]})" if letter.state in _MEANING else letter.state


def show_letter(tools: Tools, letter_id: int) -> bool:
    """Print everything about one letter, and the letter as it would leave now; False where there is none."""
    with tools.store.look() as memory:
        story = letter_story(memory, letter_id)
    if story is None:
        click.echo(f"There is no letter {letter_id}. `outbox` lists those that wait.", err=True)
        return False
    for line in (*_facts(tools, story), *_history(tools, story)):
        click.echo(line)
    click.echo()
    if story.letter.state in _NOT_LEFT:
        click.echo(_as_it_would_leave(tools, story))
    else:
        click.echo("It is not shown: only letters that have not left are, as they would leave now.")
    return True


def _facts(tools: Tools, story: LetterStory) -> Iterator[str]:
    letter = story.letter
    yield f"Letter {letter.letter_id}: {letter.rule} ({story.template}), to patient {letter.patient_id}"
    yield f"  state     {letter.state}" + (f": {letter.reason}" if letter.reason else "")
    yield f"  because   {story.what.replace('_', '-')}, visit of {_local(tools, story.visit_at)}"
    yield f"  due       {_local(tools, letter.due_at)}, too late after {_local(tools, letter.expires_at)}"
    yield f"  is        {story.category}: {story.purpose or 'no purpose was recorded'}"
    if story.sent_at:
        yield f"  sent      {_local(tools, story.sent_at)}"
    if letter.state in _WAITING:
        yield f"  now       {_verdict(tools, letter)}"


def _verdict(tools: Tools, letter: Waiting) -> str:
    """What a run would do with the letter now."""
    with tools.store.look() as memory:
        (verdict,) = look_at(memory, tools, letters_again(memory, [letter.letter_id], _NOT_LEFT))
    said = _SAID[verdict.what]
    return f"{said}: {verdict.reason}" if verdict.reason else said


def _history(tools: Tools, story: LetterStory) -> Iterator[str]:
    for tried in story.attempts:
        detail = f": {tried.detail}" if tried.detail else ""
        yield f"  tried     {_local(tools, tried.at)}, by {tried.transport}, {tried.outcome}{detail}"
    for decision in story.decisions:
        why = f": {decision.reason}" if decision.reason else ""
        yield f"  decided   {_local(tools, decision.at)}, {decision.what}, by {decision.who}{why}"


def _as_it_would_leave(tools: Tools, story: LetterStory) -> str:
    letter = story.letter
    rule = tools.settings.follow_ups.rule(letter.rule)
    if rule is None:
        return f"It waits: {RULE_GONE} ({letter.rule}); `run_jobs.py check` says what to do."
    if not rule.on:
        return f"It would not leave: the rule {letter.rule} is switched off."
    with tools.store.look() as memory:
        due = letters_again(memory, [letter.letter_id], _NOT_LEFT)
    with start_writer(tools) as writer:
        if rule.template not in writer.usable:
            return f"It cannot be written: templates/{rule.template} has faults; `run_jobs.py check` names them."
        library = library_now(tools)
        if rule.articles and library.cannot_be_read:
            return f"It waits: {LIST_UNREADABLE}; `run_jobs.py check` names them."
        (ordered,) = OrderDesk(tools).orders(due, library)
        if not ordered.facts.email:
            return "It cannot leave: no e-mail address of the patient is known."
        writer.ask([ordered.order])
        (data,) = writer.take()
    if data is None:
        return "It cannot be written for this patient; `run_jobs.py check` looks at its template."
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    reasons = "".join(f"\nArticle {c.article.slug}: {c.reason}" for c in ordered.articles)
    body = str(text.get_content()).strip() if text else ""
    return f"To: {message['To']}\nSubject: {message['Subject']}{reasons}\n\n{body}"


def refused_letters(tools: Tools) -> list[int]:
    """The letters that are held because the mail server refused too many at once."""
    with tools.store.look() as memory:
        return held_as_refused(memory)


def decide_letters(
    tools: Tools,
    what: What,
    letter_ids: Sequence[int] | None,
    rule: str,
    who: str,
    why: str,
    together: bool = False,
    saying: str = "",
) -> int:
    """Take one decision about these letters, or (None) about all in question of which the list says `saying`; say what
    became of each, or of all `together`. Gives the exit code: 2 where there is no such rule or letter, 1 where it could
    not be done for each."""
    now = utc_text(tools.now)
    if rule and tools.settings.follow_ups.rule(rule) is None:
        known = ", ".join(known.name for known in tools.settings.follow_ups.rules)
        click.echo(f'There is no rule "{rule}". There are {known}.', err=True)
        return 2
    done, code = 0, 0
    with tools.store.begin() as memory:
        if letter_ids is None:
            together = True
            ours = [each for each in letters_of(memory, STEPS[what].of, rule) if _says(each, saying)]
            if what == "send-again" and (mixed := _two_questions(ours)):
                click.echo(mixed, err=True)
                return 2
            letter_ids = [each.letter_id for each in ours]
        leaving = letters_again(memory, letter_ids, STEPS[what].of) if what in ("release", "send-again") else []
        verdicts = {verdict.due.letter_id: verdict for verdict in look_at(memory, tools, leaving)}
        for letter_id in letter_ids:
            try:
                _refuse_pointless(tools, verdicts.get(letter_id))
                decide_letter(memory, letter_id, what, who, why, now)
            except NotPossible as reason:
                code = max(code, 2 if isinstance(reason, NoSuchLetter) else 1)
                click.echo(str(reason), err=True)
                continue
            done += 1
            if not together:
                click.echo(f"Letter {letter_id} {_told(tools, what, verdicts.get(letter_id))}.")
    if together and not letter_ids:
        which = f"{f' of {rule}' if rule else ''}{f' with the words {saying}' if saying else ''}"
        click.echo(f"No letter{which} {_COULD_BE[what]}; nothing was changed.")
    elif together and done:
        click.echo(f"{done} {'letter' if done == 1 else 'letters'}: each {_TOLD[what]}.")
    return code


def _says(letter: Waiting, words: str) -> bool:
    """Whether the list says these words of a letter, as State or Why."""
    return words.lower() in f"{_state(letter)} {letter.reason}".lower()


def _two_questions(letters: Sequence[Waiting]) -> str:
    """A sentence where some of these letters may have left and others were refused, so that one answer for all might
    send one of the former twice; else ""."""
    states = Counter(letter.state for letter in letters)
    if len(states) < 2:
        return ""
    return (
        f"Some of these may have left ({states['unknown']}), others were refused ({states['failed']}); nothing was "
        'changed. Decide on each kind by itself, by numbers, or with --saying "may have left" or "refused for good".'
    )


def _told(tools: Tools, what: What, verdict: Verdict | None) -> str:
    """What becomes of one letter now that it was decided on."""
    if verdict and what == "release" and verdict.due.due_at > utc_text(tools.now):
        return f"is released; it leaves when it is due, {_local(tools, verdict.due.due_at)}"
    return _TOLD[what]


def _refuse_pointless(tools: Tools, verdict: Verdict | None) -> None:
    """Nobody is told that a letter leaves which the next run would withdraw. Raises NotPossible."""
    if verdict is None or verdict.what != "withdraw":
        return
    letter = verdict.due
    if letter.expires_at < utc_text(tools.now):
        raise NotPossible(
            f"Letter {letter.letter_id} is too late: its rule let it leave until {_local(tools, letter.expires_at)}. "
            "Drop it, and write to the patient yourself if it matters."
        )
    raise NotPossible(
        f"Letter {letter.letter_id} would be withdrawn: {verdict.reason}. "
        f"If that is wrong, put it right first; `why {letter.patient_id}` tells more."
    )


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%a %d %b %H:%M}"
