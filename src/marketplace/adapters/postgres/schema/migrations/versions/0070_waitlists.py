"""Waitlists: entries, what a slot knows of its line, and notifications without a booking."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('waiting', 'offered')")
STATUSES = "'waiting', 'offered', 'booked', 'left', 'expired', 'closed'"


def upgrade() -> None:
    """Add a table, and columns that the release before does not write."""
    zero = sa.text("0")
    op.add_column("slots", sa.Column("waiting", sa.Integer(), server_default=zero, nullable=False))
    op.add_column("slots", sa.Column("seats_on_offer", sa.Integer(), server_default=zero, nullable=False))
    op.add_column("slots", sa.Column("offers_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_slots_seats_on_offer"),
        "slots",
        "seats_on_offer BETWEEN 0 AND seats_taken AND waiting >= 0",
        postgresql_not_valid=True,
    )
    op.execute("""
        -- squawk-ignore ban-drop-not-null -- the release before leaves rows without a booking out of its lists
        ALTER TABLE notifications ALTER COLUMN booking_id DROP NOT NULL
    """)
    op.add_column("notifications", sa.Column("waitlist_id", sa.Uuid(), nullable=True))
    _create_entries()


def _create_entries() -> None:
    op.create_table(
        "waitlist_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_waitlist_entries_seats")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_waitlist_entries_status")),
        sa.CheckConstraint(
            "status <> 'offered' OR offer_until IS NOT NULL", name=op.f("ck_waitlist_entries_offer_until")
        ),
        sa.ForeignKeyConstraint(
            ["session_id", "starts_at"], ["slots.session_id", "slots.starts_at"], name="fk_waitlist_entries_slot_slots"
        ),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_waitlist_entries_creator_id_users")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_waitlist_entries_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_entries")),
    )
    for name, columns, where, is_unique in (
        ("uq_waitlist_entries_one_open", ["user_id", "session_id", "starts_at"], OPEN, True),
        ("ix_waitlist_entries_line", ["session_id", "starts_at", "seats", "number"], _status("waiting"), False),
        ("ix_waitlist_entries_offers", ["session_id", "starts_at", "offer_until"], _status("offered"), False),
        ("ix_waitlist_entries_creator", ["creator_id", "starts_at", "number"], OPEN, False),
        ("ix_waitlist_entries_user_id", ["user_id", "id"], None, False),
        ("ix_waitlist_entries_ended_at", ["ended_at"], sa.text("ended_at IS NOT NULL"), False),
    ):
        op.create_index(name, "waitlist_entries", columns, unique=is_unique, postgresql_where=where)


def _status(status: str) -> sa.TextClause:
    return sa.text(f"status = '{status}'")


def downgrade() -> None:
    """Back: seats on offer are free again, and notifications of waitlists are lost."""
    op.execute("UPDATE slots SET seats_taken = seats_taken - seats_on_offer WHERE seats_on_offer > 0")
    op.drop_table("waitlist_entries")
    op.execute("DELETE FROM notifications WHERE booking_id IS NULL")
    op.drop_column("notifications", "waitlist_id")
    op.alter_column("notifications", "booking_id", nullable=False)
    op.drop_constraint(op.f("ck_slots_seats_on_offer"), "slots")
    for name in ("offers_until", "seats_on_offer", "waiting"):
        op.drop_column("slots", name)
