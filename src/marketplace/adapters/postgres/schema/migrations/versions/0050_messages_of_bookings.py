"""What the two parties of a booking write to each other."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLE = "booking_messages"


def upgrade() -> None:
    """Add a table that the release before does not write."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_booking_messages_author_id_users")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_messages_booking_id_bookings")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_booking_messages_recipient_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_messages")),
    )
    op.create_index("ix_booking_messages_newest", TABLE, ["booking_id", "created_at", "id"])
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_booking_messages_unread", TABLE, ["recipient_id", "booking_id"], postgresql_where=unread)
    op.create_index("ix_booking_messages_batch_id", TABLE, ["batch_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table(TABLE)
