"""Many keys in one question."""

import pytest
from sqlalchemy import create_engine, insert, select

from jobs.store.memory import Memory, Store
from jobs.store.rows import one_of
from jobs.store.tables import patients


@pytest.mark.parametrize("ids", [[], [2], [3, 1, 7], list(range(2, 3000))])
def test_the_rows_of_some_ids_are_found_and_no_others(store: Store, ids: list[int]) -> None:
    with store.begin() as memory:
        rows = [{"id": number, "key": str(number), "clinic_id": "lakeside"} for number in (1, 2, 3, 4)]
        memory.connection.execute(insert(patients), rows)
        query = select(patients.c.id).where(one_of(memory, patients.c.id, ids))
        found = set(memory.connection.execute(query).scalars())
    assert found == {1, 2, 3, 4}.intersection(ids)


def test_another_database_is_asked_in_words_that_all_know() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.dialect.name = "postgresql"
        words = str(one_of(Memory(connection, "lakeside"), patients.c.id, [1, 2]))
    assert "json" not in words and " IN (" in words
