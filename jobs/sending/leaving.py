"""The letters leave, each once; and what became of those that a dead run left on their way."""

from collections import Counter
from collections.abc import Sequence

from jobs.clinic.last_look import Due
from jobs.mail.journal import Journal
from jobs.mail.message import recipients_of
from jobs.mail.outbox import Tally, send, settle
from jobs.mail.transports import open_transport
from jobs.mail.writing import LetterWriter
from jobs.runner.tools import Tools
from jobs.sending.letters import finished_groups
from jobs.store.letter_ledger import LetterLedger
from jobs.store.letters import letters_in


def settle_last_run(tools: Tools) -> Counter[str]:
    """Find out what became of the letters that a run left on their way when it died."""
    with tools.store.begin() as memory:
        attempting = letters_in(memory, "attempting")
    path = tools.state_dir / "outbox.journal"
    if not attempting and not (path.exists() and path.stat().st_size):
        return Counter()
    journal = Journal(path)
    try:
        # By which transport they were to leave, the journal knows: the settings may be others today.
        return settle(attempting, LetterLedger(tools.store.begin, ""), journal, tools.clock)
    finally:
        journal.close()


def send_letters(tools: Tools, due: Sequence[Due], writer: LetterWriter) -> Tally:
    """Write the letters in groups and send them, each once."""
    if not due:
        return Tally()
    mail = tools.settings.mail
    transport = open_transport(mail, tools.settings.google, tools.state_dir, tools.today)
    ledger = LetterLedger(tools.store.begin, transport.name)
    journal = Journal(tools.state_dir / "outbox.journal")
    try:
        with tools.progress("Sending letters", total=len(due)) as advance:
            groups = finished_groups(tools, writer, ledger, due)
            return send(
                groups,
                ledger,
                transport,
                journal,
                tools.clock,
                advance,
                recipients_of=recipients_of,
                pause_seconds=mail.pause_seconds,
            )
    finally:
        transport.close()
        journal.close()
