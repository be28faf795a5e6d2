"""The process that opens foreign files and reads their values: `python -m jobs.sources.child`, bounded throughout.

Its request comes on stdin, its frames go to stdout: four bytes of length, then the value as `marshal` writes it. A
crafted file can at worst end this process, which holds no password and writes nothing.
"""

import gc
import marshal
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from jobs.machine.put_off import put_off

if TYPE_CHECKING:
    from jobs.sources.called_off_rows import CalledOffRows

Frame = tuple[Any, ...]
Send = Callable[[Frame], Collection[int] | None]


def main(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Read the files that the request names, in order; their frames follow one another."""
    gc.disable()  # hundreds of thousands of cells, and none of them in a circle
    for name in ("inspect", "shutil", "bz2", "lzma"):  # dataclasses and zipfile name them; nothing here uses them
        put_off(name)
    import jobs.clinic.normalize
    import jobs.sources.workbook  # noqa: F401  (what most files need is loaded while the question is on its way)
    from jobs.machine.apart import bound
    from jobs.sources.file_reader import FileReader, Task

    request: dict[str, Any] = marshal.load(incoming)
    limits = request["task"]["limits"]
    bound(int(limits["memory_bytes"]), int(limits["seconds"]) * max(1, len(request["files"])))

    def send(frame: Frame) -> None:
        data = marshal.dumps(frame)
        outgoing.write(len(data).to_bytes(4, "big"))
        outgoing.write(data)
        outgoing.flush()

    task = Task(**request["task"])
    if request.get("look"):
        from jobs.sources.first_rows import send_first_rows  # only where a person says what the columns mean

        return send_first_rows(task, request["look"], send)
    for path, shown, own, base in request["files"]:
        rules = request["rules"]
        FileReader(task, path, own, base, _normalizing(send, request["source"], shown, rules) if rules else send).read()
        send(("next",))


def _normalizing(send: Send, source: str, file: str, rules: dict[str, Any]) -> Send:
    """Turn the tables among the frames of a file into appointments and problems, column-wise as they are.

    What it gives back are the numbers of the rows that have a problem.
    """
    from jobs.clinic.columns import with_contents
    from jobs.clinic.normalize import in_short, read_columns
    from jobs.clinic.read_once import ReadOnce
    from jobs.clinic.records import TextTable
    from jobs.clinic.value_rules import ValueRules
    from jobs.sources.header_row import Unreadable

    settled, once = ValueRules(**rules), ReadOnce()
    waiting: CalledOffRows | None = None

    def send_values(frame: Frame) -> Collection[int] | None:
        nonlocal waiting
        if frame[0] == "far":
            from jobs.sources.far_cells import far_problems

            send(("values", [], [], list(map(tuple, far_problems(source, file, *frame[1:]))), [], [], [], []))
            return None
        if frame[0] != "table":
            if frame[0] == "done" and waiting:
                send(waiting.values())
            waiting = None if frame[0] == "again" else waiting
            return send(frame)
        _, sheet, numbers, columns, headers, keys, places = frame
        table = TextTable(source, file, sheet, columns, numbers, headers, places)
        try:
            found, problems, unread, lost, aside, _ = read = read_columns(table, settled, once)
        except Exception as error:  # ours to mend, but no reason to stop the other files; its text may quote a patient
            what = f"The values of this file cannot be read ({type(error).__name__})."
            raise Unreadable(what, "Tell whoever looks after this program, with the file.") from None
        marks = _marks_of(found, numbers, keys, columns, settled.prefix)
        told = list(map(tuple, in_short(problems, table)))
        untimed = [(key, tuple(*with_contents([problem], table)) if problem else ()) for key, problem in lost]
        send(("values", list(map(packed, found)), marks, told, numbers, unread, untimed, list(map(tuple, aside))))
        if not all(columns.get("appointment_id", ("",))):
            from jobs.sources.called_off_rows import CalledOffRows  # only for exports without numbers

            waiting = waiting or CalledOffRows()
            marks = marks + waiting.add(read, table, keys, untimed)
        doubtful = {problem.row for problem in (*problems, *(problem for _, problem in lost if problem))}
        if "title" in columns:
            others = {key for row, key in zip(numbers, keys, strict=True) if row not in doubtful}.difference(marks)
            send(("no appointments", list(others)))
        return doubtful

    return send_values


def _marks_of(
    found: list[Sequence[Any]], numbers: list[int], keys: list[int], columns: dict[str, list[str]], prefix: str
) -> list[int]:
    """The mark of each appointment that was found."""
    if not found:
        return []
    of_row = dict(zip(numbers, keys, strict=True))
    if len(of_row) == len(found[-1]) and found[-1] == numbers:
        return keys
    if len(of_row) == len(numbers):
        return [of_row[row] for row in found[-1]]
    from jobs.clinic.cells import tidy

    ids = zip(columns.get("appointment_id", ()), keys, strict=False)  # entries of a calendar share a row
    of_number = {f"{prefix}:{tidy(number)}": key for number, key in ids if number}
    return [of_number.get(key) or of_row[row] for key, row in zip(found[0], found[-1], strict=True)]


def packed(column: Sequence[Any]) -> Sequence[Any]:
    """A column on its way to the parent: of one whose texts are all the same, that text."""
    if column and column[0] == column[-1] and isinstance(column[0], str) and column.count(column[0]) == len(column):
        return str(column[0])
    return column


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
