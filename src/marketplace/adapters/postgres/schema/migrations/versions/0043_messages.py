"""Messages to people, and what is known about their e-mail addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STATES = "'pending', 'held', 'started', 'sent', 'refused', 'unknown', 'dropped'"


def upgrade() -> None:
    """Create both tables, which the release before does not use."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt_at", moment, nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("unknown_at", moment, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_messages_state")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_messages_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index("uq_messages_once", "messages", ["user_id", "subject", "kind", "version"], unique=True)
    waiting, settled = sa.text("next_attempt_at IS NOT NULL"), sa.text("next_attempt_at IS NULL")
    op.create_index("ix_messages_next_attempt", "messages", ["next_attempt_at", "id"], postgresql_where=waiting)
    op.create_index("ix_messages_held", "messages", ["due_at", "id"], postgresql_where=sa.text("state = 'held'"))
    op.create_index("ix_messages_ended", "messages", ["due_at"], postgresql_where=settled)
    op.create_index("ix_messages_newest", "messages", ["user_id", "created_at", "id"])
    about_booking = sa.text("booking_id IS NOT NULL")
    op.create_index(
        "ix_messages_booking", "messages", ["booking_id", "created_at", "id"], postgresql_where=about_booking
    )
    op.create_table(
        "email_addresses",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("refused_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_email_addresses_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_email_addresses")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("email_addresses")
    op.drop_table("messages")
