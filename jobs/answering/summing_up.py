"""What a reading of the mailbox says of itself."""

from collections import Counter
from datetime import date

from jobs.answering.following import NOT_BELIEVED
from jobs.runner.outcome import Outcome

_TOO_MANY = (
    "So many letters came back within a day that this tells of a mail server, not of the addresses: {count} addresses "
    "were not stopped. Ask IT to look at the mail server, its relay and the sender's address. If the addresses are "
    "dead after all: `run_jobs.py stop --refused-since {day}`. If some were stopped before it was seen: "
    "`run_jobs.py allow --refused-since {day} --reason WHY`."
)


def sum_up(tally: Counter[str], today: date, failed: str = "") -> Outcome:
    """Count what came; ask people to look where only they can tell."""
    notes = []
    if not_stopped := tally[NOT_BELIEVED]:
        failed = f"{_TOO_MANY.format(count=not_stopped, day=today)} {failed}".rstrip()
    if asking := tally.pop("asking in their own words", 0):
        notes.append(
            f"Mails that seem to ask for no more letters in their own words: {asking}. "
            "Read them, then run `run_jobs.py stop ADDRESS`."
        )
    if refused := tally["letters refused"]:
        notes.append(
            f"Letters refused for how they are sent, not for their address: {refused}. "
            "Ask IT to look at SPF, DKIM and DMARC."
        )
    return Outcome({words: count for words, count in tally.items() if count}, notes=tuple(notes), failed=failed)
