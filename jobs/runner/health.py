"""Tells the outside how a run went: a ping to a watchdog, an e-mail to the IT person. Neither ever fails a job."""

import logging
import re
import threading
from collections.abc import Sequence
from datetime import datetime

from jobs.clinic.faults import Fault, in_few_words
from jobs.runner.log import open_log, without_addresses
from jobs.runner.settings import Settings

_PING_SECONDS = 10.0
_NO_JOB = "No job could begin"
_WEB = re.compile(r"(https?://[^/\s\"]+)/[^\s\"]*")
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
    ping(url, "fail", _silent())


def _silent() -> logging.Logger:
    silent = logging.Logger("nowhere")
    silent.addHandler(logging.NullHandler())
    return silent


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
    after = (
        "`python run_jobs.py status` tells how things stand.\n"
        f"`python run_jobs.py run {job}` runs it again; no letter is sent twice.\n"
    )
    return _mail_it(settings, f"{job} failed", sentence, after, now, log)


def tell_that_nothing_runs(settings: Settings, sentence: str, now: datetime) -> None:
    """E-mail the IT person, once a day, that no job can begin: the state folder or the database cannot be used."""
    from jobs.runner.told import forget_told, note_told

    if not _is_told(settings) or not note_told(settings.state_dir, _NO_JOB, sentence, now.date()):
        return
    after = (
        "`python run_jobs.py check` tells whether it can be used again; then the next run goes on where the last one "
        "ended. No letter is sent twice.\n"
    )
    if not _mail_it(settings, _NO_JOB, sentence, after, now, _silent()):
        forget_told(settings.state_dir, _NO_JOB, sentence, now.date())


def tell_of_faults(good: Settings, faults: Sequence[Fault], now: datetime) -> None:
    """Tell that no job can begin as the settings have faults, by the last `good` ones: the watchdog each time, the log
    and the IT person of the same faults once a day. What else an address on the web holds than its host stays here: a
    calendar's is as good as its password."""
    from jobs.runner.told import forget_told, note_told

    ping_failure(good.installation.healthcheck_url)
    lines = [_WEB.sub(r"\1/...", line) for line in in_few_words(faults)]
    sentence = "\n".join(["The settings have faults, and nothing is done until they are mended.", *lines])
    if not note_told(good.state_dir, _NO_JOB, sentence, now.date()):
        return
    log = open_log(good.state_dir)
    places = [f"{fault.file}, line {fault.line}" for fault in faults]
    log.error("the settings have faults", extra={"facts": {"where": places}})
    after = (
        "`python run_jobs.py check` names every fault. The next run reads the settings anew; no letter is sent twice. "
        "This mail left by the settings as they were before.\n"
    )
    if _is_told(good) and not _mail_it(good, _NO_JOB, sentence, after, now, log):
        forget_told(good.state_dir, _NO_JOB, sentence, now.date())


def _is_told(settings: Settings) -> bool:
    return bool(settings.installation.it_email) and settings.mail.mode != "preview"


def _mail_it(settings: Settings, what: str, sentence: str, after: str, now: datetime, log: logging.Logger) -> bool:
    if not _is_told(settings):
        return False
    try:
        return _send(settings, what, without_addresses(sentence), after, now)
    except Exception as error:  # also the mail server that is the very thing that failed
        log.warning("the IT person could not be told", extra={"facts": {"of": what, "why": type(error).__name__}})
        return False


def _send(settings: Settings, what: str, sentence: str, after: str, now: datetime) -> bool:
    from jobs.mail.letter_forms import Written
    from jobs.mail.message import Envelope, finish, message_id
    from jobs.mail.records import NoMarks, Ready
    from jobs.mail.transports import open_transport

    mail, to = settings.mail, settings.installation.it_email
    text = f"{what} on {now:%A, %B} {now.day}, at {now:%H:%M}.\n\n{sentence}\n\n{after}"
    html = "<pre>" + text.replace("&", "&amp;").replace("<", "&lt;") + "</pre>"
    identity = message_id(mail.sender.partition("@")[2], f"{what} {settings.clinic.id} {now.isoformat()}")
    envelope = Envelope(mail.sender, settings.clinic.name, to, "", identity, now)
    data = finish(Written(what, "", html, text), envelope)
    transport = open_transport(mail, settings.google, settings.state_dir, now)
    try:
        results = list(transport.deliver(iter([Ready(0, to, identity, data)]), NoMarks()))
    finally:
        transport.close()
    return bool(results) and results[0].state in ("sent", "unknown")  # one that may have left is not sent again
