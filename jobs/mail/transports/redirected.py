"""Every letter goes to one address: for trying the real thing without writing to any patient."""

from collections.abc import Iterator, Sequence

from jobs.mail.records import Marks, Ready, Result, Transport, Unclear


class Redirected:
    """A transport that knows one recipient only. It sets the envelope; the letter's own headers stay as written."""

    def __init__(self, transport: Transport, address: str) -> None:
        self._transport, self._address = transport, address

    @property
    def name(self) -> str:
        return f"{self._transport.name}, redirected"

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        return self._transport.deliver((letter._replace(recipient=self._address) for letter in letters), marks)

    def what_became(self, unclear: Sequence[Unclear]) -> list[Result]:
        return self._transport.what_became(unclear)

    def discard(self, draft_ids: Sequence[str]) -> list[str]:
        return self._transport.discard(draft_ids)

    def close(self) -> None:
        self._transport.close()
