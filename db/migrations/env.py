"""Alembic's way in: the connection is handed over by `db.core.migrate`, inside its one locked transaction."""

from alembic import context

from db.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # Ours on both engines: `db.core.migrate` begins and ends the transaction.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
