"""Alembic's entry point; `db.core.migrate` passes the connection, inside its single locked transaction."""

from alembic import context

from db.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # `db.core.migrate` begins and ends the transaction, on both engines.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
