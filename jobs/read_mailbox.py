"""Read the clinic's mailbox: bounces, complaints and wishes to stop become a list of whom not to mail."""

from collections import Counter
from contextlib import closing
from datetime import date

from jobs.answering.reading import take_in
from jobs.answering.settling import find_copies
from jobs.answering.summing_up import sum_up
from jobs.mail.mailbox import MailboxUnusable, open_mailbox
from jobs.runner.outcome import Outcome
from jobs.runner.tools import Tools

_NOBODY_READS = "No mailbox is read: config/clinic.yaml does not name one (mail: mailbox:)."


def run(tools: Tools, today: date) -> Outcome:
    """Read what came since the last time; act on what is certain, leave everything as it lies."""
    mail = tools.settings.mail
    if not mail.mailbox.by:
        return Outcome(notes=(_NOBODY_READS,))
    tally: Counter[str] = Counter()
    try:
        with closing(open_mailbox(mail, tools.settings.google, tools.state_dir, tools.now)) as mailbox:
            take_in(tools, mailbox, tally)
            find_copies(tools, mailbox, tally)
    except MailboxUnusable as reason:
        return sum_up(tally, today, str(reason))
    return sum_up(tally, today)
