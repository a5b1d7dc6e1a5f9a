"""The index of labels: tags, category, and "by arrangement", which it intersects without reading a row."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

LABELS = "(tags || ARRAY['CATEGORY ' || category, CASE WHEN schedule IS NULL THEN 'OPEN' END])"


def upgrade() -> None:
    """Build it while the table is in use."""
    online_ddl.make_index(
        "ix_sessions_labels",
        "sessions",
        [sa.text(LABELS)],
        postgresql_using="gin",
        postgresql_where=sa.text("status = 'active' AND archived_at IS NULL"),
    )


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index("ix_sessions_labels", "sessions")
