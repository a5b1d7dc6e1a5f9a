"""Steps that were taken together, by one request."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is absent in every row."""
    op.add_column("booking_steps", sa.Column("batch_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Back: which steps were taken together is lost."""
    op.drop_column("booking_steps", "batch_id")
