"""The process that opens foreign files: `python -m jobs.sources.child`, bounded in memory and time.

Its request comes on stdin, its frames go to stdout: four bytes of length, then the value as `marshal` writes it. A
crafted file can at worst end this process, which holds no password and writes nothing.
"""

import gc
import marshal
import sys
from typing import Any, BinaryIO


def main(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Read the files that the request names, in order; their frames follow one another."""
    request: dict[str, Any] = marshal.load(incoming)
    limits = request["task"]["limits"]
    _bound(int(limits["memory_bytes"]), int(limits["seconds"]) * len(request["files"]))
    gc.disable()  # hundreds of thousands of cells, and none of them in a circle
    from jobs.sources.file_reader import FileReader, Task

    def send(frame: tuple[Any, ...]) -> None:
        data = marshal.dumps(frame)
        outgoing.write(len(data).to_bytes(4, "big"))
        outgoing.write(data)
        outgoing.flush()

    task = Task(**request["task"])
    for path, own, base in request["files"]:
        FileReader(task, path, own, base, send).read()
        send(("next",))


def _bound(memory_bytes: int, seconds: int) -> None:
    """Let the kernel end this process when it takes too much. A core dump would hold patient data: none is written."""
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(limit, (value, value))
        except (ValueError, OSError):  # macOS does not let a process bound its memory
            continue


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
