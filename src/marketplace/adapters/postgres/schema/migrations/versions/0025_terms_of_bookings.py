"""What was agreed: the terms on which a booking was sold, a start that it requests, and the rows of a bulk preview."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table and columns that the release before does not write."""
    op.add_column("bookings", sa.Column("terms", JSONB(), nullable=True))
    op.add_column("bookings", sa.Column("requested_start", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bookings", sa.Column("held_seats", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "bulk_previews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("rows", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_used", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("kind IN ('users', 'sessions', 'bookings')", name=op.f("ck_bulk_previews_kind")),
        sa.ForeignKeyConstraint(["staff_id"], ["users.id"], name=op.f("fk_bulk_previews_staff_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_previews")),
    )
    op.create_index("ix_bulk_previews_staff_id", "bulk_previews", ["staff_id", "created_at"])
    op.create_index("ix_bulk_previews_created_at", "bulk_previews", ["created_at"])


def downgrade() -> None:
    """Back: what was sold is again what the session says."""
    op.drop_table("bulk_previews")
    for name in ("held_seats", "requested_start", "terms"):
        op.drop_column("bookings", name)
