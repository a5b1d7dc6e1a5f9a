"""The order of listed sessions by their ratings."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

NAME = "ix_sessions_listed_rating_score"
LISTED = "status = 'active' AND archived_at IS NULL"


def upgrade() -> None:
    """Create the index."""
    online_ddl.make_index(NAME, "sessions", ["rating_score", "id"], postgresql_where=sa.text(LISTED))


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index(NAME, "sessions")
