"""Send each patient the follow-up that the last event calls for, once."""

from datetime import date

from jobs.mail.writing import LetterWriter
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sending.deciding import LastMoment, decide, note_why_none_leave
from jobs.sending.holding_back import ration, why_hold_back, why_no_try
from jobs.sending.leaving import send_letters, settle_last_run
from jobs.sending.letters import library_now, start_writer
from jobs.sending.planning import plan
from jobs.sending.summing_up import faulty_lists, faulty_templates, sum_up
from jobs.sending.time_of_day import why_not_now
from jobs.sending.trials import keep_unusual_rows


def get_ready(tools: Tools) -> LetterWriter:
    """Start the process that writes the letters and load the articles, while the job still waits for the pull."""
    writer = start_writer(tools)
    library_now(tools)
    return writer


def run(tools: Tools, today: date) -> Outcome:
    """Plan what the new events call for, look at what is due once more, write it and send it."""
    with tools.ready or start_writer(tools) as writer:
        why_none = why_not_now(tools)
        if why_none:
            return Outcome(failed=why_none, until_changed=True)
        planned = plan(tools, today).counts
        settled, silence = settle_last_run(tools)
        last_moment = LastMoment(tools)
        verdicts = decide(tools)
        letters = [verdict.due for verdict in verdicts if verdict.what == "send"]
        why_none = why_hold_back(tools, letters)
        no_try = "" if why_none else why_no_try(tools, letters, silence)
        note_why_none_leave(tools, letters, why_none or no_try)
        if why_none or no_try:
            withdrawn = sum(verdict.what == "withdraw" for verdict in verdicts)
            counts = planned | {"letters waiting": len(letters), "letters withdrawn": withdrawn}
            return Outcome(counts, failed=why_none or no_try, until_changed=not no_try)
        leaving, later = ration(tools, letters)
        last_moment.look_again(leaving)
        tally = send_letters(tools, leaving, writer, last_moment, silence)
        notes = [*faulty_templates(tools, writer, leaving), *faulty_lists(tools, leaving), *later]
    keep_unusual_rows(tools)
    return sum_up(planned, verdicts, settled, tally, notes)
