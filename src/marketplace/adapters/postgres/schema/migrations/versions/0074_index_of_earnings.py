"""The order of a creator's earnings, without the fees that are none of theirs."""

import sqlalchemy as sa

from marketplace.adapters.postgres.schema import online_ddl

revision = "0074"
down_revision = "0069"
branch_labels = None
depends_on = None

TABLE = "ledger_transactions"
ALL, SHOWN = "ix_ledger_transactions_creator_id_at", "ix_ledger_transactions_of_creators"
COLUMNS = ["creator_id", "at", "id"]


def upgrade() -> None:
    """Replace the index: a list would read and drop every fee between two of its rows."""
    online_ddl.make_index(SHOWN, TABLE, COLUMNS, replaces=ALL, postgresql_where=sa.text("kind <> 'fee'"))


def downgrade() -> None:
    """Back."""
    online_ddl.make_index(ALL, TABLE, COLUMNS, replaces=SHOWN)
