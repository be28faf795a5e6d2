"""A large sheet is parsed one step ahead: the same rows in the same order, and what goes wrong is told in its place."""

from collections.abc import Iterator
from itertools import chain

import pytest
from made_files import table, workbook

from jobs.sources import sheet_rows
from jobs.sources.one_ahead import one_ahead
from jobs.sources.workbook import Workbook
from jobs.sources.zip_parts import ZipParts


def test_a_sheet_in_pieces_has_the_rows_of_the_whole_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_rows, "_PIECE", 8_000)
    monkeypatch.setattr(ZipParts.chunks, "__defaults__", (2_000,))
    book = Workbook(workbook(table(400)), 1 << 30)
    rows = book.cuttable("Export", None)
    assert rows is not None
    pieces = list(rows.batches())
    (whole,) = book.all_rows("Export")
    assert len(pieces) > 2
    assert list(chain.from_iterable(piece.rows for piece in pieces)) == list(whole.rows)
    assert list(chain.from_iterable(piece.numbers for piece in pieces)) == list(whole.numbers)


def test_work_ahead_comes_in_order_and_never_two_at_once() -> None:
    under_way: list[int] = []

    def work(number: int) -> tuple[int, list[int]]:
        under_way.append(number)
        at_once = list(under_way)
        under_way.remove(number)
        return number, at_once

    assert list(one_ahead(work, iter(range(50)))) == [(number, [number]) for number in range(50)]
    assert list(one_ahead(work, iter(()))) == []


@pytest.mark.parametrize("fault", [1, 2, 4])
def test_what_goes_wrong_ahead_is_told_after_what_came_before_it(fault: int) -> None:
    def work(number: int) -> int:
        if number == fault:
            raise ValueError(number)
        return number

    came: list[int] = []
    with pytest.raises(ValueError, match=str(fault)):
        came.extend(one_ahead(work, iter(range(5))))
    assert came == list(range(fault))


def test_a_reader_that_stops_early_leaves_no_work_behind() -> None:
    done: list[int] = []

    def things() -> Iterator[int]:
        yield from range(10)

    results = one_ahead(done.append, things())
    next(results), next(results)
    results.close()  # type: ignore[attr-defined]
    assert done in ([0, 1, 2], [0, 1])


def test_where_no_thread_may_start_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("jobs.sources.one_ahead.start_new_thread", refuse)
    assert list(one_ahead(str, iter(range(4)))) == ["0", "1", "2", "3"]
