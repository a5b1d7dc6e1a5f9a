"""The order of a creator's earnings, without the fees that are none of theirs, notices, and what can still change."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0074"
down_revision = "0071"
branch_labels = None
depends_on = None

TABLE = "ledger_transactions"
ALL, SHOWN = "ix_ledger_transactions_creator_id_at", "ix_ledger_transactions_of_creators"
COLUMNS = ["creator_id", "at", "id"]
NOTICES = "ix_payment_events_payment_id"
UNSETTLED, AUTHORIZED = "ix_payment_operations_unsettled", "ix_payments_authorized"


def upgrade() -> None:
    """Replace an index, with which a list reads and drops every fee between two of its rows, and add others."""
    online_ddl.make_index(SHOWN, TABLE, COLUMNS, replaces=ALL, postgresql_where=sa.text("kind <> 'fee'"))
    online_ddl.make_index(
        NOTICES, "payment_events", ["payment_id", "recorded_at"], postgresql_where=sa.text("payment_id IS NOT NULL")
    )

    online_ddl.make_index(
        UNSETTLED,
        "payment_operations",
        ["payment_id"],
        postgresql_where=sa.text("state IN ('asked', 'unknown')"),
    )
    online_ddl.make_index(
        AUTHORIZED, "payments", ["created_at", "id"], postgresql_where=sa.text("status = 'authorized'")
    )


def downgrade() -> None:
    """Back."""
    online_ddl.drop_index(AUTHORIZED, "payments")
    online_ddl.drop_index(UNSETTLED, "payment_operations")
    online_ddl.drop_index(NOTICES, "payment_events")
    online_ddl.make_index(ALL, TABLE, COLUMNS, replaces=SHOWN)
