"""Requests for mails that prove who reads an address, and the tokens of their links."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables that the release before does not write."""
    op.create_table(
        "email_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('verify', 'reset', 'change', 'changed')", name=op.f("ck_email_requests_purpose")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_email_requests_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_requests")),
    )
    op.create_index("ix_email_requests_user_id", "email_requests", ["user_id"])
    op.create_index("ix_email_requests_created_at", "email_requests", ["created_at"])
    op.create_table(
        "email_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["email_requests.id"],
            name=op.f("fk_email_tokens_request_id_email_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_tokens")),
    )
    op.create_index("ix_email_tokens_request_id", "email_tokens", ["request_id"])


def downgrade() -> None:
    """Drop them: links that were sent stop working."""
    op.drop_table("email_tokens")
    op.drop_table("email_requests")
