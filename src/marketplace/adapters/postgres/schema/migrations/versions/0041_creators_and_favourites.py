"""What creators say about themselves, and the sessions that people keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns and a table that the release before does not write."""
    op.add_column("users", sa.Column("bio", sa.Text(), server_default=sa.text("''"), nullable=False))
    texts = postgresql.ARRAY(sa.Text())
    op.add_column("users", sa.Column("languages", texts, server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "favourites",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_favourites_session_id_sessions")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_favourites_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "session_id", name=op.f("pk_favourites")),
    )
    op.create_index("ix_favourites_newest", "favourites", ["user_id", "created_at", "session_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("favourites")
    op.drop_column("users", "languages")
    op.drop_column("users", "bio")
