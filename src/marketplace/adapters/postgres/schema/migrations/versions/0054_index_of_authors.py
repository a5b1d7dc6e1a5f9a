"""The messages that a person wrote, newest first, so that a copy of their data reads only these."""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0054"
down_revision = "0051"
branch_labels = None
depends_on = None

NAME = "ix_booking_messages_author_id"


def upgrade() -> None:
    """Create the index."""
    online_ddl.make_index(NAME, "booking_messages", ["author_id", "created_at", "id"])


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index(NAME, "booking_messages")
