"""What runs when, how the last runs went, and what waits for a person."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.table import Table

from jobs.articles.library import load_library
from jobs.articles.pages import NAME as PAGES
from jobs.clinic.faults import in_few_words
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.letter_names import language_of, own_letter
from jobs.desk.check import going_on
from jobs.desk.left_unscheduled import left_unscheduled
from jobs.desk.rules_gone import rules_gone
from jobs.desk.source_words import said_in_words
from jobs.desk.terminal import open_console
from jobs.desk.unreachable import crowded_in_words
from jobs.mail.letter_forms import PARTS
from jobs.mail.letter_strays import stray_files
from jobs.mail.refused_for_good import answer_of
from jobs.reports.referral_names import load_referral_names
from jobs.runner.discover import job_names, job_summary
from jobs.runner.run import open_slot
from jobs.runner.schedule import JobSettings, next_slot
from jobs.runner.settings import SettingsFaulty
from jobs.runner.settings_loading import load_settings
from jobs.runner.tools import Tools
from jobs.sending.letter_loading import load_clinic_letters
from jobs.sources.places import newest_in_words
from jobs.store.late_wishes import wishes_kept
from jobs.store.letter_counts import PutOff, count_states, put_off
from jobs.store.mailbox_messages import ForPeople, mail_for_people, read_up_to
from jobs.store.outbox import count_refused, never_left, waiting_for_rows
from jobs.store.refusals import not_believed
from jobs.store.runs import Run, last_runs
from jobs.store.sources import Freshness, freshness, listed_problems
from jobs.store.stops import stopped_now
from jobs.summarizing.names import names_file

_RECENT_DAYS = 7


def show_jobs(home: Path) -> None:
    """Print each job with the first line of its docstring and its schedule."""
    unknown, when = "by hand", {}
    try:
        when = {job.name: ", ".join(job.when) if job.on else "off" for job in load_settings(home).jobs}
    except SettingsFaulty:
        unknown = "not known"
        click.echo("The settings have faults; `python run_jobs.py check` names them.", err=True)
    table = Table("Job", "What it does", "When")
    for name in job_names():
        table.add_row(name, job_summary(name), when.get(name, unknown))
    table.columns[0].no_wrap = True
    open_console().print(table)


def show_status(tools: Tools) -> None:
    """Print the last and the next run of each job, the letters by state, and what waits for a person."""
    console = open_console()
    with tools.store.begin() as memory:
        runs, states = last_runs(memory), count_states(memory)
        problems = len(listed_problems(memory, tools.settings.source_names))
        stopped = sum(isinstance(whom, str) for whom in stopped_now(memory))
        _, read_at = read_up_to(memory, tools.settings.mail.mailbox.name)
        recent = utc_text(tools.now - timedelta(days=_RECENT_DAYS))
        back = mail_for_people(memory, recent)
        doubtful = not_believed(memory, recent, lambda *said: answer_of(*said) == "nobody")
        late = len(wishes_kept(memory))
        later, unread = put_off(memory), waiting_for_rows(memory, utc_text(tools.now))
        lost = len(never_left(memory, recent))
        to_decide = {**states, "failed": count_refused(memory, utc_text(tools.now), recent)}
        crowded, said = crowded_in_words(memory), said_in_words(tools, memory)
        known = freshness(memory, (source.name for source in tools.settings.sources))
    console.print(_runs(tools, runs))
    for source in tools.settings.sources:
        which = newest_in_words(source, tools.home, tools.today)
        console.print(
            f"Source {source.name}: {_how_new(tools, known[source.name])}{f'; {which}' if which else ''}",
            soft_wrap=True,
        )
    for words in said:
        console.print(words, soft_wrap=True)
    counted = ", ".join(f"{state} {count}" for state, count in sorted(states.items()))
    console.print(f"Letters: {counted or 'none yet'}")
    if later.letters:
        console.print(_put_off(tools, later), soft_wrap=True)
    console.print(f"Addresses that get no more letters: {stopped}{' (run_jobs.py stop lists them)' if stopped else ''}")
    console.print(f"The mailbox was last read: {_last_read(tools, read_at)}")
    waiting = (
        _waiting(tools, runs, to_decide, problems, unread, lost)
        + [*left_unscheduled(tools.settings)]
        + _came_back(back, doubtful, late)
        + crowded
        + _of_articles(tools)
        + in_few_words(load_referral_names(names_file(tools.home))[1])
        + in_few_words(list(rules_gone(tools.home, tools.settings)))
        + _faulty_letters(tools)
    )
    console.print("Waits for a person:" + ("" if waiting else " nothing"))
    for words in waiting:
        console.print(f"  {words}", soft_wrap=True)


def _last_read(tools: Tools, read_at: str) -> str:
    if not tools.settings.mail.mailbox.by:
        return "never; config/clinic.yaml names none (mail: mailbox:)"
    return _local(tools, read_at) if read_at else "never yet"


def _put_off(tools: Tools, later: PutOff) -> str:
    """That the mail server said "later", and when it is asked again. A "later" that all are told is no try of any."""
    tried = ", tried once" if later.tries == 1 else f", tried up to {later.tries} times" if later.tries else ""
    again = _local(tools, max(later.again_at, utc_text(tools.now)))
    return f"Put off by the mail server: {later.letters}{tried}, from {again} on again; `outbox` lists them"


def _how_new(tools: Tools, new: Freshness) -> str:
    """As of when a source's data are, and when they last changed."""
    if not new.data_at:
        return "nothing was read yet"
    return f"as of {_local(tools, new.data_at)}, last changed {_local(tools, new.read_at)}"


def _runs(tools: Tools, runs: Mapping[str, Run]) -> Table:
    table = Table("Job", "Last run", "Ended", "Seconds", "Counts", "Next run")
    for number in (0, 1, 5):
        table.columns[number].no_wrap = True
    for job in tools.settings.jobs:
        last = runs.get(job.name)
        following = _next_run(tools, job)
        if last is None:
            table.add_row(job.name, "never", "", "", "", following)
            continue
        counts = ", ".join(f"{words} {count}" for words, count in last.counts.items() if count)
        seconds = f"{last.seconds:.1f}" if last.ended_at else ""
        table.add_row(job.name, _local(tools, last.started_at), _ended(last), seconds, counts, following)
    return table


def _next_run(tools: Tools, job: JobSettings) -> str:
    """When a job runs next: where it has not answered a moment of its schedule, as soon as cron calls."""
    if since := open_slot(job, tools):
        return f"now, due since\n{_local(tools, since)}"
    upcoming = next_slot(job, tools.now, tools.settings.clinic.tzinfo)
    return f"{upcoming:%a %d %b %H:%M}" if upcoming else "off"


_ENDED = {"done": "well", "failed": "failed", "stopped": "failed", "died": "killed", "running": "not yet"}


def _ended(run: Run) -> str:
    return _ENDED.get(run.outcome, run.outcome)


def _waiting(
    tools: Tools, runs: Mapping[str, Run], states: Mapping[str, int], problems: int, unread: int, lost: int
) -> list[str]:
    """What only a person can settle, each with how many or why."""
    listed = [f"{run.job} failed: {run.message}" for run in runs.values() if run.outcome in ("failed", "stopped")]
    counts = {
        "letters that may have left (unknown), see `outbox`": states.get("unknown", 0),
        "letters that the mail server refused (failed)": states.get("failed", 0),
        "letters held until a person releases them, see `outbox`": states.get("held", 0),
        f"letters of the last {_RECENT_DAYS} days that were too late before they left; `outbox` lists them": lost,
        "letters that wait until a row about their patient can be read, see problems.xlsx": unread,
        f"problems in the sources, see {tools.state_dir / 'reports' / 'problems.xlsx'}": problems,
    }
    return listed + [f"{words}: {count}" for words, count in counts.items() if count]


def _came_back(back: ForPeople, doubtful: int, late: int) -> list[str]:
    counts = {
        "wishes for no more letters from people whom the database does not know; a pull tells whose they are": late,
        "addresses where nobody is, says a mail server that was not believed; see `stop --help`": doubtful,
        "patients' addresses that letters do not reach; `stop` lists them": back.unreachable,
        f"mails of the last {_RECENT_DAYS} days that seem to ask for no more letters in their own words": back.asking,
        f"letters of the last {_RECENT_DAYS} days refused for how they are sent (IT: SPF, DKIM, DMARC)": back.refused,
    }
    return [f"{words}: {count}" for words, count in counts.items() if count]


def _of_articles(tools: Tools) -> list[str]:
    """The articles that the program has found and no letter may carry yet; what is wrong with their list."""
    library, faults = load_library(tools.home / "config" / "articles.csv", tools.state_dir / PAGES)
    waiting = [article.slug for article in library.articles if article.waits]
    proposed = [f"articles that wait for a yes, see `articles list`: {len(waiting)}"] if waiting else []
    return proposed + in_few_words(faults)


def _faulty_letters(tools: Tools) -> list[str]:
    """The letters that were saved with a fault, or are not there: which version goes on, or that they wait."""
    zone, named = tools.settings.clinic.tzinfo, tools.settings.follow_ups.letters()
    letters = load_clinic_letters(tools.home, tools.settings.clinic, tools.state_dir, named=named)
    rules = {rule.template for rule in tools.settings.follow_ups.rules}
    used = [each for each in letters.instead if own_letter(each.name) in rules or each.name in PARTS]
    become = {each.name: going_on(each, zone) for each in used}
    become |= {name: "its letters wait" for name in letters.names if name not in letters.usable and name in rules}
    strays, _ = stray_files(tools.home / "templates", rules, tools.settings.clinic.language)
    nobody = {Path(fault.file).name for fault in strays}
    nobody |= {name for fault in letters.faults if language_of(name := Path(fault.file).name)} - letters.usable
    become |= {name: "it is used for nobody" for name in sorted(nobody)}
    return [
        f"{'' if name in letters.gone else 'a mistake in '}templates/{name}"
        f"{' is not there' if name in letters.gone else ''}, see check; {what}"
        for name, what in become.items()
    ]


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%a %d %b %H:%M}"
