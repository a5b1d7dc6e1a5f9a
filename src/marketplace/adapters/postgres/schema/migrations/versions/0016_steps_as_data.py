"""What a step of a booking did, as data: before, a move was a sentence in its reason."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that the release before does not write."""
    op.add_column("booking_steps", sa.Column("action", sa.Text(), nullable=True))
    op.add_column("booking_steps", sa.Column("from_start", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booking_steps", sa.Column("to_start", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booking_steps", sa.Column("from_seats", sa.Integer(), nullable=True))
    op.add_column("booking_steps", sa.Column("to_seats", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back: 0017 has written the sentences again."""
    for name in ("to_seats", "from_seats", "to_start", "from_start", "action"):
        op.drop_column("booking_steps", name)
