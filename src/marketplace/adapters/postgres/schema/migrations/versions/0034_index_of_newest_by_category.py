"""The index of listed sessions by category has the columns that facets count."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

LISTED = sa.text("status = 'active' AND archived_at IS NULL")
FACETS = ["creator_id", "tags", "price", "duration", "hidden_at"]


def upgrade() -> None:
    """Replace the index that has the same key."""
    online_ddl.make_index(
        "ix_sessions_listed_category_newest",
        "sessions",
        ["category", "created_at", "id"],
        replaces="ix_sessions_listed_category",
        postgresql_include=FACETS,
        postgresql_where=LISTED,
    )


def downgrade() -> None:
    """Restore the narrow index."""
    online_ddl.make_index(
        "ix_sessions_listed_category",
        "sessions",
        ["category", "created_at", "id"],
        replaces="ix_sessions_listed_category_newest",
        postgresql_where=LISTED,
    )
