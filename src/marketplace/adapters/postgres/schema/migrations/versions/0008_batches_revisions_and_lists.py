"""Steps that one request took together, revisions of sessions for calendars, and indexes for lists of bookings."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LISTS = {
    f"ix_bookings_{whose}_status_{order}": [whose, "status", order, "id"]
    for whose in ("user_id", "creator_id", "session_id")
    for order in ("created_at", "starts_at")
} | {"ix_bookings_user_id_session_id": ["user_id", "session_id"]}
BEFORE = {
    "ix_bookings_user_id_created_at": ["user_id", "created_at", "id"],
    "ix_bookings_creator_id_created_at": ["creator_id", "created_at", "id"],
    "ix_bookings_slot": ["session_id", "starts_at"],
    "ix_bookings_user_id_starts_at": ["user_id", "starts_at"],
    "ix_bookings_creator_id_starts_at": ["creator_id", "starts_at"],
}


def upgrade() -> None:
    """Columns that are absent or have a default, which rewrite no table, and other indexes."""
    op.add_column("booking_steps", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sessions", sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))
    _replace_indexes(BEFORE, LISTS)


def downgrade() -> None:
    """Back: what was taken together and how often a session was revised is lost."""
    _replace_indexes(LISTS, BEFORE)
    op.drop_column("sessions", "revised_at")
    op.drop_column("sessions", "revision")
    op.drop_column("booking_steps", "batch_id")


def _replace_indexes(old: dict[str, list[str]], new: dict[str, list[str]]) -> None:
    for name, columns in new.items():
        op.create_index(name, "bookings", columns)
    for name in old:
        op.drop_index(name, table_name="bookings")
