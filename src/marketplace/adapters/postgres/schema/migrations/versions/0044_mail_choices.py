"""Kinds of messages that people get no mail of, and the inbox of the demo."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables, which the release before does not use."""
    op.create_table(
        "unsubscribed_kinds",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_unsubscribed_kinds_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_unsubscribed_kinds")),
    )
    op.create_table(
        "inbox_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_mails")),
    )
    op.create_index("ix_inbox_mails_newest", "inbox_mails", ["created_at", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("inbox_mails")
    op.drop_table("unsubscribed_kinds")
