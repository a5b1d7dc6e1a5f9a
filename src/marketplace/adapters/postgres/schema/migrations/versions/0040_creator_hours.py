"""General hours of creators, which guide the booking of sessions by arrangement."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "creator_hours",
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_creator_hours_creator_id_users")),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creator_hours")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("creator_hours")
