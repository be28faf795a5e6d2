"""Marks on disk that tell, after a run was killed, which letters left.

The ledger is committed once for a group of letters, because a commit that survives a power cut costs as much as
sending a letter. Between two commits this file carries the truth: one short write per step, kept by the operating
system when the process dies, but not when the machine does. Hence a mark counts as missing evidence, not as evidence
of nothing, unless the machine is known to have run on since.

    g <boot> smtp 1 2 3    these letters may be tried from now on by this transport; <boot> names the machine's
                           present start
    c 1               the other side is about to be asked to hold letter 1 as a draft
    d 1 r-4711        the other side holds letter 1 as a draft of this name (on disk before it may be sent)
    a 1               the text of letter 1 is about to leave
    s 1               the mail server accepted letter 1
    n 1               letter 1 did not leave after all
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from jobs.mail.records import DRAFTS_FIRST, SOME_DRAFT, Result, RunStopped

UNNAMED_BOOT = "-"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux; elsewhere no start of the machine can be told from another


def this_boot() -> str:
    """The name of the machine's present start, or UNNAMED_BOOT."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip() or UNNAMED_BOOT
    except OSError:
        return UNNAMED_BOOT


class Evidence(NamedTuple):
    """What the journal says: the last mark of each letter (`s` outlasts all others), whether nothing is missing, the
    letters' drafts, and by which transport they were to leave."""

    marks: dict[int, str]
    whole: bool
    drafts: dict[int, str]
    transport: str


class Journal:
    """The marks of the group that is being sent. Opened by one run at a time."""

    def __init__(self, path: Path, boot: str | None = None) -> None:
        self.path = path
        self.boot = this_boot() if boot is None else boot
        self._own = False  # whether the marks are those of this very run
        self._heard: dict[int, str] = {}  # what this run knows although the disk may not have taken it
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def begin(self, letter_ids: Sequence[int], transport: str) -> None:
        """Open the page of a group, before the ledger hears of it: a letter that is on no page is never thought unsent.

        RuntimeError where the marks of an earlier group still wait for `settle`.
        """
        if os.fstat(self._file).st_size:
            raise RuntimeError(f"{self.path} holds the marks of a run that was not settled. Settle it first.")
        self._own = True
        by = transport.replace(" ", "_")
        self._write(f"g {self.boot} {by} {' '.join(map(str, letter_ids))}\n".encode("ascii"))

    def drafting(self, letter_id: int) -> None:
        self._write(b"c %d\n" % letter_id)

    def drafted(self, letter_id: int, draft_id: str) -> None:
        if not draft_id.isascii() or not draft_id.isprintable() or not draft_id or " " in draft_id:
            raise ValueError("The name of a draft cannot stand in the journal.")
        self._write(f"d {letter_id} {draft_id}\n".encode("ascii"))
        try:
            os.fsync(self._file)
        except OSError as trouble:
            raise RunStopped(self._cannot(trouble.strerror or "")) from trouble

    def attempted(self, letter_id: int) -> None:
        self._heard.pop(letter_id, None)
        self._write(b"a %d\n" % letter_id)

    def accepted(self, letter_id: int) -> None:
        self._heard[letter_id] = "s"
        self._write(b"s %d\n" % letter_id)

    def stayed(self, letter_id: int) -> None:
        self._heard[letter_id] = "n"
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
        whole, transport = True, ""
        for line in self.path.read_bytes().split(b"\n")[:-1]:
            kind, *words = line.decode("ascii", "replace").split(" ")
            if kind == "g" and len(words) > 1:
                boot, transport = words.pop(0), words.pop(0).replace("_", " ")
                whole = whole and (self._own or boot == self.boot != UNNAMED_BOOT)
            elif kind == "d" and len(words) == 2 and words[0].isdecimal():
                drafts[int(words[0])] = words.pop()
            elif kind not in ("a", "c", "s", "n") or len(words) != 1:
                whole = False
                continue
            if kind == "c" and words[0].isdecimal():
                drafts.setdefault(int(words[0]), SOME_DRAFT)
            for word in words:
                if not word.isdecimal():
                    whole = False
                elif marks.get(int(word)) != "s":
                    marks[int(word)] = kind
        marks |= {letter_id: kind for letter_id, kind in self._heard.items() if marks.get(letter_id) != "s"}
        return Evidence(marks, whole, drafts, transport)

    def empty(self) -> None:
        """Forget all marks: the ledger has recorded what became of the letters."""
        try:
            os.ftruncate(self._file, 0)
        except OSError as trouble:
            raise RunStopped(self._cannot(trouble.strerror or "")) from trouble
        self._own = False
        self._heard.clear()

    def close(self) -> None:
        os.close(self._file)


def recover(journal: Journal, attempting_ids: Iterable[int]) -> list[Result]:
    """What became of letters that a run left as `attempting`, as far as the marks can tell. Empties nothing."""
    evidence = journal.read()
    return [_what_became(letter_id, evidence) for letter_id in attempting_ids]


def _what_became(letter_id: int, evidence: Evidence) -> Result:
    mark, draft_id = evidence.marks.get(letter_id, ""), evidence.drafts.get(letter_id)
    # A draft's mark is on disk before the draft may be sent: where there is none, not even a power cut hides a letter.
    held_back = evidence.transport.startswith(DRAFTS_FIRST) and draft_id in (None, SOME_DRAFT)
    if mark == "s":
        state, detail = "sent", "the mail server had accepted it when the run ended"
    elif mark in ("g", "n", "c", "d") and (evidence.whole or held_back):
        state, detail = "ready", "the run ended before it left"
    elif mark == "a":
        state, detail = "unknown", "the run ended while it was on its way"
    else:
        state, detail = "unknown", "the run ended, and its marks are gone or incomplete: it may have left"
    return Result(letter_id, state, detail, draft_id, evidence.transport)
