"""Who a session is for, which is optional."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default, which the release before does not write."""
    op.add_column("sessions", sa.Column("audience", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    """Back: what was written is lost."""
    op.drop_column("sessions", "audience")
