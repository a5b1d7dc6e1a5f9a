"""The reports of a person, newest first, so that a copy of their data reads only these."""

from marketplace.adapters.postgres.schema import online_ddl

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NAME = "ix_reports_reporter_id"


def upgrade() -> None:
    """Create the index."""
    online_ddl.make_index(NAME, "reports", ["reporter_id", "created_at", "id"])


def downgrade() -> None:
    """Drop it."""
    online_ddl.drop_index(NAME, "reports")
