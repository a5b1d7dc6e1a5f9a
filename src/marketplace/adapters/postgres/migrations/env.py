"""Alembic's entry point: runs in the connection that `migrate.py` hands over."""

from alembic import context

from marketplace.adapters.postgres.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
