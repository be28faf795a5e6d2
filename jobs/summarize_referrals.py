"""Write the weekly workbook: where patients come from and what became of them."""

from datetime import date

from jobs import VERSION
from jobs.clinic.periods import last_whole_week
from jobs.reports.referral_names import load_referral_names
from jobs.reports.referral_workbook import Context, workbook_name, write_referral_workbook
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.episodes import renew_episodes, renewed_on
from jobs.store.figures import count_figures
from jobs.store.work import count_work


def run(tools: Tools, today: date) -> Outcome:
    """Sum up the last whole week in one workbook; what it replaces is damaged in no case."""
    clinic, now = tools.settings.clinic, tools.now.astimezone(tools.settings.clinic.tzinfo)
    periods = last_whole_week(today)
    names, faults = load_referral_names(tools.home / "config" / "referral_names.csv")
    rules = {rule.name: rule.on for rule in tools.settings.follow_ups.rules}
    with tools.store.look() as memory:
        renewed = renewed_on(memory) >= today.isoformat()
    if not renewed:
        with tools.store.begin() as memory:
            renew_episodes(memory, today)
    with tools.store.look() as memory:
        figures = count_figures(memory, periods, names, today)
        work = count_work(memory, periods, now, rules)
    path = tools.state_dir / "reports" / workbook_name(periods)
    known = sorted(names.channels, key=str.casefold)
    write_referral_workbook(figures, path, Context(clinic.name, now, VERSION, work, known))
    counts = {"new patients in the week": figures.total.tally.shown, "names to settle": len(figures.unnamed)}
    return Outcome(counts, notes=tuple(str(fault) for fault in faults), files=(path,))
