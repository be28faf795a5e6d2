"""A mail server that takes everything and keeps nothing: python sink.py PORT COUNTER [step-by-step].

It counts what it took in the file COUNTER; with a third word it does not offer PIPELINING.
"""

import asyncio
import sys
from pathlib import Path


class Sink(asyncio.Protocol):
    """SMTP, with PIPELINING or without, as much of it as a client needs."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.waiting, self.in_data = transport, b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        answers = []
        while self.waiting:
            if self.in_data:
                end = self.waiting.find(b"\r\n.\r\n")
                if end < 0:
                    break
                self.waiting, self.in_data = self.waiting[end + 5 :], False
                Sink.taken += 1
                answers.append(b"250 taken\r\n")
                continue
            line, found, rest = self.waiting.partition(b"\r\n")
            if not found:
                break
            self.waiting = rest
            answers.append(self.answer(line[:4].upper()))
        self.transport.write(b"".join(answers))

    def answer(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink\r\n" + b"250-PIPELINING\r\n" * (len(sys.argv) == 3) + b"250 8BITMIME\r\n"
        if verb == b"DATA":
            self.in_data = True
            return b"354 go on\r\n"
        return b"221 goodbye\r\n" if verb == b"QUIT" else b"250 fine\r\n"

    def connection_lost(self, exc: Exception | None) -> None:
        Path(sys.argv[2]).write_text(str(Sink.taken), "ascii")


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
