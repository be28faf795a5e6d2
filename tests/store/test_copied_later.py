"""What a pull wrote is copied from SQLite's log into the database when nobody waits for it any more."""

from sqlalchemy import func, insert, select

from jobs.store.memory import Store
from jobs.store.tables import cursors

A_LOT = 17_000  # characters of each of 2,100 rows: more than the pages with which SQLite copies by itself


def write(store: Store, rows: int, clinic: str = "lakeside") -> None:
    with store.begin() as memory:
        lines = [{"clinic_id": clinic, "name": f"{each}", "value": "x" * A_LOT} for each in range(rows)]
        memory.connection.execute(insert(cursors), lines)


def megabytes(store: Store) -> int:
    assert store.file
    return store.file.stat().st_size >> 20


def test_a_large_commit_is_copied_at_once_where_nothing_was_put_off(store: Store):
    write(store, 2_100)
    assert megabytes(store) > 30


def test_what_was_put_off_is_copied_when_it_is_asked_for(store: Store):
    store.put_off_copying()
    write(store, 2_100)
    assert megabytes(store) == 0
    store.copy_now()
    assert megabytes(store) > 30


def test_what_another_process_reads_meanwhile_is_all_there(store: Store):
    store.put_off_copying()
    write(store, 2_100)
    with store.look() as memory:
        written = select(func.count()).where(cursors.c.value.startswith("x"))
        assert memory.connection.execute(written).scalar() == 2_100
        store.copy_now()
        assert memory.connection.execute(written).scalar() == 2_100


def test_little_is_left_to_a_later_commit(store: Store):
    before = megabytes(store)
    store.put_off_copying()
    write(store, 150)
    store.copy_now()
    assert megabytes(store) == before
    write(store, 2_100, "danville")
    assert megabytes(store) > 30


def test_a_store_whose_copying_was_not_put_off_has_nothing_to_copy(store: Store):
    write(store, 150)
    before = megabytes(store)
    store.copy_now()
    assert megabytes(store) == before
