"""The mailbox that answers come back to: it is opened to read and never changed; what is in it is sorted by kind."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jobs.google.settings import Google
from jobs.mail.mailbox.records import Mailbox, MailboxUnusable
from jobs.mail.settings import MailSettings

__all__ = ["Mailbox", "MailboxUnusable", "open_mailbox"]


def open_mailbox(
    settings: MailSettings, google: Google, state_dir: Path, now: datetime, environment: Mapping[str, str] | None = None
) -> Mailbox:
    """Sign in to the mailbox that the settings name. `environment` holds the password; None means the process's own.
    A sign-in that was refused is tried again after pauses that grow.

    Raises MailboxUnusable.
    """
    if settings.mailbox.by == "gmail":
        from jobs.mail.mailbox.gmail import GmailMailbox

        return GmailMailbox(settings.mailbox, google, settings.sender, state_dir)
    from jobs.mail.mailbox.imap import ImapMailbox
    from jobs.mail.sign_in_tries import SignInTries

    secrets = os.environ if environment is None else environment
    return ImapMailbox(settings.mailbox, secrets, SignInTries("imap", state_dir, now, settings.mailbox, secrets))
