"""The whole story of one patient: what was sent, what was left out and what is planned, each with its reason."""

from collections import Counter
from datetime import datetime

import click
from rich.table import Table

from jobs.clinic.due_letters import Person
from jobs.clinic.overtaken import SUPERSEDED, superseded
from jobs.clinic.unread_rows import OtherRow, place_words
from jobs.desk.greeted import as_greeted
from jobs.desk.rehearsal import rehearsing
from jobs.desk.stop_list import stops_of
from jobs.desk.terminal import open_console
from jobs.desk.unreachable import rows_without_address
from jobs.runner.tools import Tools
from jobs.sending.holding_back import why_all_wait
from jobs.sending.planning import plan
from jobs.store.article_vetoes import EVERY, Veto, veto_lines
from jobs.store.due_letters import people
from jobs.store.letters import letter_facts
from jobs.store.memory import Memory
from jobs.store.patient_story import StoryLine, find_patients, story, unread_visits
from jobs.store.unread_rows import unread_rows_of

_TO_LEAVE = ("planned", "ready", "deferred")
_MOST = 10  # patients shown of those who share a name or an address


def show_why(tools: Tools, patient: str) -> bool:
    """Print the story of the patient that a number, an e-mail address or a name means; False where nobody is meant."""
    who, sources = " ".join(patient.split()), tools.settings.source_names
    with rehearsing(tools) as rehearsed:  # what the newest events call for is shown, and planned by the job alone
        plan(rehearsed, tools.today)
        with rehearsed.store.begin() as memory:
            found = find_patients(memory, who) if who and not _too_long(who) else []
            stories = {patient_id: story(memory, patient_id) for patient_id, _, _ in found[:_MOST]}
            rules, own = tools.settings.follow_ups.rules, tools.settings.own_addresses
            known = people(memory, stories, rules, sources, own, alone=True)
            notes = {
                patient_id: [
                    *stops_of(tools, memory, patient_id),
                    *(_veto_in_words(tools, veto) for veto in veto_lines(memory, patient_id)),
                    *_without_articles(tools, memory, lines),
                    *(_unread_in_words(tools, start) for start in unread_visits(memory, patient_id)),
                    *rows_without_address(memory, sources, patient_id),
                    *(_row_in_words(row) for _, row in unread_rows_of(memory, [patient_id], sources)),
                ]
                for patient_id, lines in stories.items()
            }
    if not found:
        click.echo(
            f'Nobody is known as "{who}". Write the whole name ("Mira Quill"), the last name, the e-mail address, '
            "or the patient's number.",
            err=True,
        )
        return False
    all_wait = why_all_wait(tools)
    console = open_console()
    if len(found) > 1:
        console.print(f'"{who}" means {len(found)} patients; a number (no.) asks for one of them.')
    for patient_id, first_name, last_name in found[:_MOST]:
        title = f"No. {patient_id}: {first_name} {last_name}"
        counting, earlier = _without_superseded(tools, stories[patient_id], known[patient_id])
        console.print(_table(tools, title, counting, known[patient_id], bool(all_wait)))
        for line in filter(None, (as_greeted(first_name), *earlier, *notes[patient_id])):
            console.print(f"  {line}", soft_wrap=True)
    if len(found) > _MOST:
        console.print(f"{len(found) - _MOST} more are not shown.")
    if all_wait and any(line.state in _TO_LEAVE for lines in stories.values() for line in lines):
        console.print(f"No letter leaves as things stand now. {all_wait}", soft_wrap=True)
    return True


def _unread_in_words(tools: Tools, start: str) -> str:
    return (
        f"What its source says now of the visit of {_local(tools, start)} cannot be read: letters about it wait until "
        "that is corrected; `run_jobs.py problems` says what is wrong."
    )


def _row_in_words(row: OtherRow) -> str:
    place = place_words(row)
    return (
        f"{place[0].upper()}{place[1:]} names this patient and cannot be read: letters that another visit would make "
        "wrong wait until that is corrected; `run_jobs.py problems` says what is wrong."
    )


def _veto_in_words(tools: Tools, veto: Veto) -> str:
    """A therapist's no, or that it was taken back."""
    what = "articles" if veto.slug == EVERY else f"article {veto.slug}"
    said = f"{what} again" if veto.allowed else f"no {what}"
    return f"{_local(tools, veto.at)}: {said}, because: {veto.reason or 'no reason was given'} ({veto.who})."


def _without_articles(tools: Tools, memory: Memory, lines: list[StoryLine]) -> list[str]:
    """Which letters carry no article because of a sign that wants a doctor first. Why one that has left carries none
    is not recorded: of it is told what holds by the note of today."""
    without = {line.letter_id: line for line in lines if not line.articles and line.state in ("planned", "sent")}
    if not without:
        return []
    from jobs.articles.choice import doctor_first
    from jobs.articles.library import load_library
    from jobs.sending.letters import need_of

    library, _ = load_library(tools.home / "config" / "articles.csv")
    today = {"sent": " left without an article. By what the note says today it would get"}
    told = (
        f"{without[letter_id].rule} (visit of {_local(tools, facts.starts_at)})"
        f"{today.get(without[letter_id].state, ':')} {sign}."
        for letter_id, facts in letter_facts(memory, without).items()
        if (sign := doctor_first(library, need_of(facts)))
    )
    return list(dict.fromkeys(told))


def _too_long(who: str) -> bool:
    """Whether it is a number with more digits than a database counts."""
    return who.isdecimal() and len(who) > 18


def _without_superseded(tools: Tools, lines: list[StoryLine], person: Person) -> tuple[list[StoryLine], list[str]]:
    """The story without the letters that are planned after each visit and have an heir by now; how many those are."""
    counting, left_out = [], Counter[str]()
    for line in lines:
        rule = tools.settings.follow_ups.rule(line.rule)
        waits = line.state == "planned" and rule and superseded(rule, line.event_starts_at, person.history)
        if waits or line.reason == SUPERSEDED:
            left_out[line.rule] += 1
        else:
            counting.append(line)
    told = (
        f"{rule}: {'1 letter' if count == 1 else f'{count} letters'} after earlier visits not shown; that after the "
        "newest counts."
        for rule, count in left_out.items()
    )
    return counting, list(told)


def _table(tools: Tools, title: str, lines: list[StoryLine], person: Person, all_wait: bool) -> Table:
    table = Table("Due", "Letter", "Because of", "What became of it", "Why", title=title)
    for line in lines:
        articles = "; ".join(f"article {slug}: {reason}" for slug, reason in line.articles)
        state = f"sent {_local(tools, line.sent_at)}" if line.sent_at else line.state
        because = f"{line.what.replace('_', '-')} (visit of {_local(tools, line.event_starts_at)})"
        reason = _refused(tools, line, person) or line.reason or articles or _plainly(line, all_wait)
        table.add_row(_local(tools, line.due_at), line.rule, because, state, reason)
    if not lines:
        table.add_row("", "", "", "nothing", "no event of this patient has called for a letter since the rules began")
    return table


def _refused(tools: Tools, line: StoryLine, person: Person) -> str:
    """Of a letter that has not left: that its patient gets none, as things stand now."""
    rule = tools.settings.follow_ups.rule(line.rule)
    refused = person.refuses(rule.category) if rule and line.state in (*_TO_LEAVE, "held") else ""
    return refused and f"will be withdrawn: {refused}"


def _plainly(line: StoryLine, all_wait: bool) -> str:
    ready = "waits as all letters do, see below" if all_wait else "leaves with the next run"
    return {"planned": "waits for its day", "ready": ready, "sent": f"rule {line.rule}"}.get(line.state, "")


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%Y-%m-%d %H:%M}"
