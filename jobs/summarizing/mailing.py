"""Brings the workbook to its readers, to each once: what was handed over is never sent again unless somebody asks."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from jobs.clinic.figures import Figures
from jobs.clinic.follow_ups import utc_text
from jobs.reports.period_words import spoken_days
from jobs.reports.spoken_numbers import rate_text
from jobs.reports.week_in_words import Card, cards
from jobs.runner.tools import Tools
from jobs.store.summaries import kept_summary, note_mailing
from jobs.summarizing.asked import Asked

if TYPE_CHECKING:
    from jobs.mail.records import Result


def mail_workbook(tools: Tools, asked: Asked, figures: Figures, path: Path) -> tuple[int, str]:
    """E-mail the workbook to the readers that config/clinic.yaml names; gives how many got it, and what went wrong.

    One that somebody asked for goes to them with --mail-again alone.

    `attempting` is on disk before the first message leaves. A run that dies in between leaves it so: nobody can tell
    what left, and it is not sent again by itself.
    """
    readers, label = tools.settings.reports.readers, asked.periods.label
    if not readers or not (asked.usual or asked.mail_again):
        return 0, ""
    with tools.store.begin() as memory:
        kept = kept_summary(memory, label)
        state = kept.mailed if kept else ""
        if state == "sent" and not asked.mail_again:
            return 0, ""
        if state in ("attempting", "unknown") and not asked.mail_again:
            return 0, f"Whether {label} reached its readers is not known. --mail-again sends it to all of them."
        note_mailing(memory, label, "attempting", utc_text(tools.clock()))
    results = _deliver(tools, asked, figures, path)
    states = {result.state for result in results}
    sent = sum(result.state == "sent" for result in results)
    ended = "sent" if states == {"sent"} else "unknown" if states & {"sent", "unknown"} else ""
    with tools.store.begin() as memory:
        note_mailing(memory, label, ended, utc_text(tools.clock()))
    return sent, _trouble(label, len(readers) - sent, results, ended)


def _trouble(label: str, missed: int, results: list["Result"], ended: str) -> str:
    """What a person should know of the readers who did not get it; the addresses are not said.

    Those after one at whom the run broke off were not tried: they have no result and are missed all the same.
    """
    failed = [result for result in results if result.state != "sent"]
    if not failed:
        return ""
    who = "one reader" if missed == 1 else f"{missed:,} readers"
    next_time = "The next run tries again." if not ended else "--mail-again sends it to all of them."
    return f"{label} did not reach {who}: {failed[0].detail.rstrip('.')}. {next_time}"


def _deliver(tools: Tools, asked: Asked, figures: Figures, path: Path) -> list["Result"]:
    from jobs.mail.records import NoMarks, Ready, RunStopped
    from jobs.mail.transports import open_transport

    settings = tools.settings
    transport = open_transport(settings.mail, settings.google, tools.state_dir, tools.now)
    content, moment = path.read_bytes(), tools.clock()
    results: list[Result] = []
    try:
        for reader in settings.reports.readers:
            message = Ready(0, reader, *_message(tools, asked, figures, reader, moment, path.name, content))
            results.append(next(iter([*transport.deliver(iter([message]), NoMarks())]), _not_tried("not taken")))
    except RunStopped as stop:
        results.append(_not_tried(str(stop)))
    finally:
        transport.close()
    return results


def _not_tried(why: str) -> "Result":
    from jobs.mail.records import Result

    return Result(0, "ready", why)


def _message(
    tools: Tools, asked: Asked, figures: Figures, reader: str, moment: datetime, name: str, content: bytes
) -> tuple[str, bytes]:
    """The Message-ID and the message to one reader; when it is sent again, it is another one."""
    from jobs.mail.message import message_id
    from jobs.mail.report_message import report_message

    mail, clinic, label = tools.settings.mail, tools.settings.clinic, asked.periods.label
    again = moment.isoformat() if asked.mail_again else ""
    identity = message_id(mail.sender.partition("@")[2], f"workbook {clinic.id} {label} {reader} {again}")
    text = mail_text(figures, clinic.name)
    subject = f"New patients, {asked.periods.kind} {label}"
    return identity, report_message(mail.sender, reader, identity, moment, subject, text, name, content)


def mail_text(figures: Figures, clinic_name: str) -> str:
    """The five figures with their change. No source is named in it: mail is read on many screens."""
    periods = figures.periods
    lines = [f"{clinic_name}, {spoken_days(periods.shown)}", ""]
    lines += [f"{card.title}: {_value(card)}{_after(card)}" for card in cards(figures)]
    lines += ["", "The workbook is attached. Its sheet About says what each figure counts."]
    if not figures.adds_up:
        lines += ["", "The tables do not add up: see the sheet About before you rely on them."]
    return "\n".join(lines) + "\n"


def _value(card: Card) -> str:
    if card.value is None:
        return "not known"
    return rate_text(card.value) if card.is_rate else f"{card.value:,}"


def _after(card: Card) -> str:
    said = ", ".join(words for words in (card.change, card.note) if words)
    return f"  ({said})" if said else ""
