"""A real ledger in a small SQLite database, and plain letters to go with it."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from jobs.clinic.letter_life import check_step
from jobs.mail.outbox import Ready, Result, Tally

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Sending = Callable[..., Tally]  # what the fixture `send_to` gives


def noon() -> datetime:
    return NOON


def letter(letter_id: int, recipient: str = "", body: str = "Hello there.") -> Ready:
    recipient = recipient or f"patient{letter_id}@mail.example"
    text = f"From: hello@clinic.example\r\nTo: {recipient}\r\nX-Letter: {letter_id}\r\n\r\n{body}\r\n"
    return Ready(letter_id, recipient, f"<{letter_id}@clinic.example>", text.encode("ascii"))


def letters(count: int) -> list[Ready]:
    return [letter(number) for number in range(1, count + 1)]


def recipients_of(data: bytes) -> list[str]:
    """The recipients of the letters above."""
    head = data.partition(b"\r\n\r\n")[0].decode("ascii")
    return [line.removeprefix("To: ") for line in head.split("\r\n") if line.startswith("To: ")]


class SmallLedger:
    """States and attempts on disk; WAL and synchronous=FULL, so that a commit survives a power cut."""

    def __init__(self, path: Path | str) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE IF NOT EXISTS letters (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS attempts (letter_id INTEGER, at TEXT, outcome TEXT, detail TEXT)"
        )

    def close(self) -> None:
        self._database.close()

    def plan(self, count: int) -> None:
        self._database.execute("BEGIN")
        rows = [(number,) for number in range(1, count + 1)]
        self._database.executemany("INSERT INTO letters VALUES (?, 'ready')", rows)
        self._database.execute("COMMIT")

    def hold(self, letter_id: int) -> None:
        self._move([(letter_id, "held")])

    def states(self) -> dict[int, str]:
        return dict(self._database.execute("SELECT id, state FROM letters"))

    def in_state(self, state: str) -> list[int]:
        return [
            row[0] for row in self._database.execute("SELECT id FROM letters WHERE state = ? ORDER BY id", (state,))
        ]

    def details(self, letter_id: int) -> list[str]:
        rows = self._database.execute("SELECT detail FROM attempts WHERE letter_id = ?", (letter_id,))
        return [row[0] for row in rows]

    def attempting(self, letters: Sequence[Ready], at: datetime) -> list[int]:
        states = self.states()
        going = [one.letter_id for one in letters if states[one.letter_id] != "held"]
        self._move((letter_id, "attempting") for letter_id in going)
        return going

    def record(self, results: Sequence[Result], at: datetime) -> None:
        attempts = [(result.letter_id, at.isoformat(), result.state, result.detail) for result in results]
        self._move(((result.letter_id, result.state) for result in results), attempts)

    def _move(self, moves: Iterable[tuple[int, str]], attempts: Sequence[tuple[int, str, str, str]] = ()) -> None:
        moves, states = list(moves), self.states()
        for letter_id, state in moves:
            check_step(states[letter_id], state)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("UPDATE letters SET state = ?2 WHERE id = ?1", moves)
        self._database.executemany("INSERT INTO attempts VALUES (?, ?, ?, ?)", attempts)
        self._database.execute("COMMIT")
