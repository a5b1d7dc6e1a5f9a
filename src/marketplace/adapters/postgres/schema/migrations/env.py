"""Alembic's entry point: runs in the connection that `migrate.py` hands over, or prints SQL where there is none."""

import logging
from typing import Any

from alembic import context

from marketplace.adapters.postgres.schema.metadata import METADATA

LOG = logging.getLogger("marketplace.migrations")


def tell(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:
    """Of each migration that ran."""
    _ = ctx, heads, run_args
    word = "ran" if step.is_upgrade else "was taken back"
    LOG.info("Migration %s %s", step.up_revision_id, word)


context.configure(
    connection=context.config.attributes["connection"],
    dialect_name="postgresql",
    target_metadata=METADATA,
    compare_type=True,
    transaction_per_migration=True,
    on_version_apply=None if context.is_offline_mode() else tell,
)
with context.begin_transaction():
    context.run_migrations()
