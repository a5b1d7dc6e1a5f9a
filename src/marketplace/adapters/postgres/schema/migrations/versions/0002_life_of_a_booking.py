"""The life of a booking: answers, notice to cancel, and the bookings of a slot."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns with defaults, which rewrite no table."""
    op.add_column("sessions", sa.Column("requires_confirmation", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("sessions", sa.Column("cancellation_notice", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_sessions_cancellation_notice"), "sessions", "cancellation_notice BETWEEN 0 AND 8760"
    )
    op.add_column("bookings", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_bookings_slot", "bookings", ["session_id", "starts_at"])


def downgrade() -> None:
    """Back: pending bookings stay pending."""
    op.drop_index("ix_bookings_slot", table_name="bookings")
    op.drop_column("bookings", "answer_by")
    op.drop_constraint(op.f("ck_sessions_cancellation_notice"), "sessions")
    op.drop_column("sessions", "cancellation_notice")
    op.drop_column("sessions", "requires_confirmation")
