"""The ways out of the house: a folder, a mail server, Gmail."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jobs.google.settings import Google
from jobs.mail.records import Transport
from jobs.mail.settings import MailSettings


def open_transport(
    settings: MailSettings,
    google: Google,
    state_dir: Path,
    now: datetime,
    environment: Mapping[str, str] | None = None,
) -> Transport:
    """The transport that the settings ask for. In `preview` this is the folder, whatever else they say.

    Nothing is connected before the first letter. `now` is the clinic's own time; `environment` holds the password,
    None means the process's own.
    """
    if settings.mode == "preview" or settings.transport == "folder":
        from jobs.mail.transports.folder import FolderTransport

        way_out: Transport = FolderTransport(state_dir / settings.folder, now.date())
    elif settings.transport == "gmail":
        from jobs.mail.transports.gmail import GmailTransport

        way_out = GmailTransport(google, settings.sender, state_dir)
    else:
        from jobs.mail.transports.smtp import SmtpTransport

        secrets = os.environ if environment is None else environment
        way_out = SmtpTransport(settings.smtp, settings.sender, secrets, (state_dir, now))
    if settings.mode == "redirect":
        from jobs.mail.transports.redirected import Redirected

        way_out = Redirected(way_out, settings.redirect_to)
    return way_out
