"""Every letter goes to one address: for trying the real thing without writing to any patient."""

from collections.abc import Iterator

from jobs.mail.records import Marks, Ready, Result, Transport


class Redirected:
    """A transport that knows one recipient only. It sets the envelope; the letter's own headers stay as written."""

    def __init__(self, transport: Transport, address: str) -> None:
        self._transport, self._address = transport, address

    @property
    def name(self) -> str:
        return f"{self._transport.name}, redirected"

    def deliver(self, letters: Iterator[Ready], marks: Marks) -> Iterator[Result]:
        return self._transport.deliver((letter._replace(recipient=self._address) for letter in letters), marks)

    def close(self) -> None:
        self._transport.close()
