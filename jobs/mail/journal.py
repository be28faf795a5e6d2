"""Marks on disk that tell, after a run was killed, which letters left.

The ledger is committed once for a group of letters, because a commit that survives a power cut costs as much as
sending a letter. Between two commits this file carries the truth: one short write per step, kept by the operating
system when the process dies, but not when the machine does. Hence a mark counts as missing evidence, not as evidence
of nothing, unless the machine is known to have run on since.

    g <boot> 1 2 3    these letters may be tried from now on; <boot> names the machine's present start
    d 1 r-4711        the other side holds letter 1 as a draft of this name (on disk before it may be sent)
    a 1               the text of letter 1 is about to leave
    s 1               the mail server accepted letter 1
    n 1               letter 1 did not leave after all
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jobs.mail.records import Result, RunStopped

UNNAMED_BOOT = "-"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux; elsewhere no start of the machine can be told from another


def this_boot() -> str:
    """The name of the machine's present start, or UNNAMED_BOOT."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or UNNAMED_BOOT
    except OSError:
        return UNNAMED_BOOT


class Evidence(NamedTuple):
    """What the journal says: the last mark of each letter (`s` outlasts all others), whether nothing is missing, and
    the letters' drafts."""

    marks: dict[int, str]
    whole: bool
    drafts: dict[int, str]


class Journal:
    """The marks of the group that is being sent. Opened by one run at a time."""

    def __init__(self, path: Path, boot: str | None = None) -> None:
        self.path = path
        self.boot = this_boot() if boot is None else boot
        self._own = False  # whether the marks are those of this very run
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def begin(self, letter_ids: Sequence[int]) -> None:
        """Open the page of a group, before the ledger hears of it: a letter that is on no page is never thought unsent.

        RuntimeError where the marks of an earlier group still wait for `settle`.
        """
        if os.fstat(self._file).st_size:
            raise RuntimeError(f"{self.path} holds the marks of a run that was not settled. Settle it first.")
        self._own = True
        self._write(f"g {self.boot} {' '.join(map(str, letter_ids))}\n".encode("ascii"))

    def drafted(self, letter_id: int, draft_id: str) -> None:
        if not draft_id.isascii() or not draft_id.isprintable() or not draft_id or " " in draft_id:
            raise ValueError("The name of a draft cannot stand in the journal.")
        self._write(f"d {letter_id} {draft_id}\n".encode("ascii"))
        try:
            os.fsync(self._file)
        except OSError as trouble:
            raise RunStopped(self._cannot(trouble.strerror or "")) from trouble

    def attempted(self, letter_id: int) -> None:
        self._write(b"a %d\n" % letter_id)

    def accepted(self, letter_id: int) -> None:
        self._write(b"s %d\n" % letter_id)

    def stayed(self, letter_id: int) -> None:
        self._write(b"n %d\n" % letter_id)

    def _write(self, line: bytes) -> None:
        """One write for one line. A line that did not fit ends the run, so that it stays the last one."""
        try:
            fitted = os.write(self._file, line) == len(line)
        except OSError as trouble:
            raise RunStopped(self._cannot(trouble.strerror or "")) from trouble
        if not fitted:
            raise RunStopped(self._cannot("No space left on device"))

    def _cannot(self, why: str) -> str:
        return f"The journal {self.path} cannot be written ({why}), so nothing more was sent. Make room on the disk."

    def read(self) -> Evidence:
        """Every whole line; what a full disk cut off or a power cut spoiled is left out."""
        marks: dict[int, str] = {}
        drafts: dict[int, str] = {}
        whole = True
        for line in self.path.read_bytes().split(b"\n")[:-1]:
            kind, *words = line.decode("ascii", "replace").split(" ")
            if kind == "g" and words:
                boot = words.pop(0)
                whole = whole and (self._own or boot == self.boot != UNNAMED_BOOT)
            elif kind == "d" and len(words) == 2 and words[0].isdecimal():
                drafts[int(words[0])] = words.pop()
            elif kind not in ("a", "s", "n") or len(words) != 1:
                whole = False
                continue
            for word in words:
                if not word.isdecimal():
                    whole = False
                elif marks.get(int(word)) != "s":
                    marks[int(word)] = kind
        return Evidence(marks, whole, drafts)

    def empty(self) -> None:
        """Forget all marks: the ledger has recorded what became of the letters."""
        os.ftruncate(self._file, 0)
        self._own = False

    def close(self) -> None:
        os.close(self._file)


def recover(journal: Journal, attempting_ids: Iterable[int]) -> list[Result]:
    """What became of letters that a run left as `attempting`, as far as the marks can tell. Empties nothing."""
    marks, whole, drafts = journal.read()
    return [
        _what_became(letter_id, marks.get(letter_id, ""), whole)._replace(draft_id=drafts.get(letter_id, ""))
        for letter_id in attempting_ids
    ]


def _what_became(letter_id: int, mark: str, whole: bool) -> Result:
    if mark == "s":
        return Result(letter_id, "sent", "the mail server had accepted it when the run ended")
    if mark in ("g", "n", "d") and whole:
        return Result(letter_id, "ready", "the run ended before it left")
    if mark == "a":
        return Result(letter_id, "unknown", "the run ended while it was on its way")
    return Result(letter_id, "unknown", "the run ended, and its marks are gone or incomplete: it may have left")
