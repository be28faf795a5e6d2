"""Counts what was asked for and writes the files of it: one workbook for all, and one for each location."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from jobs import VERSION
from jobs.articles.library import load_library
from jobs.articles.pages import page_faults
from jobs.clinic.faults import in_few_words
from jobs.clinic.figures import Figures
from jobs.clinic.follow_ups import utc_text
from jobs.clinic.reconcile import Difference
from jobs.reports.csv_file import write_csv
from jobs.reports.index_page import FIGURES, Listed, write_index
from jobs.reports.kept_figures import differences, said_by
from jobs.reports.pdf_file import write_pdf
from jobs.reports.referral_workbook import Context, workbook_name, write_referral_workbook
from jobs.reports.spoken_numbers import how_many_differ
from jobs.runner.tools import Tools
from jobs.sources.ranks import ranks_of
from jobs.store.answers import notes_beside
from jobs.store.as_known import memory_as_of
from jobs.store.episodes import renew_once_a_day
from jobs.store.figures import count_figures, locations
from jobs.store.memory import Memory
from jobs.store.summaries import keep_summary, kept_summaries, kept_summary
from jobs.store.twins import reconcile
from jobs.store.work import count_work
from jobs.summarizing.asked import Asked
from jobs.summarizing.names import ListedNames

AHEAD_DAYS = 14  # of the calendar that are compared with the spreadsheet


class Made(NamedTuple):
    """The workbook for all locations, its figures, every file, and in words what to know of them."""

    workbook: Path
    figures: Figures
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def make_workbooks(tools: Tools, asked: Asked, listed: ListedNames, keep: bool) -> Made:
    """Count everything as of the moment asked for, write the workbooks, keep what they say if they are to count as a
    period's first, list them."""
    with _memory_as_of(tools, asked) as past, ThreadPoolExecutor(1) as beside:
        counted_beside = beside.submit(_context, tools, asked, listed)  # it waits for the database as long as this does
        places = ["", *locations(past)]
        today = asked.as_of.date()
        all_figures = [count_figures(past, asked.periods, listed.names, today, place) for place in places]
        context = counted_beside.result()
    if listed.names.recognizer:
        listed.names.recognizer.keep()
    files: list[Path] = []
    notes: list[str] = []
    for figures in all_figures:
        said = _differences(tools, asked, figures)
        path = _path(tools, asked, places, figures.location)
        write_referral_workbook(figures, path, context._replace(differences=said))
        files += [path, *_others(tools, figures, path, notes)]
        if keep:
            _keep(tools, asked, figures)
        if said and not figures.location:
            notes.append(f"{how_many_differ(len(said))} from the first workbook of {asked.periods.label}.")
    _list(tools)
    return Made(files[0], all_figures[0], tuple(files), tuple(notes))


@contextmanager
def _memory_as_of(tools: Tools, asked: Asked) -> Iterator[Memory]:
    """The clinic's memory, up to date, or as it would have been at a past moment."""
    if not asked.past:
        renew_once_a_day(tools.store, asked.as_of.date())
    with tools.store.look() as memory:
        if asked.past:
            with memory_as_of(memory, asked.as_of) as past:
                yield past
        else:
            yield memory


def _path(tools: Tools, asked: Asked, places: list[str], location: str) -> Path:
    """Where a workbook stands. One of the past has its day in its name: it never replaces what was sent then."""
    day = asked.as_of.date() if asked.past else None
    names = [workbook_name(asked.periods.label, place, day) for place in places]
    name = names[places.index(location)]
    if names.count(name) > 1:  # two locations whose names differ in their signs alone
        name = workbook_name(asked.periods.label, f"{location} {places.index(location)}", day)
    return tools.state_dir / "reports" / name


def _context(tools: Tools, asked: Asked, listed: ListedNames) -> Context:
    """What all workbooks of one run say beside their figures."""
    rules = {rule.name: rule.on for rule in tools.settings.follow_ups.rules}
    of_all_files = {source.name for source in tools.settings.sources if source.take == "all"}
    # What was wrong with an article's page on an earlier day is not kept.
    faults = () if asked.past else tuple(page_faults(tools.state_dir))
    lists = () if asked.past else (*_of_articles(tools), *in_few_words(listed.faults))
    with tools.store.look() as memory:
        work = count_work(memory, asked.periods, asked.as_of, rules, of_all_files)
        return Context(
            tools.settings.clinic.name,
            asked.as_of,
            VERSION,
            work._replace(article_faults=faults, list_faults=lists),
            sorted(listed.names.channels, key=str.casefold),
            notes_beside(memory),
            calendar_check=_calendar_check(tools, asked, memory),
            caution=listed.caution,
        )


def _of_articles(tools: Tools) -> list[str]:
    """What is wrong with the list of articles, in a few sentences."""
    return in_few_words(load_library(tools.home / "config" / "articles.csv")[1])


def _calendar_check(tools: Tools, asked: Asked, memory: Memory) -> list[Difference] | None:
    """Where two sources differ from the period's first day to a fortnight ahead; None where there is one source, or for
    a past workbook: what differed then is not kept."""
    ranks = ranks_of(tools.settings.sources)
    if len(ranks) < 2 or asked.past:
        return None
    until = asked.as_of.date() + timedelta(days=AHEAD_DAYS)
    found = reconcile(memory, asked.periods.shown.first.isoformat(), until.isoformat(), ranks)
    return [each.unnamed() for each in found]


def _others(tools: Tools, figures: Figures, path: Path, notes: list[str]) -> Iterator[Path]:
    """The same once more in the forms that config/clinic.yaml asks for."""
    if tools.settings.reports.csv:
        write_csv(figures, path.with_suffix(".csv"))
        yield path.with_suffix(".csv")
    if tools.settings.reports.pdf:
        why_not = write_pdf(path)
        if why_not:
            notes.append(why_not)
        else:
            yield path.with_suffix(".pdf")


def _differences(tools: Tools, asked: Asked, figures: Figures) -> list[str]:
    """In words, where the figures are not those that the period's first workbook had, once the period was over."""
    with tools.store.look() as memory:
        kept = kept_summary(memory, asked.periods.label, figures.location)
    over = kept is not None and kept.as_of > asked.periods.shown.last.isoformat()
    return differences(kept.figures, said_by(figures)) if kept and over else []


def _keep(tools: Tools, asked: Asked, figures: Figures) -> None:
    """Keep what the first workbook of a period says; the first after its end, if there is one."""
    as_of, made_at = asked.as_of.date().isoformat(), utc_text(asked.as_of)
    with tools.store.look() as memory:
        kept = kept_summary(memory, asked.periods.label, figures.location)
    if kept is None or kept.as_of <= asked.periods.shown.last.isoformat():
        with tools.store.begin() as memory:
            keep_summary(memory, asked.periods.label, figures.location, as_of, made_at, said_by(figures))


def _list(tools: Tools) -> None:
    """The page of all workbooks whose files are there."""
    folder = tools.state_dir / "reports"
    with tools.store.look() as memory:
        kept = kept_summaries(memory)
    there = sorted(path.name for path in folder.glob("referrals-*") if path.suffix in (".xlsx", ".csv", ".pdf"))
    listed = []
    for each in kept:
        stem = Path(workbook_name(each.period, each.location)).stem
        files = [name for name in there if Path(name).stem == stem or Path(name).stem.startswith(f"{stem} as of ")]
        listed.append(Listed(each.period, each.location, tuple(each.figures.get(n) for n in FIGURES), tuple(files)))
    write_index(tools.settings.clinic.name, listed, folder / "index.html")
