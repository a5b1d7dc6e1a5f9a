"""Claims to usernames: which look-alike names belong to whom, and since when a given-up one is reserved."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table. A job fills it for the accounts there are, since SQL cannot compute the keys."""
    op.create_table(
        "username_claims",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_username_claims_user_id_users")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_username_claims")),
    )
    op.create_index("ix_username_claims_user_id", "username_claims", ["user_id"])


def downgrade() -> None:
    """Back: given-up names are free at once."""
    op.drop_table("username_claims")
