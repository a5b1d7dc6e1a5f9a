"""The index of listed prices, which 0028 dropped."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it while the table is in use."""
    online_ddl.make_index(
        "ix_sessions_listed_price",
        "sessions",
        ["price", "id"],
        postgresql_where=sa.text("status = 'active' AND archived_at IS NULL"),
    )


def downgrade() -> None:
    """Nothing: the release before has the index too."""
