"""The index of listed sessions by age has the columns that facets count, so that counting reads no wide row."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

LISTED = sa.text("status = 'active' AND archived_at IS NULL")
FACETS = ["category", "creator_id", "tags", "price", "duration", "hidden_at"]


def upgrade() -> None:
    """Replace the index that has the same key."""
    online_ddl.make_index(
        "ix_sessions_listed_newest",
        "sessions",
        ["created_at", "id"],
        replaces="ix_sessions_listed_created_at",
        postgresql_include=FACETS,
        postgresql_where=LISTED,
    )


def downgrade() -> None:
    """Restore the narrow index."""
    online_ddl.make_index(
        "ix_sessions_listed_created_at",
        "sessions",
        ["created_at", "id"],
        replaces="ix_sessions_listed_newest",
        postgresql_where=LISTED,
    )
