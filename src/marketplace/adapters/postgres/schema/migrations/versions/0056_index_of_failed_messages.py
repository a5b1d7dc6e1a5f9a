"""Messages that a mail server refused, or whose outcome was lost, for staff to count and retry."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

NAME = "ix_messages_failed"


def upgrade() -> None:
    """Create the index."""
    online_ddl.make_index(
        NAME, "messages", ["expires_at", "id"], postgresql_where=sa.text("state IN ('refused', 'unknown')")
    )


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index(NAME, "messages")
