"""Tries something out on the clinic's memory and takes all of it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from jobs.runner.tools import Tools
from jobs.store.memory import Memory, Store


class _RehearsedStore(Store):
    """A store whose transactions all lie within one that is never kept."""

    def __init__(self, store: Store, connection: Connection) -> None:
        super().__init__(store.engine, store.clinic_id)
        self._connection = connection

    @contextmanager
    def begin(self, *, repeatable: bool = False) -> Iterator[Memory]:
        with self._connection.begin_nested():
            yield Memory(self._connection, self.clinic_id)


@contextmanager
def rehearsing(tools: Tools) -> Iterator[Tools]:
    """Tools for a question: what is planned with them can be looked at and is gone afterwards."""
    with tools.store.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield tools._replace(store=_RehearsedStore(tools.store, connection))
        finally:
            transaction.rollback()
