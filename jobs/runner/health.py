"""Tells the outside how a run went: a ping to a watchdog, an e-mail to the IT person. Neither ever fails a job."""

import logging
import threading
from datetime import datetime

from jobs.runner.log import without_addresses
from jobs.runner.settings import Settings

_PING_SECONDS = 10.0
_PATHS = {"start": "/start", "success": "", "fail": "/fail"}


def ping(url: str, outcome: str, log: logging.Logger, seconds: float = _PING_SECONDS) -> None:
    """Call the watchdog, if one is set. `outcome` is start, success or fail; healthchecks.io takes these addresses.

    The call has a thread of its own: a name server or a watchdog that dribbles its answer outlasts every timeout of
    the socket, and the job does not wait for it longer than `seconds`.
    """
    if not url:
        return
    trouble = ["it did not answer in time"]
    calling = threading.Thread(target=_call, args=(_address(url, outcome), seconds, trouble), daemon=True)
    calling.start()
    calling.join(seconds)
    for why in trouble[:1]:  # looked at once: the answer may come at this very moment
        log.warning("the watchdog could not be reached", extra={"facts": {"why": why}})


def ping_failure(url: str) -> None:
    """Tell the watchdog that no job could begin; there is no log to write to."""
    silent = logging.Logger("nowhere")
    silent.addHandler(logging.NullHandler())
    ping(url, "fail", silent)


def _address(url: str, outcome: str) -> str:
    """The address to call: the outcome ends its path, before a question mark."""
    path, question, rest = url.partition("?")
    return path.rstrip("/") + _PATHS[outcome] + question + rest


def _call(address: str, seconds: float, trouble: list[str]) -> None:
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=seconds):
            trouble.clear()
    except Exception as error:  # http.client has its own kinds beside OSError and ValueError
        trouble[:] = [type(error).__name__]


def tell_it(settings: Settings, job: str, sentence: str, now: datetime, log: logging.Logger) -> bool:
    """E-mail the IT person that a job failed. False where it could not be sent, or where nobody is to be told.

    The subject holds the job's name alone, the text one sentence with every address masked. In preview nothing leaves
    the house, this neither.
    """
    if not settings.installation.it_email or settings.mail.mode == "preview":
        return False
    try:
        return _send(settings, job, without_addresses(sentence), now)
    except Exception as error:  # also the mail server that is the very thing that failed
        log.warning("the IT person could not be told", extra={"facts": {"job": job, "why": type(error).__name__}})
        return False


def _send(settings: Settings, job: str, sentence: str, now: datetime) -> bool:
    from jobs.mail.letter_forms import Written
    from jobs.mail.message import Envelope, finish, message_id
    from jobs.mail.records import NoMarks, Ready
    from jobs.mail.transports import open_transport

    mail, to = settings.mail, settings.installation.it_email
    text = (
        f"{job} failed on {now:%A, %B %d, at %H:%M}.\n\n{sentence}\n\n"
        "`python run_jobs.py status` tells how things stand.\n"
        f"`python run_jobs.py run {job}` runs it again; no letter is sent twice.\n"
    )
    html = "<pre>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</pre>"
    identity = message_id(mail.sender.partition("@")[2], f"failure {settings.clinic.id} {job} {now.isoformat()}")
    envelope = Envelope(mail.sender, settings.clinic.name, to, "", identity, now)
    data = finish(Written(f"{job} failed", "", html, text), envelope)
    transport = open_transport(mail, settings.google, settings.state_dir, now)
    try:
        results = list(transport.deliver(iter([Ready(0, to, identity, data)]), NoMarks()))
    finally:
        transport.close()
    return bool(results) and results[0].state in ("sent", "unknown")  # one that may have left is not sent again
