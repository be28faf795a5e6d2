"""What changed letters are tried on: the clinic's own rows, masked."""

from jobs.mail.real_trials import day_of_trials, keep_trials
from jobs.mail.templates import TRIALS
from jobs.runner.tools import Tools
from jobs.store.letters import unusual_rows


def keep_unusual_rows(tools: Tools) -> None:
    """Once a day, keep the rows with the longest and the emptiest texts for the next letter that somebody changes."""
    path, day = tools.state_dir / TRIALS, tools.today.isoformat()
    if day_of_trials(path) != day:
        with tools.store.begin() as memory:
            keep_trials(path, day, unusual_rows(memory))
