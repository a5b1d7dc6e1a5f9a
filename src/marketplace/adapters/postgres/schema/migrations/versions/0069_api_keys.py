"""API keys, by which programs act for people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

TABLE = "api_keys"


def upgrade() -> None:
    """Add a table that the release before does not read: to it, a key is an unknown token."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index("uq_api_keys_key_hash", TABLE, ["key_hash"], unique=True)
    op.create_index("ix_api_keys_user_id", TABLE, ["user_id", "created_at", "id"])
    op.create_index("ix_api_keys_ended_at", TABLE, [sa.text("LEAST(revoked_at, expires_at)")])


def downgrade() -> None:
    """Drop it, and the job that deletes its old rows, which no other program knows."""
    op.drop_table(TABLE)
    op.execute("DELETE FROM jobs WHERE kind = 'sweep_api_keys'")
