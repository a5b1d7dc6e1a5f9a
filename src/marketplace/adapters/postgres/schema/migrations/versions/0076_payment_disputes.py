"""Disputes of payments."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table that the release before does not use."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "payment_disputes",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name=op.f("ck_payment_disputes_state")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_disputes_amount")),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_payment_disputes_closed_at")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_disputes_payment_id_payments")),
        sa.PrimaryKeyConstraint("payment_id", "ref", name=op.f("pk_payment_disputes")),
    )

    is_open = sa.text("state = 'open'")
    op.create_index("ix_payment_disputes_open", "payment_disputes", ["payment_id"], postgresql_where=is_open)


def downgrade() -> None:
    """Drop it: what was disputed is no longer known here."""
    op.drop_table("payment_disputes")
