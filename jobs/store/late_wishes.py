"""Wishes for no more letters that came with a letter which the database does not know, put back from a backup: kept
until a pull tells whose they are."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import delete, select

from jobs.clinic.answers import Category, Ending
from jobs.store.memory import Memory
from jobs.store.restoring import asked_of
from jobs.store.runs import cursor, renew_sign, set_cursor
from jobs.store.stops import stop_once
from jobs.store.tables import cursors

_NAME = "wish of an unknown letter: "
_ELSEWHERE = f"SELECT name, value FROM cursors WHERE clinic_id = ? AND name LIKE '{_NAME}%'"  # noqa: S608


class Wish(NamedTuple):
    """What somebody wants who has a letter with this number, that went to an address with this mark; `at` is UTC
    text."""

    letter_id: int
    mark: str
    at: str
    category: Category
    reason: str
    source: str


def keep_wish(memory: Memory, wish: Wish) -> bool:
    """Keep a wish until it is known whose it is; False, where it is kept already."""
    name = f"{_NAME}{wish.letter_id} {wish.mark}"
    kept = cursor(memory, name)
    if kept and json.loads(kept)[1] in ("all", wish.category):
        return False
    set_cursor(memory, name, json.dumps(wish[2:]))
    renew_sign(memory)
    return True


def wishes_kept(memory: Memory) -> list[Wish]:
    """All of them."""
    query = select(cursors.c.name, cursors.c.value).where(
        cursors.c.clinic_id == memory.clinic_id, cursors.c.name.startswith(_NAME, autoescape=True)
    )
    found = []
    for name, value in memory.connection.execute(query.order_by(cursors.c.id)):
        letter_id, mark = name.removeprefix(_NAME).split()
        found.append(Wish(int(letter_id), mark, *json.loads(value)))
    return found


def settle_wishes(memory: Memory, wishes: Iterable[Wish], mark_of: Callable[[int, str], str]) -> int:
    """Stop the letters to those whose address is known by now; say how many. `mark_of` gives the mark of a letter's
    number and an address key."""
    from jobs.store.mailbox_messages import meant_by_tokens  # few pulls find a wish

    waiting = {(wish.letter_id, wish.mark): wish for wish in wishes}
    settled = meant_by_tokens(memory, waiting, mark_of)
    for name, (concerned, _) in settled.items():
        *_, at, category, reason, source = waiting[name]
        stop_once(memory, at, Ending(category, reason, source, concerned.address_key, concerned.patient_id))
        done = f"{_NAME}{name[0]} {name[1]}"
        memory.connection.execute(
            delete(cursors).where(cursors.c.clinic_id == memory.clinic_id, cursors.c.name == done)
        )
    return len(settled)


def take_over_wishes(memory: Memory, elsewhere: Iterable[Path]) -> None:
    """Keep those too that other databases keep, the former one and newer backups."""
    for file in elsewhere:
        for name, value in asked_of(file, _ELSEWHERE, memory.clinic_id) or ():
            if not cursor(memory, name):
                set_cursor(memory, name, value)
