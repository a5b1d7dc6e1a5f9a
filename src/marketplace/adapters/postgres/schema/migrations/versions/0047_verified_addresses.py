"""Whether an e-mail address is verified, and the language of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns that the release before does not write: existing accounts start unverified."""
    op.add_column("users", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("locale", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("users", "locale")
    op.drop_column("users", "email_verified_at")
