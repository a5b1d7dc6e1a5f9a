"""Logins in the order of their expiry, so that a job deletes the old ones."""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0078"
down_revision = "0076"
branch_labels = None
depends_on = None

TABLE = "token_families"
INDEX = f"ix_{TABLE}_expires_at"


def upgrade() -> None:
    """Add the index while programs sign in."""
    online_ddl.make_index(INDEX, TABLE, ["expires_at"])


def downgrade() -> None:
    """Back."""
    online_ddl.drop_index(INDEX, TABLE)
