"""What was read in the clinic's mailbox: each mail once, what it is, and whom it is about."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, insert, select

from jobs.clinic.answers import STRIKES, Concerned
from jobs.store.memory import Memory
from jobs.store.rows import in_parts
from jobs.store.runs import cursor, set_cursor
from jobs.store.stops import counting_now
from jobs.store.tables import letters, mailbox_messages, patients, stops

ASKS = "seems to ask for no more letters"
"""The detail of a mail that is left to people and should not wait long for them."""


class ReadMail(NamedTuple):
    """One mail that was read; `read_at` is UTC text, `detail` what a machine said of it."""

    mailbox: str
    uid: str
    read_at: str
    kind: str
    letter_id: int | None
    address_key: str
    detail: str


def remember_mail(memory: Memory, mail: ReadMail) -> None:
    """Keep what a mail is, so that it is never read again."""
    memory.connection.execute(insert(mailbox_messages).values(clinic_id=memory.clinic_id, **mail._asdict()))


def read_before(memory: Memory, mailbox: str, uids: Collection[str]) -> set[str]:
    """Those of these mails that were read."""
    mail = mailbox_messages.c
    query = select(mail.uid).where(mail.clinic_id == memory.clinic_id, mail.mailbox == mailbox)
    return {
        uid for part in in_parts(uids) for uid in memory.connection.execute(query.where(mail.uid.in_(part))).scalars()
    }


def found_before(memory: Memory, mail: ReadMail) -> bool:
    """Whether a mail with other numbers said just this before: a mailbox that was moved numbers its mails anew."""
    known = mailbox_messages.c
    validity = mail.uid.partition(".")[0]
    query = select(known.uid).where(
        known.clinic_id == memory.clinic_id,
        known.mailbox == mail.mailbox,
        known.kind == mail.kind,
        known.address_key == mail.address_key,
        known.letter_id == mail.letter_id,
        known.detail == mail.detail,
    )
    return any(uid.partition(".")[0] != validity for uid in memory.connection.execute(query).scalars())


def read_up_to(memory: Memory, mailbox: str) -> tuple[str, str]:
    """Where the next reading goes on, in the mailbox's own words, and when it was last read whole; "" for never."""
    return cursor(memory, f"mailbox {mailbox}: read up to"), cursor(memory, f"mailbox {mailbox}: read at")


def set_read_up_to(memory: Memory, mailbox: str, place: str) -> None:
    """Note that everything up to this place was read."""
    set_cursor(memory, f"mailbox {mailbox}: read up to", place)


def set_read_at(memory: Memory, mailbox: str, at: str) -> None:
    """Note that a reading came to its end at this moment (UTC text)."""
    set_cursor(memory, f"mailbox {mailbox}: read at", at)


def letters_of(
    memory: Memory, letter_ids: Iterable[int] = (), message_ids: Iterable[str] = ()
) -> Mapping[int | str, tuple[Concerned, str]]:
    """The letters that mails name, by id and by Message-ID: whom each went to, and its state."""
    found: dict[int | str, tuple[Concerned, str]] = {}
    letter, patient = letters.c, patients.c
    query = (
        select(letter.id, letter.message_id, letter.state, patient.id, letter.address_key, patient.address_key)
        .join(patients, patient.id == letter.patient_id)
        .where(letter.clinic_id == memory.clinic_id)
    )
    wanted: list[ColumnElement[bool]] = [letter.id.in_(part) for part in in_parts(set(letter_ids))]
    wanted += [letter.message_id.in_(each) for each in in_parts(set(message_ids))]
    for which in wanted:
        for letter_id, message_id, state, patient_id, went_to, now_at in memory.connection.execute(query.where(which)):
            concerned = Concerned(went_to or now_at, letter_id, patient_id)
            found[letter_id] = concerned, state
            if message_id:
                found[message_id] = concerned, state
    return found


def meant_by_tokens(
    memory: Memory, tokens: Iterable[tuple[int, str]], mark_of: Callable[[int, str], str]
) -> Mapping[tuple[int, str], tuple[Concerned, str]]:
    """The letters that the tokens of stop links name by their id and the mark of the address that they went to: whom
    each went to, and its state.

    After a backup was put back, an id can belong to another letter than then. Then the mark tells the address, where it
    is known here, and it alone is concerned. `mark_of` gives the mark of an id and an address key.
    """
    tokens = set(tokens)
    letters = letters_of(memory, (letter_id for letter_id, _ in tokens))
    found = {
        (letter_id, mark): letters[letter_id]
        for letter_id, mark in tokens
        if letter_id in letters and mark_of(letter_id, letters[letter_id][0].address_key) == mark
    }
    keys = _all_addresses(memory) if len(found) < len(tokens) else set[str]()
    for letter_id, mark in tokens - found.keys():
        key = next((key for key in keys if mark_of(letter_id, key) == mark), "")
        if key:
            found[letter_id, mark] = Concerned(key), ""
    return found


def _all_addresses(memory: Memory) -> set[str]:
    """Every address key that a patient has or that a letter went to."""
    return {
        key
        for table in (patients, letters)
        for key in memory.connection.execute(
            select(table.c.address_key).distinct().where(table.c.clinic_id == memory.clinic_id)
        ).scalars()
        if key
    }


def unknown_letters(memory: Memory) -> dict[str, int]:
    """The letters that may have left: their ids by Message-ID."""
    letter = letters.c
    query = select(letter.message_id, letter.id).where(
        letter.clinic_id == memory.clinic_id, letter.state == "unknown", letter.message_id != ""
    )
    return {message_id: letter_id for message_id, letter_id in memory.connection.execute(query)}


def known_addresses(memory: Memory, keys: Collection[str]) -> set[str]:
    """Those of these address keys that are a patient's, or that a letter went to."""
    found: set[str] = set()
    for table in (patients, letters):
        query = select(table.c.address_key).where(table.c.clinic_id == memory.clinic_id)
        for part in in_parts(set(keys) - {""}):
            found.update(memory.connection.execute(query.where(table.c.address_key.in_(part))).scalars())
    return found


def count_strikes(memory: Memory, address_key: str, since: str) -> int:
    """How many letters to this address were delayed or refused since a moment (UTC text), or since a person last
    allowed it."""
    stop, mail = stops.c, mailbox_messages.c
    allowed = select(func.max(stop.at)).where(
        stop.clinic_id == memory.clinic_id, stop.address_key == address_key, stop.allowed == 1
    )
    since = max(since, str(memory.connection.execute(allowed).scalar() or ""))
    query = select(func.count()).where(
        mail.clinic_id == memory.clinic_id,
        mail.address_key == address_key,
        mail.kind.in_(STRIKES),
        mail.read_at >= since,
    )
    return int(memory.connection.execute(query).scalar_one())


class ForPeople(NamedTuple):
    """What was read since a moment and needs a person."""

    asking: int  # mails that seem to ask for no more letters
    refused: int  # letters refused for how they are sent
    unreachable: int  # addresses that patients still have, and that letters do not reach


def mail_for_people(memory: Memory, since: str) -> ForPeople:
    """How much of what came back since a moment (UTC text) needs a person."""
    mail = mailbox_messages.c
    ours = (mail.clinic_id == memory.clinic_id, mail.read_at >= since)
    count = select(func.count()).select_from(mailbox_messages).where(*ours)
    asking = memory.connection.execute(count.where(mail.kind == "other", mail.detail == ASKS)).scalar_one()
    refused = memory.connection.execute(count.where(mail.kind == "refused")).scalar_one()
    dead = {line.address_key for line in counting_now(memory) if line.source == "bounce"}
    have = select(patients.c.address_key).where(patients.c.clinic_id == memory.clinic_id).distinct()
    there = {
        key
        for part in in_parts(dead)
        for key in memory.connection.execute(have.where(patients.c.address_key.in_(part))).scalars()
    }
    return ForPeople(int(asking), int(refused), len(there))


def mail_about(memory: Memory, address_keys: Iterable[str]) -> list[ReadMail]:
    """What was read about these addresses, oldest first."""
    query = select(*(mailbox_messages.c[name] for name in ReadMail._fields)).where(
        mailbox_messages.c.clinic_id == memory.clinic_id, mailbox_messages.c.address_key.in_(set(address_keys) - {""})
    )
    return [ReadMail._make(row) for row in memory.connection.execute(query.order_by(mailbox_messages.c.id))]
