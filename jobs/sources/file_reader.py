"""Reads one file to its end and says what it found, in frames of plain values: the child's part of a reading."""

from array import array
from collections.abc import Callable, Collection, Sequence
from datetime import date
from os.path import basename
from time import monotonic, sleep
from typing import Any

from jobs.sources.files import BEING_WRITTEN, CALENDARS, TEXTS, Look, digest_of, is_address, look_at, read_whole
from jobs.sources.header_row import Unreadable, Wish
from jobs.sources.last_line import UNKNOWN, settle_last_line
from jobs.sources.open_table import open_table
from jobs.sources.row_marks import HASHING, FileMemory
from jobs.sources.sender import Sender
from jobs.sources.table_file import OLE_FILE, Opening, TableFile
from jobs.sources.table_rows import read_joined, read_table

Frame = tuple[Any, ...]
Send = Callable[[Frame], Collection[int] | None]
TOO_LARGE = Unreadable("Reading the file takes more memory than is allowed.", "Export a shorter period.")
_BETWEEN_LOOKS = 0.5  # seconds
_NO_TEXT = (b"PK", OLE_FILE)


class Task:
    """What the parent asks for: one source, how it is meant, and what its reading may use."""

    def __init__(
        self,
        wish: str,  # of all settings that decide how the source is read: other settings, another wish
        preset: str,
        columns: dict[str, str],
        sheet: str,
        join_path: str,  # "": no second file
        join_keys: tuple[str, str],
        join_columns: dict[str, str],
        window: tuple[str, str],  # first and last day of calendars
        zone: str,
        turn: int,
        several: bool,  # whether its files may be about the same appointments
        limits: dict[str, float],
        own: Sequence[str] = (),  # the clinic's addresses: no guests of a calendar's entry
        title_pattern: str = "",
    ) -> None:
        self.wish, self.preset, self.columns, self.sheet = wish, preset, columns, sheet
        self.join_path, self.join_keys, self.join_columns = join_path, join_keys, join_columns
        self.window, self.zone, self.turn, self.several, self.limits = window, zone, turn, several, limits
        self.own, self.title_pattern = own, title_pattern
        self.sent_keys = array("q")  # of the appointments that were handed on so far

    def limit(self, name: str) -> int:
        return int(self.limits[name])

    def opening(self, second: bool = False) -> Opening:
        """How to open the first or the second file."""
        if second:
            wish = Wish("plain", self.join_columns, self.join_keys[1], of_patients=True)
            return Opening(wish, "", self.limit("unpacked_bytes"))
        wish = Wish(self.preset, self.columns, self.join_keys[0] if self.join_path else "")
        return Opening(wish, self.sheet, self.limit("unpacked_bytes"))


class FileReader:
    """Reads one file of a task. `own` is remembered of this very file, `base` of the one that was read last."""

    def __init__(self, task: Task, path: str, own: bytes, base: bytes, send: Send) -> None:
        self._task, self._path, self._send = task, path, send
        self._former = _usable(base)
        self._base = self._former if self._former and self._former.wish == task.wish else None
        self._own, self._remembered = _usable(own, task.wish), own
        self._new = FileMemory(wish=task.wish, turn=task.turn)
        if task.several and self._base and not set(task.sent_keys).isdisjoint(self._base.marks.keys):
            self._own = self._base = None  # an earlier file just changed appointments of this one, which counts more

    def read(self) -> None:
        """Send the frames of this file: how it went, its tables, what is to be remembered.

        A file that somebody is still writing is looked at again and again for a while: most are complete in a moment.
        """
        patient_until = monotonic() + self._task.limits["patience_seconds"]
        try:
            while not self._read_once(monotonic() < patient_until):
                sleep(_BETWEEN_LOOKS)
        except Unreadable as error:
            self._send(("waiting" if error is BEING_WRITTEN else "refused", error.what, error.remedy))
        except MemoryError:
            self._send(("refused", TOO_LARGE.what, TOO_LARGE.remedy))

    def _read_once(self, patient: bool) -> bool:
        """Whether the file was read; if `patient`, False where it is still being written."""
        try:
            self._read_address() if is_address(self._path) else self._read_file()
        except Unreadable as error:
            if error is BEING_WRITTEN and patient:
                return False
            raise
        return True

    def _read_file(self) -> None:
        new = self._new
        new.window = " ".join(self._task.window) if self._path.lower().endswith(CALENDARS) else ""
        if self._own and self._looks_the_same(self._own, look_at(self._path)):
            return self._unchanged()
        data, look = read_whole(self._path, self._task.limit("file_bytes"))
        new.size, new.changed_ns, new.digest = look.size, look.changed_ns, digest_of(data)
        second = self._read_second()
        if self._own and self._is_the_same(self._own):
            return self._unchanged(new.dump())
        if new.window or b"BEGIN:VCALENDAR" in data[:64].upper():
            return self._read_calendar(data)
        self._read_rows(data, look, second)

    def _looks_the_same(self, own: FileMemory, look: Look) -> bool:
        """Whether size and time of the file, and of the one joined to it, are those of last time."""
        if (own.size, own.changed_ns, own.window) != (look.size, look.changed_ns, self._new.window):
            return False
        if not self._task.join_path:
            return True
        second = look_at(self._task.join_path)
        return own.second[:3] == (self._task.join_path, second.size, second.changed_ns)

    def _is_the_same(self, own: FileMemory) -> bool:
        """Whether the bytes are those of last time; then all that is remembered of the rows stays."""
        new = self._new
        if (own.digest, own.window, own.second[3:]) != (new.digest, new.window, new.second[3:]):
            return False
        for name in ("layout", "fields", "parts", "repeats", "headers", "lost", "ending", "missed", "marks"):
            setattr(new, name, getattr(own, name))
        return True

    def _unchanged(self, memory: bytes = b"") -> None:
        """Without a `memory` of its own, what is remembered stays as it is."""
        rows = self._own.marks.rows() if self._own else 0
        self._send(("unchanged", memory or self._remembered, rows))

    def _read_second(self) -> bytes:
        path = self._task.join_path
        if not path:
            return b""
        try:
            data, look = read_whole(path, self._task.limit("file_bytes"))
        except Unreadable as error:
            raise _of_second(error, path) from None
        self._new.second = (path, look.size, look.changed_ns, digest_of(data))
        return data

    def _read_rows(self, data: bytes, look: Look, second: bytes) -> None:
        if look.fresh and self._path.lower().endswith(TEXTS) and not data.rstrip(b"\0").endswith((b"\n", b"\r")):
            raise BEING_WRITTEN  # half a line can hold half an address
        data, left_out = self._settled(data, look)
        opening = self._task.opening()
        try:
            table = open_table(data, self._path, opening)
        except Unreadable:
            if look.fresh and data.startswith(b"PK"):
                raise BEING_WRITTEN from None
            raise
        del data
        sender = self._sender()
        if self._task.join_path:
            second, left_out_there = self._settled_second(second)
            left_out += left_out_there
            sender.left_out, sender.whole = left_out, sender.whole and not left_out
            read_joined(table, self._second_table(second), opening, self._task.opening(second=True), sender)
        else:
            sender.left_out, sender.whole = left_out, sender.whole and not left_out
            read_table(table, opening, sender)

    def _settled(self, data: bytes, look: Look) -> tuple[bytes, list[str]]:
        """The file without a last line that may be cut off, and what is to be said of that."""
        if data.startswith(_NO_TEXT):
            return data, []
        before = self._base or self._own
        text = settle_last_line(data, look.lately, before.ending if before else UNKNOWN)
        self._new.ending = text.ending
        if not text.is_settled:
            self._new.size, self._new.digest = -1, ""  # it is looked at again
        return text.data, [text.left_out] if text.left_out else []

    def _settled_second(self, data: bytes) -> tuple[bytes, list[str]]:
        """The same for the second file."""
        if data.startswith(_NO_TEXT):
            return data, []
        path = self._task.join_path
        text = settle_last_line(data, look_at(path).lately, UNKNOWN)
        if not text.is_settled:
            self._new.second = (path, -1, 0, "")
        return text.data, [f"{basename(path)}, which is joined to it: {text.left_out}"] if text.left_out else []

    def _second_table(self, data: bytes) -> TableFile:
        try:
            return open_table(data, self._task.join_path, self._task.opening(second=True))
        except Unreadable as error:
            raise _of_second(error, self._task.join_path) from None

    def _sender(self) -> Sender:
        second = basename(self._task.join_path)
        chunk_rows, keys = self._task.limit("chunk_rows"), self._task.sent_keys
        sender = Sender(self._send, self._base, self._new, keys, chunk_rows, second, self._former)
        sender.whole = sender.alone = not self._task.several  # what is gone from one file may stand in another one
        return sender

    def _read_calendar(self, data: bytes) -> None:
        from jobs.sources.calendar import read_calendar  # loads what only calendars need
        from jobs.sources.calendar_entries import breaks_off, count_entries
        from jobs.sources.guests import Invitations

        first, last = (date.fromisoformat(day) for day in self._task.window)
        invitations = Invitations(tuple(self._task.own), self._task.title_pattern)
        columns, ordinals, sentences = read_calendar(data, first, last, self._task.zone, invitations)
        if not ordinals and len(sentences) >= max(1, count_entries(data)):
            raise Unreadable(sentences[0], "Export or share the calendar again.")
        if breaks_off(data):
            self._new.size, self._new.digest, self._new.tags = -1, "", ("", "")  # it is asked for whole next time
        self._sender().send_calendar(columns, ordinals, sentences)

    def _read_address(self) -> None:
        """A calendar by its address. It is only asked whether it changed while its window is the one of last time."""
        from jobs.sources.calendar_file import fetch_calendar  # loads what only addresses need

        new, own = self._new, self._own
        new.window = " ".join(self._task.window)
        tags = own.tags if own and own.window == new.window else ("", "")
        fetched = fetch_calendar(self._path, tags, self._task.limits["fetch_seconds"], self._task.limit("file_bytes"))
        if fetched.data is None:
            return self._unchanged()
        new.digest, new.tags = digest_of(fetched.data), fetched.tags
        if own and self._is_the_same(own):
            return self._unchanged(new.dump())
        self._read_calendar(fetched.data)


def _usable(data: bytes, wish: str = "") -> FileMemory | None:
    """What is remembered, if its marks mean the same now and, with `wish`, its rows were read as they are now."""
    memory = FileMemory.load(data) if data else None
    return memory if memory and memory.hashing == HASHING and wish in ("", memory.wish) else None


def _of_second(error: Unreadable, path: str) -> Unreadable:
    return Unreadable(f"The file joined to it, {basename(path)}, cannot be used. {error.what}", error.remedy)
