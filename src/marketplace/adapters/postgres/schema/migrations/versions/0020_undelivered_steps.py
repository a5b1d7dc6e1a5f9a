"""The index that the relay of events finds undelivered steps by."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """It has what is to be delivered, and so hardly anything."""
    online_ddl.make_index(
        "ix_booking_steps_undelivered", "booking_steps", ["id"], postgresql_where=sa.text("deliver_at IS NOT NULL")
    )


def downgrade() -> None:
    """Back."""
    online_ddl.drop_index("ix_booking_steps_undelivered", "booking_steps")
