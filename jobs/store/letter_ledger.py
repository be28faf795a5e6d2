"""What the outbox writes down: that a letter is about to leave, and what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import bindparam, delete, insert, select, update

from jobs.clinic.follow_ups import pause_before, utc_text
from jobs.store.letters import LetterFacts
from jobs.store.memory import Memory, in_parts, insert_new, insert_rows, update_rows
from jobs.store.tables import attempts, letters, sent_articles

_ATTEMPTING = (
    update(letters)
    .where(letters.c.id == bindparam("letter"))
    .values(
        state="attempting",
        reason="",
        message_id=bindparam("message"),
        address_key=bindparam("address"),
        changed_at=bindparam("at"),
        tries=letters.c.tries + 1,
    )
)
_RECORDED = (
    update(letters)
    .where(letters.c.id == bindparam("letter"))
    .values(state=bindparam("new"), reason=bindparam("why"), changed_at=bindparam("at"), sent_at=bindparam("left"))
)


_TRIED = insert(attempts)


class _Ready(Protocol):
    @property
    def letter_id(self) -> int: ...
    @property
    def message_id(self) -> str: ...


class _Result(Protocol):
    @property
    def letter_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def draft_id(self) -> str: ...


class ChosenArticle(NamedTuple):
    """One article that a letter carries; `reason` is for the staff."""

    slug: str
    reason: str


class LetterLedger:
    """The outbox's ledger: a letter is on disk as `attempting` before its own bytes leave."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Memory]], transport: str) -> None:
        self._begin = begin
        self._transport = transport
        self._address: dict[int, str] = {}
        self._articles: dict[int, Sequence[ChosenArticle]] = {}
        self._patient: dict[int, int] = {}

    def expect(self, facts: LetterFacts, articles: Sequence[ChosenArticle]) -> None:
        """Hear what a letter holds, to be recorded with its attempt."""
        self._address[facts.letter_id] = facts.address_key
        self._patient[facts.letter_id] = facts.patient_id
        self._articles[facts.letter_id] = articles

    def attempting(self, ready: Sequence[_Ready], at: datetime) -> None:
        """Note durably that these letters are about to leave."""
        moment, known = utc_text(at), self._address
        rows = [(letter.letter_id, letter.message_id, known.get(letter.letter_id, ""), moment) for letter in ready]
        with self._begin() as memory:
            update_rows(memory, _ATTEMPTING, ("letter", "message", "address", "at"), rows)
            names = ("clinic_id", "patient_id", "slug", "letter_id", "reason")
            insert_new(memory, sent_articles, names, list(self._chosen(memory, ready)))

    def _chosen(self, memory: Memory, ready: Sequence[_Ready]) -> Iterator[tuple[Any, ...]]:
        for letter in ready:
            for article in self._articles.get(letter.letter_id, ()):
                patient_id = self._patient[letter.letter_id]
                yield memory.clinic_id, patient_id, article.slug, letter.letter_id, article.reason

    def record(self, results: Sequence[_Result], at: datetime) -> None:
        """Note what became of the attempts."""
        moment = utc_text(at)
        with self._begin() as memory:
            record_results(memory, results, self._transport, moment)
        for result in results:
            for heard in (self._address, self._articles, self._patient):
                heard.pop(result.letter_id, None)


def record_results(memory: Memory, results: Sequence[_Result], transport: str, moment: str) -> None:
    """Write the new state of each letter and one line in `attempts`."""
    if not results:
        return
    rows = [
        (r.letter_id, r.state, "" if r.state == "sent" else r.detail, moment, moment if r.state == "sent" else "")
        for r in results
    ]
    update_rows(memory, _RECORDED, ("letter", "new", "why", "at", "left"), rows)
    drafts = [{"letter": result.letter_id, "draft": result.draft_id} for result in results if result.draft_id]
    if drafts:
        statement = update(letters).where(letters.c.id == bindparam("letter")).values(draft_id=bindparam("draft"))
        memory.connection.execute(statement, drafts)
    tried = [(memory.clinic_id, r.letter_id, moment, r.state, transport, r.detail) for r in results]
    insert_rows(memory, _TRIED, ("clinic_id", "letter_id", "at", "outcome", "transport", "detail"), tried)
    _put_off(memory, [result.letter_id for result in results if result.state == "deferred"], moment)
    never_left = [result.letter_id for result in results if result.state in ("failed", "ready", "deferred")]
    for part in in_parts(never_left):
        memory.connection.execute(delete(sent_articles).where(sent_articles.c.letter_id.in_(part)))


def _put_off(memory: Memory, letter_ids: Iterable[int], moment: str) -> None:
    """Let letters that could not be delivered for now wait, each time longer."""
    now = datetime.fromisoformat(moment)
    query = select(letters.c.id, letters.c.tries)
    rows = [
        {"letter": letter_id, "due": utc_text(now + pause_before(tries))}
        for part in in_parts(letter_ids)
        for letter_id, tries in memory.connection.execute(query.where(letters.c.id.in_(part)))
    ]
    if rows:
        statement = update(letters).where(letters.c.id == bindparam("letter")).values(due_at=bindparam("due"))
        memory.connection.execute(statement, rows)
