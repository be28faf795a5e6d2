"""Tells the outside how a run went: a ping to a watchdog, an e-mail to the IT person."""

import logging
from datetime import datetime

from jobs.runner.settings import Settings

_PING_SECONDS = 10


def ping(url: str, outcome: str, log: logging.Logger) -> None:
    """Call the watchdog (`outcome`: start, success or fail), if one is set. A failed ping never fails the job."""
    if not url:
        return
    from urllib.request import urlopen

    address = url.rstrip("/") + {"start": "/start", "success": "", "fail": "/fail"}[outcome]
    try:
        with urlopen(address, timeout=_PING_SECONDS) as answer:
            answer.read(1000)
    except (OSError, ValueError) as error:
        log.warning("the watchdog could not be reached", extra={"facts": {"why": type(error).__name__}})


def tell_it(settings: Settings, job: str, sentence: str, now: datetime, log: logging.Logger) -> bool:
    """E-mail the IT person that a job failed. The sentence holds no patient data. False where it could not be sent."""
    if not settings.installation.it_email or settings.mail.mode == "preview":
        return False
    from jobs.mail.message import Envelope, finish, message_id
    from jobs.mail.records import Ready, RunStopped
    from jobs.mail.templates import Written
    from jobs.mail.transports import open_transport

    mail = settings.mail
    text = f"{job} failed at {now:%Y-%m-%d %H:%M}.\n\n{sentence}\n\n`python run_jobs.py status` tells more.\n"
    html = "<pre>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</pre>"
    identity = message_id(mail.sender.partition("@")[2], f"failure {settings.clinic.id} {job} {now.isoformat()}")
    to = settings.installation.it_email
    data = finish(
        Written(f"{job} failed", "", html, text), Envelope(mail.sender, settings.clinic.name, to, "", identity, now)
    )
    transport = open_transport(mail, settings.state_dir, now.date())
    try:
        results = list(transport.deliver(iter([Ready(0, to, identity, data)]), _NoMarks()))
    except (RunStopped, OSError) as error:
        log.warning("the IT person could not be told", extra={"facts": {"why": type(error).__name__}})
        return False
    finally:
        transport.close()
    return bool(results) and results[0].state == "sent"


class _NoMarks:
    """A failure notice may arrive twice; it leaves no marks."""

    def attempted(self, letter_id: int) -> None: ...
    def accepted(self, letter_id: int) -> None: ...
    def stayed(self, letter_id: int) -> None: ...
