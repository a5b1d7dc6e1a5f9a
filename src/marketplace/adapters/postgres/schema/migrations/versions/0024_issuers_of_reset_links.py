"""Who issued a reset link, which is void once they may no longer issue it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that the release before does not write: its links are void, and live for a day at most."""
    op.add_column("password_resets", sa.Column("issuer_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("password_resets", "issuer_id")
