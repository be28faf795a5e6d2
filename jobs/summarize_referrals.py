"""Write the weekly workbook: where patients come from and what became of them."""

from datetime import date

from jobs.reports.whole_files import NotSaved
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sending.time_of_day import why_not_now
from jobs.summarizing.answers import remember_written, take_answers
from jobs.summarizing.asked import NotUnderstood, read_asked
from jobs.summarizing.mailing import mail_workbook
from jobs.summarizing.making import make_workbooks
from jobs.summarizing.names import listed_names

_SO = "The workbook is made, but neither mailed nor kept as the first of its week."
_THEN = "Then `run_jobs.py run summarize_referrals` does both."


def get_ready(tools: Tools) -> None:
    """Load what tells names apart, which most weeks need, while the job still waits for the pull."""
    import jobs.clinic.source_matching  # noqa: F401


def run(tools: Tools, today: date) -> Outcome:
    """Sum up the last whole week, or what was asked for, and bring it to its readers once; what a workbook replaces is
    damaged in no case. One of a clock that is not believed is made, but neither kept as the first nor mailed."""
    try:
        asked = read_asked(tools.asked, tools, today)
    except NotUnderstood as fault:
        return Outcome(failed=str(fault))
    answered = take_answers(tools)
    listed = listed_names(tools)
    try:
        doubt = why_not_now(tools, so=_SO)
        made = make_workbooks(tools, asked, listed, keep=not doubt)
    except NotSaved as reason:
        return Outcome(notes=answered.sentences, failed=str(reason))
    remember_written(tools, made.files, answered.some_wait)
    mailed, trouble = (0, f"{doubt} {_THEN}") if doubt else mail_workbook(tools, asked, made.figures, made.workbook)
    counts = {
        f"new patients in the {asked.periods.kind}": made.figures.total.tally.shown,
        "names to settle": len(made.figures.unnamed),
        "readers written to": mailed,
    }
    return Outcome(counts, (*answered.sentences, *map(str, listed.faults), *made.notes), made.files, trouble)
