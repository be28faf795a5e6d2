"""One whole sending run as a process of its own, so that it can be killed: PORT DATABASE JOURNAL CONNECTIONS."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from small_ledger import SmallLedger, letter, noon, recipients_of

from jobs.mail.journal import Journal
from jobs.mail.outbox import send, settle
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp import SmtpTransport

GROUP = 50


def main(port: str, database: str, journal_path: str, connections: str) -> None:
    sys.stdin.readline()  # until the killer has taken aim
    ledger, journal = SmallLedger(database), Journal(Path(journal_path))
    settle(ledger.in_state("attempting"), ledger, journal, noon)
    waiting = [letter(letter_id) for letter_id in ledger.in_state("ready")]
    groups = (waiting[at : at + GROUP] for at in range(0, len(waiting), GROUP))
    settings = Smtp(host="127.0.0.1", port=int(port), security="none", connections=int(connections))
    transport = SmtpTransport(settings, "hello@clinic.example", {})
    tally = send(groups, ledger, transport, journal, noon, recipients_of=recipients_of)
    transport.close()
    print(tally.stopped)


if __name__ == "__main__":
    main(*sys.argv[1:])
