"""The process that opens foreign files and reads their values: `python -m jobs.sources.child`, bounded throughout.

Its request comes on stdin, its frames go to stdout: four bytes of length, then the value as `marshal` writes it. A
crafted file can at worst end this process, which holds no password and writes nothing.
"""

import gc
import marshal
import sys
from collections.abc import Callable, Collection
from typing import Any, BinaryIO

Frame = tuple[Any, ...]
Send = Callable[[Frame], Collection[int] | None]


def main(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Read the files that the request names, in order; their frames follow one another."""
    gc.disable()  # hundreds of thousands of cells, and none of them in a circle
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
    from jobs.clinic.cells import tidy
    from jobs.clinic.normalize import in_short, read_rows
    from jobs.clinic.records import TextTable
    from jobs.clinic.value_rules import ValueRules
    from jobs.sources.header_row import Unreadable

    settled = ValueRules(**rules)

    def send_values(frame: Frame) -> Collection[int] | None:
        if frame[0] == "far":
            from jobs.sources.far_cells import far_problems

            send(("values", [], [], [], list(map(tuple, far_problems(source, file, *frame[1:])))))
            return None
        if frame[0] != "table":
            return send(frame)
        _, sheet, numbers, columns, headers, keys, places = frame
        table = TextTable(source, file, sheet, columns, numbers, headers, places)
        try:
            found, problems = read_rows(table, settled)
        except Exception as error:  # ours to mend, but no reason to stop the other files; its text may quote a patient
            what = f"The values of this file cannot be read ({type(error).__name__})."
            raise Unreadable(what, "Tell whoever looks after this program, with the file.") from None
        of_row = dict(zip(numbers, keys, strict=True))
        if len(of_row) == len(numbers):
            marks = [of_row[slot.row] for slot in found]
        else:  # entries of a calendar share a row; each has its own number
            ids = zip(columns.get("appointment_id", ()), keys, strict=False)
            of_number = {f"{settled.prefix}:{tidy(number)}": key for number, key in ids if number}
            marks = [of_number.get(slot.key) or of_row[slot.row] for slot in found]
        send(("values", numbers, list(zip(*found, strict=True)), marks, list(map(tuple, in_short(problems, table)))))
        doubtful = {problem.row for problem in problems}
        if "title" in columns:
            others = {key for row, key in zip(numbers, keys, strict=True) if row not in doubtful}.difference(marks)
            send(("no appointments", list(others)))
        return doubtful

    return send_values


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
