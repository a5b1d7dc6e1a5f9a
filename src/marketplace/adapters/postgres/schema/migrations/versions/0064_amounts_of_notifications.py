"""Amounts that notifications tell of."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that the release before neither reads nor writes."""
    op.add_column("notifications", sa.Column("amount", sa.Numeric(), nullable=True))
    op.add_column("notifications", sa.Column("currency", sa.Text(), nullable=True))


def downgrade() -> None:
    """Back: the amounts are lost."""
    for name in ("currency", "amount"):
        op.drop_column("notifications", name)
