"""Alembic calls this file to run the steps, on the connection that `migrate` opened."""

from alembic import context

from jobs.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
