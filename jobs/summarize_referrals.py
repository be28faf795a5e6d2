"""Write the weekly workbook: where patients come from and what became of them."""

from datetime import date

from jobs import VERSION
from jobs.clinic.figures import Week
from jobs.reports.referral_names import load_referral_names
from jobs.reports.referral_workbook import workbook_name, write_referral_workbook
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.store.figures import referral_figures


def run(tools: Tools, today: date) -> Outcome:
    """Sum up the last whole week in one workbook; what it replaces is damaged in no case."""
    clinic = tools.settings.clinic
    week = Week.containing(today).previous()
    names, faults = load_referral_names(tools.home / "config" / "referral_names.csv")
    with tools.store.look() as memory:
        figures = referral_figures(memory, week, names, today)
    path = tools.state_dir / "reports" / workbook_name(week)
    write_referral_workbook(figures, path, tools.now.astimezone(clinic.tzinfo), clinic.name, VERSION)
    counts = {"new patients in the week": figures.total.week.referred, "names to settle": len(figures.unnamed)}
    return Outcome(counts, notes=tuple(str(fault) for fault in faults), files=(path,))
