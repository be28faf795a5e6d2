"""What a reading of the mailbox says of itself."""

from collections import Counter

from jobs.runner.outcome import Outcome


def sum_up(tally: Counter[str], failed: str = "") -> Outcome:
    """Count what came; ask people to look where only they can tell."""
    notes = []
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
