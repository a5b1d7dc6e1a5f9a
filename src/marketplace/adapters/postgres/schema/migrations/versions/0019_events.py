"""Events: steps of bookings that are yet to be delivered, and a table of those that have no step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Steps that are there count as delivered; a new one is due at once, also if the release before writes it."""
    op.add_column("booking_steps", sa.Column("deliver_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("booking_steps", "deliver_at", server_default=sa.text("now()"))
    op.add_column(
        "booking_steps", sa.Column("delivery_attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("deliver_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    undelivered = sa.text("deliver_at IS NOT NULL")
    op.create_index("ix_events_undelivered", "events", ["id"], postgresql_where=undelivered)
    op.create_index("ix_events_undelivered_subject", "events", ["subject_id", "id"], postgresql_where=undelivered)
    op.create_index("ix_events_delivered", "events", ["at"], postgresql_where=sa.text("deliver_at IS NULL"))


def downgrade() -> None:
    """Back: what is not delivered by then never is."""
    op.drop_table("events")
    op.drop_column("booking_steps", "delivery_attempts")
    op.drop_column("booking_steps", "deliver_at")
    op.execute("DELETE FROM jobs WHERE kind = 'purge_events'")
