"""Alembic's entry point: uses the connection of `migrate.py`, or prints SQL if there is none."""

import logging
from typing import Any

from alembic import context

from marketplace.adapters.postgres.schema.metadata import METADATA

LOG = logging.getLogger("marketplace.migrations")


def log_migration(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Log a migration that ran."""
    _ = ctx, heads, run_args
    word = "ran" if step.is_upgrade else "was taken back"
    LOG.info("Migration %s %s", step.up_revision_id, word)


context.configure(
    connection=context.config.attributes["connection"],
    dialect_name="postgresql",
    target_metadata=METADATA,
    compare_type=True,
    transaction_per_migration=True,
    on_version_apply=None if context.is_offline_mode() else log_migration,
)
with context.begin_transaction():
    context.run_migrations()
