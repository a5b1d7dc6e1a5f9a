"""One index of bookings by creation: the staff's list is read from that of the dashboard. See docs/decisions/0042."""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The release before reads the same list with the same statement."""
    online_ddl.drop_index("ix_bookings_created_at", "bookings")


def downgrade() -> None:
    """Back."""
    online_ddl.make_index("ix_bookings_created_at", "bookings", ["created_at", "id"])
