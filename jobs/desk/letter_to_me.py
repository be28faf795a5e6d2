"""One marked letter to the clinic's own people, to see it in a real mail program. It counts for no patient."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import click

from jobs.articles.library import load_library
from jobs.clinic.letter_names import language_of, own_letter
from jobs.desk.preview import file_of, made_up_patients, tell_faults, tell_list_waited_for
from jobs.mail.journal import Journal
from jobs.mail.letter_forms import Written
from jobs.mail.message import Envelope, finish, message_id
from jobs.mail.records import Ready, RunStopped
from jobs.mail.settings import MailSettings
from jobs.mail.sign_in_tries import try_at_once
from jobs.mail.transports import open_transport
from jobs.runner.settings import Settings
from jobs.sending.letter_loading import load_clinic_letters

MARK = "[Test] "


def send_test(home: Path, settings: Settings, letter: str, to: str) -> bool:
    """Send a letter for a made-up patient to one address by the configured way out; False where it did not leave.

    While nothing may leave the house (`mode: preview`) it is written to a file instead.
    """
    named = settings.follow_ups.letters()
    letters = load_clinic_letters(home, settings.clinic, settings.state_dir, named=named)
    file = file_of(letter)
    tell_faults(letters, settings, [file])
    if file not in letters.usable:
        return False
    library, _ = load_library(home / "config" / "articles.csv")
    tell_list_waited_for(library, settings, [own_letter(file)])
    values = made_up_patients(library, settings.mail)[0][1]._replace(
        language=language_of(file), unsubscribe_mailto="", unsubscribe_url=""
    )
    ready = _ready(settings.mail, _marked(letters.write(own_letter(file), values)), to)
    if settings.mail.mode == "preview":
        _write(settings.state_dir / "preview" / f"{file.removesuffix('.md')}-test.eml", ready.data)
        return True
    return _sent(settings, ready)


def _marked(written: Written) -> Written:
    return written._replace(subject=MARK + written.subject)


def _ready(mail: MailSettings, written: Written, to: str) -> Ready:
    """The finished message. It carries no way to stop letters: it is no patient's."""
    number = message_id(mail.sender.partition("@")[2], f"test letter {token_hex(16)}")
    now = datetime.now(UTC)
    envelope = Envelope(mail.sender, mail.sender_name, to, mail.reply_to, number, now)
    return Ready(0, to, number, finish(written, envelope))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)
    click.echo(f"config/clinic.yaml says mode: preview, so nothing left the house. The test letter is {path}.")


def _sent(settings: Settings, ready: Ready) -> bool:
    """Whether the letter left. Also while letters are redirected it goes to the address that was typed."""
    mail = replace(settings.mail, mode="live")
    try_at_once(settings.state_dir)
    try:
        transport = open_transport(mail, settings.google, settings.state_dir, datetime.now(settings.clinic.tzinfo))
        with TemporaryDirectory() as folder:  # its marks are nobody's: a test letter may be sent as often as one likes
            journal = Journal(Path(folder) / "journal")
            try:
                journal.begin([ready.letter_id], transport.name)
                results = list(transport.deliver(iter([ready]), journal))
            finally:
                transport.close()
                journal.close()
    except RunStopped as reason:
        click.echo(str(reason), err=True)
        return False
    for result in results:
        if result.state != "sent":
            click.echo(f"The test letter did not leave ({result.state}): {result.detail}", err=True)
            return False
    click.echo(f"One test letter went to {ready.recipient} by {mail.transport}. It counts for no patient.")
    return True
