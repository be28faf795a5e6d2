"""What the tests of the outbox share: a journal, a ledger, and a way to send over a real connection."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from loopback_server import LoopbackServer
from small_ledger import Sending, SmallLedger, noon, recipients_of

from jobs.mail.journal import Journal
from jobs.mail.outbox import Ready, Tally, send
from jobs.mail.settings import Smtp
from jobs.mail.transports.smtp import SmtpTransport


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "outbox.journal")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SmallLedger]:
    ledger = SmallLedger(tmp_path / "ledger.db")
    ledger.plan(60)
    yield ledger
    ledger.close()


@pytest.fixture
def send_to(ledger: SmallLedger, journal: Journal) -> Sending:
    """Sends letters to a server in one group, with these settings beside the usual ones."""

    def sending(server: LoopbackServer, letters: Sequence[Ready], **others: object) -> Tally:
        settings = Smtp(**({"host": "127.0.0.1", "port": server.port, "security": "none"} | others))  # type: ignore[arg-type]
        transport = SmtpTransport(settings, "hello@clinic.example", {})
        try:
            return send([letters], ledger, transport, journal, noon, recipients_of=recipients_of)
        finally:
            transport.close()

    return sending
