"""Who gets no more letters: put on the list, and shown."""

from datetime import date, datetime, time

import click
from rich.table import Table

from jobs.clinic.addresses import address_key
from jobs.clinic.answers import Category, Ending
from jobs.clinic.follow_ups import utc_text
from jobs.desk.terminal import open_console
from jobs.mail.refused_for_good import answer_of
from jobs.runner.tools import Tools
from jobs.store.letter_counts import is_leaving, waiting_for
from jobs.store.mailbox_messages import ReadMail, mail_about
from jobs.store.memory import Memory
from jobs.store.patient_story import contact
from jobs.store.refusals import refused_addresses
from jobs.store.stops import (
    DEAD,
    HOME,
    UNDELIVERED,
    StopLine,
    counting_now,
    patients_at,
    stop_once,
    stops_about,
)

FINE, NOT_UNDERSTOOD = 0, 2
"""How a command ends."""
_WHAT = {"all": "no letters", "news": "no news", "care": "no letters about the own care"}
_ANSWERS = {HOME: "the address is right, though very many have it", DEAD: "the patient is alive"}
_NO_EMAIL = "The practice system says: no e-mail."
_DIED = (
    "A name or a status says that the patient has died: no letter goes to this patient. If that is wrong: run_jobs.py "
    "allow {} --alive."
)
_MAIL = {
    "bounce": "a letter was not delivered, for good",
    "delay": "a letter was not delivered yet",
    "refused": "a letter was refused for how it was sent",
    "complaint": "a complaint came",
    "unsubscribe": "a wish to stop came",
}


def put_on_the_list(tools: Tools, address: str, category: Category, reason: str, who: str) -> int:
    """Send an address no more letters of a category; where one patient has it, the patient neither."""
    key = key_of(address)
    if not key:
        return NOT_UNDERSTOOD
    with tools.store.begin() as memory:
        whose = patients_at(memory, key)
        patient_id = next(iter(whose)) if len(whose) == 1 else None
        ending = Ending(category, reason or "asked for no more", who, key, patient_id)
        new = stop_once(memory, utc_text(tools.now), ending)
        waiting, leaving = waiting_for(memory, key), is_leaving(memory, key)
    click.echo(f"{address} gets {_WHAT[category]} from now on." if new else f"{address} was stopped already.")
    if leaving:
        click.echo(
            "A run is sending letters just now, one to this address among them. It stays here if its turn is yet to "
            "come; one that is just leaving may still arrive."
        )
    if waiting:
        click.echo(f"{waiting} letters that wait are looked at by the next run; it withdraws what is stopped.")
    if not whose:
        click.echo("No patient has this address now. It stays on the list all the same.")
    return FINE


def put_refused_on_the_list(tools: Tools, since: date, reason: str, who: str) -> int:
    """Stop every address at which nobody is, by the words of a mail server since a day."""
    why = reason or UNDELIVERED
    with tools.store.begin() as memory:
        keys = refused_addresses(memory, midnight(tools, since), lambda *said: answer_of(*said) == "nobody")
        new = sum(stop_once(memory, utc_text(tools.now), Ending("all", why, who, key)) for key in keys)
    click.echo(f"{new} addresses get no letters from now on; letters that wait for them are withdrawn by the next run.")
    return FINE


def midnight(tools: Tools, day: date) -> str:
    """The beginning of a day in the clinic, as UTC text."""
    return utc_text(datetime.combine(day, time(), tools.settings.clinic.tzinfo))


def show_the_list(tools: Tools) -> int:
    """Print who gets no more letters, and why."""
    with tools.store.begin() as memory:
        lines = counting_now(memory)
    table = Table("Address", "Patient", "Gets", "Since", "Because", "Who said so")
    for line in lines:
        number = f"no. {line.patient_id}" if line.patient_id else ""
        at = _local(tools, line.at)
        table.add_row(line.address_key, number, _WHAT[line.category], at, line.reason, line.source)
    if lines:
        open_console().print(table)
    else:
        click.echo("Nobody is stopped.")
    return FINE


def stops_of(tools: Tools, memory: Memory, patient_id: int) -> list[str]:
    """What keeps letters from a patient, or kept, and what came back from the addresses, each as one line."""
    known = contact(memory, patient_id)
    lines: list[StopLine | ReadMail] = [
        *stops_about(memory, known.address_keys, {patient_id}),
        *(mail for mail in mail_about(memory, known.address_keys) if mail.kind in _MAIL),
    ]
    words = dict.fromkeys(in_words(tools, line) for line in sorted(lines, key=_when))  # of an address, of its patient
    return [_DIED.format(patient_id)] * known.died + [_NO_EMAIL] * (known.email_consent == "no") + [*words]


def _when(line: StopLine | ReadMail) -> str:
    return line.at if isinstance(line, StopLine) else line.read_at


def in_words(tools: Tools, line: StopLine | ReadMail) -> str:
    """A line of the list, or a mail that came back, with its moment."""
    when = _local(tools, _when(line))
    if isinstance(line, ReadMail):
        return f"{when}: {_MAIL[line.kind]}{f' ({line.detail})' if line.detail else ''}."
    what = _ANSWERS.get(line.category, "letters again") if line.allowed else f"{_WHAT[line.category]} any more"
    return f"{when}: {what}, because: {line.reason} ({line.source})."


def key_of(address: str) -> str:
    """What an address is known by; "" with a sentence to the person for what is none."""
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and "." in domain) or len(address.split()) != 1:
        click.echo(f'"{address}" is no e-mail address. Write it whole, such as mira@patient.example.', err=True)
        return ""
    return address_key(address)


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%Y-%m-%d %H:%M}"
