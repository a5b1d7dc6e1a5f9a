"""The order of a creator's earnings, without the fees that are none of theirs, and the notices of a payment."""

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


def upgrade() -> None:
    """Replace an index, with which a list reads and drops every fee between two of its rows, and add one."""
    online_ddl.make_index(SHOWN, TABLE, COLUMNS, replaces=ALL, postgresql_where=sa.text("kind <> 'fee'"))
    online_ddl.make_index(
        NOTICES, "payment_events", ["payment_id", "recorded_at"], postgresql_where=sa.text("payment_id IS NOT NULL")
    )


def downgrade() -> None:
    """Back."""
    online_ddl.drop_index(NOTICES, "payment_events")
    online_ddl.make_index(ALL, TABLE, COLUMNS, replaces=SHOWN)
