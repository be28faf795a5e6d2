"""Letters as .eml files in a folder, one folder a day: to be looked at before the clinic goes live."""

import os
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2s
from pathlib import Path

from jobs.mail.records import Marks, Ready, Result, RunStopped, Unclear


class FolderTransport:
    """Writes `<folder>/<date>/<letter id>-<hash of its Message-ID>.eml`, readable by its owner only.

    A file appears whole or not at all, and a letter that is written again takes its own place. With `durable` each
    letter is on disk before it counts as sent.
    """

    name = "folder"

    def __init__(self, folder: Path, today: date, durable: bool = False) -> None:
        self.folder = folder / today.isoformat()
        self._durable = durable

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as trouble:
            raise self._full(trouble) from trouble
        for letter in letters:
            marks.attempted(letter.letter_id)
            try:
                name = self._write(letter)
            except OSError as trouble:
                marks.stayed(letter.letter_id)
                raise self._full(trouble) from trouble
            marks.accepted(letter.letter_id)
            yield Result(letter.letter_id, "sent", name)

    def _write(self, letter: Ready) -> str:
        name = _file_name(letter)
        path, unfinished = f"{self.folder}/{name}", f"{self.folder}/.{name}.unfinished"
        try:
            file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                remaining = memoryview(letter.data)
                while remaining:
                    remaining = remaining[os.write(file, remaining) :]
                if self._durable:
                    os.fsync(file)
            finally:
                os.close(file)
            os.replace(unfinished, path)
        except OSError:
            Path(unfinished).unlink(missing_ok=True)
            raise
        return name

    def _full(self, trouble: OSError) -> RunStopped:
        return RunStopped(f"The folder {self.folder} cannot be written ({trouble.strerror}). The letters wait.")

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        """A letter whose file is there was written; a file appears whole or not at all."""
        folders = self.folder.parent
        results = []
        for letter in unclear:
            name = _file_name(letter)
            found = any(folders.glob(f"*/{name}"))
            results.append(Result(letter.letter_id, "sent" if found else "ready", name if found else "no file of it"))
        return results

    def discard(self, draft_ids: Sequence[str]) -> list[str]:
        """There are no drafts on this way."""
        return []

    def close(self) -> None:
        """Nothing is held open."""


def _file_name(letter: Ready | Unclear) -> str:
    return f"{letter.letter_id}-{blake2s(letter.message_id.encode(), digest_size=4).hexdigest()}.eml"
