"""Pictures: those of a session in its row, and the records of what the object store has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and a table that the release before does not write."""
    op.add_column("sessions", sa.Column("pictures", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.create_table(
        "pictures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('session', 'avatar')", name=op.f("ck_pictures_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'refused', 'unknown', 'deleting')", name=op.f("ck_pictures_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )
    op.create_index(
        "ix_pictures_not_kept",
        "pictures",
        ["touched_at", "id"],
        postgresql_where=sa.text("(state <> 'done' OR removed_at IS NOT NULL)"),
    )


def downgrade() -> None:
    """Forget the pictures; the bytes stay in the object store."""
    op.drop_table("pictures")
    op.drop_column("sessions", "pictures")
