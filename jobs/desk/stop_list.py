"""Who gets no more letters: put on the list, answered, and shown."""

from datetime import date, datetime, time

import click
from rich.table import Table

from jobs.clinic.addresses import MOST_AT_ONE, address_key
from jobs.clinic.answers import Category, Ending
from jobs.clinic.follow_ups import utc_text
from jobs.desk.terminal import open_console
from jobs.mail.refused_for_good import answer_of
from jobs.runner.tools import Tools
from jobs.store.letters import is_leaving, waiting_for
from jobs.store.mailbox_messages import ReadMail, mail_about
from jobs.store.memory import Memory
from jobs.store.patient_story import contact
from jobs.store.refusals import refused_addresses
from jobs.store.stops import (
    UNDELIVERED,
    StopLine,
    allow,
    counting_now,
    crowded_addresses,
    end_bounces,
    end_stops,
    patients_at,
    revive,
    stop_once,
    stops_about,
    the_dead_at,
)

_FINE, _NOT_UNDERSTOOD = 0, 2
_WHAT = {"all": "no letters", "news": "no news", "care": "no letters about the own care"}
_NO_EMAIL = "The practice system says: no e-mail."
_DIED = "A name or a status says that the patient has died: no letter goes to this patient."
_ALIVE = "The patient is alive; where a name or a status still says otherwise, correct it in the practice system."
_BACK_FOR_THE_LIVING = "What was withdrawn for that leaves with the next run where it is still right and not too late."
_STILL_DEAD = (
    "But a name or a status says that a patient with this address has died: no letter goes to that patient. If that is "
    "wrong, run this once more."
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
    key = _key(address)
    if not key:
        return _NOT_UNDERSTOOD
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
    return _FINE


def answer_on_the_list(tools: Tools, address: str, reason: str, who: str) -> int:
    """Let an address, and the patients behind it, have letters again."""
    key = _key(address)
    if not key:
        return _NOT_UNDERSTOOD
    with tools.store.begin() as memory:
        answered = end_stops(memory, utc_text(tools.now), key, reason, who)
        dead = the_dead_at(memory, key)
        if dead and not answered:  # a stop may be another person's of the house: one answer is for one thing
            revive(memory, utc_text(tools.now), dead, reason, who)
        crowd = 0 if answered else dict(crowded_addresses(memory, MOST_AT_ONE)).get(key, 0)
        if crowd:
            allow(memory, utc_text(tools.now), "all", reason, who, address_key=key)
        refusing = [each for each in patients_at(memory, key) if contact(memory, each).email_consent == "no"]
    if not (answered or dead or crowd):
        click.echo(f"{address} is not stopped; nothing was changed.", err=True)
        return _NOT_UNDERSTOOD
    for line in answered:
        click.echo(_in_words(tools, line))
    if dead and not answered:
        click.echo(f"{_ALIVE}\n{address} gets letters again. {_BACK_FOR_THE_LIVING}")
    if crowd:
        click.echo(f"{crowd} patients have this address; the letters of each of them go there from now on.")
        return _FINE
    if answered:
        click.echo(f"{address} gets letters again. What was withdrawn meanwhile is not sent any more.")
    if answered and dead:
        click.echo(_STILL_DEAD)
    if refusing:
        click.echo("But the practice system says: no e-mail. As long as it does, no letter goes there.")
    return _FINE


def put_refused_on_the_list(tools: Tools, since: date, reason: str, who: str) -> int:
    """Stop every address at which nobody is, by the words of a mail server since a day."""
    why = reason or UNDELIVERED
    with tools.store.begin() as memory:
        keys = refused_addresses(memory, _midnight(tools, since), lambda *said: answer_of(*said) == "nobody")
        new = sum(stop_once(memory, utc_text(tools.now), Ending("all", why, who, key)) for key in keys)
    click.echo(f"{new} addresses get no letters from now on; letters that wait for them are withdrawn by the next run.")
    return _FINE


def answer_refusals(tools: Tools, since: date, reason: str, who: str) -> int:
    """Let the addresses have letters again that were stopped since a day because letters could not be delivered."""
    with tools.store.begin() as memory:
        again, wished = end_bounces(memory, utc_text(tools.now), _midnight(tools, since), reason, who)
    click.echo(f"{again} addresses get letters again. What was withdrawn meanwhile is not sent any more.")
    if wished:
        click.echo(f"{wished} stay stopped: somebody asked for that too.")
    return _FINE


def _midnight(tools: Tools, day: date) -> str:
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
    return _FINE


def stops_of(tools: Tools, memory: Memory, patient_id: int) -> list[str]:
    """What keeps letters from a patient, or kept, and what came back from the addresses, each as one line."""
    known = contact(memory, patient_id)
    lines: list[StopLine | ReadMail] = [
        *stops_about(memory, known.address_keys, {patient_id}),
        *(mail for mail in mail_about(memory, known.address_keys) if mail.kind in _MAIL),
    ]
    words = [_in_words(tools, line) for line in sorted(lines, key=_when)]
    return [_DIED] * known.died + [_NO_EMAIL] * (known.email_consent == "no") + words


def _when(line: StopLine | ReadMail) -> str:
    return line.at if isinstance(line, StopLine) else line.read_at


def _in_words(tools: Tools, line: StopLine | ReadMail) -> str:
    when = _local(tools, _when(line))
    if isinstance(line, ReadMail):
        return f"{when}: {_MAIL[line.kind]}{f' ({line.detail})' if line.detail else ''}."
    what = "letters again" if line.allowed else f"{_WHAT[line.category]} any more"
    return f"{when}: {what}, because: {line.reason} ({line.source})."


def _key(address: str) -> str:
    """What an address is known by; "" with a sentence to the person for what is none."""
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and "." in domain) or len(address.split()) != 1:
        click.echo(f'"{address}" is no e-mail address. Write it whole, such as mira@patient.example.', err=True)
        return ""
    return address_key(address)


def _local(tools: Tools, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(tools.settings.clinic.tzinfo):%Y-%m-%d %H:%M}"
