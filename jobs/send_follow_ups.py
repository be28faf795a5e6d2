"""Send each patient the follow-up that the last event calls for, once."""

from datetime import date

from jobs.mail.writing import LetterWriter
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools
from jobs.sending.deciding import decide
from jobs.sending.holding_back import quota_left, why_hold_back
from jobs.sending.leaving import send_letters, settle_last_run
from jobs.sending.letters import start_writer
from jobs.sending.planning import plan
from jobs.sending.summing_up import remarks, sum_up
from jobs.sending.trials import keep_unusual_rows


def get_ready(tools: Tools) -> LetterWriter:
    """Start the process that writes the letters, while the job still waits for the pull."""
    return start_writer(tools)


def run(tools: Tools, today: date) -> Outcome:
    """Plan what the new events call for, look at what is due once more, write it and send it."""
    with tools.ready or get_ready(tools) as writer:
        planned = plan(tools, today)
        settled = settle_last_run(tools)
        verdicts = decide(tools)
        letters = [verdict.due for verdict in verdicts if verdict.what == "send"]
        why_none = why_hold_back(tools, letters)
        if why_none:
            return Outcome({"letters planned": planned, "letters waiting": len(letters)}, failed=why_none)
        quota = quota_left(tools)
        tally = send_letters(tools, letters[:quota], writer)
        notes = [*remarks(tools, writer, verdicts, over=len(letters) - quota)]
    keep_unusual_rows(tools)
    return sum_up(planned, verdicts, settled, tally, notes)
