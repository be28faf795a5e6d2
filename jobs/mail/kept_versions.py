"""Every version of every letter: what somebody saved, which of it passed its check, and the last one that did.

One line for each version and each pass in `history.jsonl`, only ever added; the texts lie beside it, each once. A
version is noticed when the letters are checked: by a run that sends it, by `check` and each night by `keep_house`.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jobs.clinic.letter_names import own_letter
from jobs.machine.whole_files import write_whole

LARGEST = 1_000_000  # bytes of one version; no letter is so long

_OF_ANOTHER_LANGUAGE = r'"(name|retired)": "([^"\\]+\.[a-z]{2}\.md)"'  # one search: the lines are many


class Version(NamedTuple):
    """One version of one file, counted from 1."""

    number: int
    saved_at: str  # when it was saved, UTC: 2026-03-04T17:30:00Z
    how: str  # "saved", or "version 3 restored"
    passed: bool  # whether it ever passed its check
    text: str  # the digest of its text


class Good(NamedTuple):
    """The last version of a letter that passed its check, with the files that surrounded it then."""

    version: Version
    files: dict[str, bytes]


class KeptVersions:
    """The versions in one folder. Where it cannot be written, nothing is kept and nothing else suffers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._history = folder / "history.jsonl"

    def saw(self, name: str, data: bytes, saved_at: str, how: str = "saved") -> None:
        """Keep a version, unless it is the newest one already."""
        if len(data) > LARGEST:
            return
        digest = _digest(data)

        def line() -> dict[str, Any] | None:
            versions = self.history(name)
            if versions and versions[-1].text == digest and self._others().get(name) != "retired":
                return None
            self._keep_text(digest, data)
            return {"name": name, "text": digest, "saved": saved_at, "how": how}

        self._add(line)

    def passed(self, letter: str, files: Mapping[str, bytes]) -> None:
        """Remember that a letter passed its check, with these files: its own and those that surround it."""
        texts = {name: _digest(data) for name, data in files.items()}
        self._add(lambda: {"passed": letter, "with": texts} if self._last_pass(letter) != texts else None)

    def retire(self, name: str) -> None:
        """Remember that a letter in another language is no longer wanted, until it is saved once more."""
        self._add(lambda: {"retired": name} if self._others().get(name) == "name" else None)

    def translations(self, letters: Collection[str]) -> set[str]:
        """The letters in other languages that there ever were of these, without those that were retired."""
        return {name for name, last in self._others().items() if last == "name" and own_letter(name) in letters}

    def _others(self) -> dict[str, str]:
        """What was noted last of each letter in another language: `name` (a version), or `retired`."""
        try:
            written = self._history.read_text("utf-8", "replace")
        except OSError:
            return {}
        return {name: last for last, name in re.findall(_OF_ANOTHER_LANGUAGE, written)}

    def history(self, name: str) -> list[Version]:
        """The versions of one file, the oldest first."""
        lines = list(self._lines())
        passed = {line["with"][name] for line in lines if name in line.get("with", ())}
        mine = [line for line in lines if line.get("name") == name]
        return [
            Version(number, line["saved"], line["how"], line["text"] in passed, line["text"])
            for number, line in enumerate(mine, 1)
        ]

    def names(self) -> list[str]:
        """The files of which there are versions."""
        return sorted({line["name"] for line in self._lines() if "name" in line})

    def text(self, version: Version) -> bytes | None:
        """What a version says; None where its text is gone or damaged."""
        return self._text(version.text)

    def last_good(self, letter: str) -> Good | None:
        """The last version of a letter that passed, with what surrounded it; None where there is none."""
        texts = self._last_pass(letter)
        files = {name: data for name, digest in texts.items() if (data := self._text(digest)) is not None}
        version = next((kept for kept in reversed(self.history(letter)) if kept.text == texts.get(letter)), None)
        return Good(version, files) if version and len(files) == len(texts) else None

    def counted_before(self, letter: str, data: bytes) -> bytes:
        """The version of a letter that passed last; b"" where there is none, or where `data` itself has passed once."""
        if any(kept.passed and kept.text == _digest(data) for kept in self.history(letter)):
            return b""
        good = self.last_good(letter)
        return good.files[letter] if good else b""

    def last_good_part(self, name: str) -> Good | None:
        """The last version of a file around the letters with which any letter passed."""
        digest = next(
            (line["with"][name] for line in reversed(list(self._lines())) if name in line.get("with", ())), ""
        )
        version = next((kept for kept in reversed(self.history(name)) if kept.text == digest), None)
        data = self._text(digest) if version else None
        return Good(version, {name: data}) if version and data is not None else None

    def _last_pass(self, letter: str) -> dict[str, str]:
        passes = (line["with"] for line in reversed(list(self._lines())) if line.get("passed") == letter)
        return next(passes, {})

    def _lines(self) -> Iterator[dict[str, Any]]:
        """What was written down; a line that a full disk cut short is passed over."""
        try:
            written = self._history.read_text("utf-8")
        except OSError:
            return
        for line in written.splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue

    def _text(self, digest: str) -> bytes | None:
        try:
            data = (self._folder / digest).read_bytes()
        except OSError:
            return None
        return data if _digest(data) == digest else None

    def _keep_text(self, digest: str, data: bytes) -> None:
        if self._text(digest) is None:
            write_whole(self._folder / digest, data, durable=False)

    def _add(self, line_to_add: Callable[[], dict[str, Any] | None]) -> None:
        """Add what `line_to_add` gives, if it gives anything; one process at a time."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(self._history, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                line = line_to_add()
                if line is not None:
                    file.write(b"\n" * _is_cut(self._history) + json.dumps(line).encode() + b"\n")
        except OSError:
            return


def _is_cut(path: Path) -> bool:
    """Whether the last line of a file lacks its end."""
    data = path.read_bytes()
    return bool(data) and not data.endswith(b"\n")


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
