"""Letters written to a folder."""

from datetime import date
from pathlib import Path

import pytest
from small_ledger import SmallLedger, letter, letters, noon, recipients_of

from jobs.google.settings import Google
from jobs.mail.journal import Journal
from jobs.mail.outbox import send
from jobs.mail.settings import MailSettings, Smtp
from jobs.mail.transports import open_transport
from jobs.mail.transports.folder import FolderTransport
from jobs.mail.transports.redirected import Redirected
from jobs.mail.transports.smtp import SmtpTransport

DAY = date(2026, 3, 4)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("durable", [False, True])
def test_each_letter_becomes_one_private_file_under_its_day(
    tmp_path: Path, ledger: SmallLedger, journal: Journal, durable: bool
) -> None:
    transport = FolderTransport(tmp_path / "outbox", DAY, durable)
    tally = send([letters(3)], ledger, transport, journal, noon, recipients_of=recipients_of)
    assert (dict(tally), tally.stopped) == ({"sent": 3}, "")
    written = files(tmp_path / "outbox")
    assert [path.read_bytes() for path in written] == [one.data for one in letters(3)]
    assert all(path.match("outbox/2026-03-04/[123]-????????.eml") for path in written)
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert (tmp_path / "outbox" / "2026-03-04").stat().st_mode & 0o777 == 0o700


def test_a_letter_written_again_takes_its_own_place(tmp_path: Path, journal: Journal) -> None:
    transport = FolderTransport(tmp_path, DAY)
    first = [result.detail for result in transport.deliver(iter([letter(1)]), journal)]
    again = [result.detail for result in transport.deliver(iter([letter(1)]), journal)]
    assert first == again
    assert len(files(tmp_path / "2026-03-04")) == 1


def test_a_folder_that_cannot_be_written_stops_the_run_and_the_letters_wait(
    tmp_path: Path, ledger: SmallLedger, journal: Journal
) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    transport = FolderTransport(tmp_path / "outbox", DAY)
    tally = send([letters(3)], ledger, transport, journal, noon, recipients_of=recipients_of)
    assert dict(tally) == {"ready": 3}
    assert tally.stopped.endswith("outbox/2026-03-04 cannot be written (Not a directory). The letters wait.")


def test_a_letter_that_could_not_be_written_is_not_unknown_and_leaves_no_half_file(
    tmp_path: Path, ledger: SmallLedger, journal: Journal
) -> None:
    transport = FolderTransport(tmp_path / "outbox", DAY)
    for result in transport.deliver(iter([letter(1)]), journal):
        (transport.folder / result.detail).unlink()
        (transport.folder / result.detail).mkdir()  # the letter's place is taken
    journal.empty()
    tally = send([letters(2)], ledger, transport, journal, noon, recipients_of=recipients_of)
    assert dict(tally) == {"ready": 2}
    assert files(tmp_path / "outbox") == []


def test_preview_never_opens_a_mail_server(tmp_path: Path) -> None:
    settings = MailSettings(sender="hello@clinic.example", smtp=Smtp(host="smtp.clinic.example"))
    assert isinstance(open_transport(settings, Google(), tmp_path, noon()), FolderTransport)


def test_live_opens_the_transport_of_the_settings(tmp_path: Path) -> None:
    smtp = Smtp(host="smtp.clinic.example")
    assert isinstance(
        open_transport(MailSettings(sender="hello@clinic.example", mode="live", smtp=smtp), Google(), tmp_path, noon()),
        SmtpTransport,
    )
    folder = MailSettings(sender="hello@clinic.example", mode="live", transport="folder")
    assert isinstance(open_transport(folder, Google(), tmp_path, noon()), FolderTransport)


def test_redirect_wraps_the_transport(tmp_path: Path) -> None:
    settings = MailSettings(
        sender="hello@clinic.example", mode="redirect", redirect_to="office@clinic.example", transport="folder"
    )
    transport = open_transport(settings, Google(), tmp_path, noon())
    assert isinstance(transport, Redirected)
    assert transport.name == "folder, redirected"
