"""What the outbox writes down: that a letter is about to leave, and what became of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import bindparam, delete, insert, or_, select, update

from jobs.clinic.follow_ups import pause_before, utc_text
from jobs.clinic.letter_life import can_become, check_step
from jobs.store.decisions import NotPossible, What, decide_letter
from jobs.store.letters import LetterFacts
from jobs.store.memory import Memory
from jobs.store.rows import in_parts, insert_new, insert_rows, update_rows
from jobs.store.runs import renew_sign
from jobs.store.tables import attempts, letters, sent_articles

_ATTEMPTING = (
    update(letters)
    .where(letters.c.id == bindparam("letter"), or_(*(letters.c.state == old for old in can_become("attempting"))))
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
_DRAFTED = update(letters).where(letters.c.id == bindparam("letter")).values(draft_id=bindparam("draft"))
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
    def draft_id(self) -> str | None: ...
    @property
    def transport(self) -> str: ...
    @property
    def at_once(self) -> bool: ...


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

    def attempting(self, ready: Sequence[_Ready], at: datetime) -> set[int]:
        """Note durably that these letters are about to leave; the ids of those that are still ready to."""
        moment, known = utc_text(at), self._address
        rows = [(letter.letter_id, letter.message_id, known.get(letter.letter_id, ""), moment) for letter in ready]
        with self._begin() as memory:
            found = update_rows(memory, _ATTEMPTING, ("letter", "message", "address", "at"), rows)
            going = {letter.letter_id for letter in ready}
            if found != len(going):
                going = _attempting_among(memory, going)
                ready = [letter for letter in ready if letter.letter_id in going]
            names = ("clinic_id", "patient_id", "slug", "letter_id", "reason")
            insert_new(memory, sent_articles, names, list(self._chosen(memory, ready)))
            if going:
                renew_sign(memory, letters_leave=True)
        return going

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


def _attempting_among(memory: Memory, letter_ids: Iterable[int]) -> set[int]:
    query = select(letters.c.id).where(letters.c.state == "attempting")
    return {
        letter_id
        for part in in_parts(letter_ids)
        for (letter_id,) in memory.connection.execute(query.where(letters.c.id.in_(part)))
    }


def record_results(memory: Memory, results: Sequence[_Result], transport: str, moment: str) -> None:
    """Write the new state of each letter and one line in `attempts`. `transport` is the way by which they left or not,
    where a result does not name it itself."""
    if not results:
        return
    for result in results:
        check_step("attempting", result.state)
    rows = [
        (r.letter_id, r.state, "" if r.state == "sent" else r.detail, moment, moment if r.state == "sent" else "")
        for r in results
    ]
    update_rows(memory, _RECORDED, ("letter", "new", "why", "at", "left"), rows)
    drafts = [(result.letter_id, result.draft_id) for result in results if result.draft_id is not None]
    update_rows(memory, _DRAFTED, ("letter", "draft"), drafts)
    tried = [(memory.clinic_id, r.letter_id, moment, r.state, r.transport or transport, r.detail) for r in results]
    insert_rows(memory, _TRIED, ("clinic_id", "letter_id", "at", "outcome", "transport", "detail"), tried)
    _not_tried(memory, [result.letter_id for result in results if result.state == "ready" or result.at_once])
    _put_off(memory, results, moment)
    never_left = [result.letter_id for result in results if result.state in ("failed", "ready", "deferred")]
    for part in in_parts(never_left):
        memory.connection.execute(delete(sent_articles).where(sent_articles.c.letter_id.in_(part)))


def _not_tried(memory: Memory, letter_ids: Iterable[int]) -> None:
    """Letters that nobody has said anything about: that makes no later pause longer."""
    for part in in_parts(letter_ids):
        memory.connection.execute(update(letters).where(letters.c.id.in_(part)).values(tries=letters.c.tries - 1))


def _put_off(memory: Memory, results: Iterable[_Result], moment: str) -> None:
    """Let letters that could not be delivered for now wait, each time longer. Those that were put off for no fault of
    their own leave with the next run, behind the others."""
    now = datetime.fromisoformat(moment)
    at_once = {result.letter_id: result.at_once for result in results if result.state == "deferred"}
    query = select(letters.c.id, letters.c.tries)
    rows = [
        {"letter": letter_id, "due": moment if at_once[letter_id] else utc_text(now + pause_before(tries))}
        for part in in_parts(at_once)
        for letter_id, tries in memory.connection.execute(query.where(letters.c.id.in_(part)))
    ]
    if rows:
        statement = update(letters).where(letters.c.id == bindparam("letter")).values(due_at=bindparam("due"))
        memory.connection.execute(statement, rows)


class Unclear(NamedTuple):
    """A letter that may have left by the transport of its last attempt."""

    letter_id: int
    message_id: str
    draft_id: str


def unclear_letters(memory: Memory, transport: str) -> list[Unclear]:
    """The unknown letters whose last attempt was by this transport: it may be able to tell what became of them."""
    last = (
        select(attempts.c.transport)
        .where(attempts.c.letter_id == letters.c.id)
        .order_by(attempts.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(letters.c.id, letters.c.message_id, letters.c.draft_id).where(
        letters.c.clinic_id == memory.clinic_id, letters.c.state == "unknown", last == transport
    )
    return [Unclear._make(row) for row in memory.connection.execute(query.order_by(letters.c.id))]


def unanswered_letters(memory: Memory, transport: str, words: str, answer: str) -> dict[int, tuple[str, str]]:
    """The unknown letters that went by a transport since it last took one, or since what it said of one began with
    `answer`: what became of each, which begins with these words, and when it was tried; the newest last."""
    tried = attempts.c
    ours = tried.clinic_id == memory.clinic_id, tried.transport == transport
    heard = or_(tried.outcome == "sent", tried.detail.startswith(answer, autoescape=True))
    newest = memory.connection.execute(select(tried.id).where(*ours, heard).order_by(tried.id.desc()).limit(1)).scalar()
    query = (
        select(letters.c.id, tried.detail, tried.at)
        .join(letters, letters.c.id == tried.letter_id)
        .where(*ours, tried.id > (newest or 0), tried.outcome == "unknown", letters.c.state == "unknown")
        .where(tried.detail.startswith(words, autoescape=True))
    )
    lost: dict[int, tuple[str, str]] = {}
    for letter_id, detail, at in memory.connection.execute(query.order_by(tried.id)):
        lost.pop(letter_id, None)  # one that was sent again, and once more in vain
        lost[letter_id] = detail, at
    return lost


def record_evidence(memory: Memory, found: Iterable[_Result], transport: str, at: str) -> None:
    """Keep what a transport could tell for certain of unknown letters, as decisions taken by evidence. What a person
    has decided meanwhile stands."""
    for result in found:
        with suppress(NotPossible):
            what = _BY_EVIDENCE[result.state]
            decide_letter(memory, result.letter_id, what, f"evidence ({transport})", result.detail, at)


def stale_drafts(memory: Memory) -> dict[str, int]:
    """The drafts of letters that were withdrawn, each with its letter."""
    query = select(letters.c.draft_id, letters.c.id).where(
        letters.c.clinic_id == memory.clinic_id, letters.c.state == "withdrawn", letters.c.draft_id.not_in(("", "?"))
    )
    return {draft_id: letter_id for draft_id, letter_id in memory.connection.execute(query)}


def forget_drafts(memory: Memory, letter_ids: Iterable[int]) -> None:
    """Their drafts are gone."""
    update_rows(memory, _DRAFTED, ("letter", "draft"), [(letter_id, "") for letter_id in letter_ids])


_BY_EVIDENCE: dict[str, What] = {"sent": "mark-sent", "ready": "send-again"}
