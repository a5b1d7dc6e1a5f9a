"""What happened to people's bookings, as their bell shows it."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

TABLE = "notifications"


def upgrade() -> None:
    """Add a table that the release before does not write."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_notifications_booking_id_bookings")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index("uq_notifications_once", TABLE, ["user_id", "source", "booking_id"], unique=True)
    op.create_index("ix_notifications_newest", TABLE, ["user_id", "created_at", "id"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notifications_unread", TABLE, ["user_id", "booking_id"], postgresql_where=unread)
    op.create_index("ix_notifications_created_at", TABLE, ["created_at"])


def downgrade() -> None:
    """Drop it, and the job that deletes its old rows, which no other program knows."""
    op.drop_table(TABLE)
    op.execute("DELETE FROM jobs WHERE kind = 'sweep_notifications'")
