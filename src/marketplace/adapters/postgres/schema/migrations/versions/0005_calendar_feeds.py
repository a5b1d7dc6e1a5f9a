"""Feeds of calendars, and bookings by their start."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, and the two indexes that find what is near."""
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_feeds_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feeds")),
    )
    op.create_index("uq_calendar_feeds_token", "calendar_feeds", ["token"], unique=True)
    op.create_index("ix_bookings_user_id_starts_at", "bookings", ["user_id", "starts_at"])
    op.create_index("ix_bookings_creator_id_starts_at", "bookings", ["creator_id", "starts_at"])


def downgrade() -> None:
    """Every feed's address is lost."""
    op.drop_index("ix_bookings_creator_id_starts_at", table_name="bookings")
    op.drop_index("ix_bookings_user_id_starts_at", table_name="bookings")
    op.drop_table("calendar_feeds")
