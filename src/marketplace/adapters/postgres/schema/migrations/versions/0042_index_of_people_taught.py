"""The people of a creator's completed bookings, together by person, so that one scan counts them."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NAME = "ix_bookings_taught"


def upgrade() -> None:
    """Create the index."""
    where = sa.text("status = 'completed'")
    online_ddl.make_index(NAME, "bookings", ["creator_id", "user_id"], postgresql_where=where)


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index(NAME, "bookings")
