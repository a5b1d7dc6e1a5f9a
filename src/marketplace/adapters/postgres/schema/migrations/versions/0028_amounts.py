"""Amounts of any currency: prices and amounts had two decimals, which yen and dinars do not have."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

COLUMNS = (("sessions", "price", 8), ("bookings", "amount", 12))
"""Table, column, and digits before the decimal point."""
# PostgreSQL keeps the rows and the plain indexes, but would build a partial index again and check every row against a
# CHECK while the table is locked. Without either this takes a millisecond.
WIDENED = """
    -- squawk-ignore ban-drop-constraint -- the one added below implies it
    ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column};
    -- squawk-ignore changing-column-type -- only the limit of the type goes, which rewrites no row
    ALTER TABLE {table} ALTER COLUMN {column} TYPE numeric;
    ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column}
        CHECK ({column} >= 0 AND {column} < 1e{digits} AND scale(trim_scale({column})) <= 4) NOT VALID
"""
INDEX_DROPPED = """
    -- squawk-ignore require-concurrent-index-deletion -- the table is locked anyway, and 0029 builds it again
    DROP INDEX IF EXISTS ix_sessions_listed_price
"""


def upgrade() -> None:
    """No limit of the type, but of the CHECK. Until 0029, the catalog is ordered by price from `ix_sessions_price`."""
    op.execute(INDEX_DROPPED)
    for table, column, digits in COLUMNS:
        for statement in WIDENED.format(table=table, column=column, digits=digits).split(";\n"):
            op.execute(statement)


def downgrade() -> None:
    """Back: amounts with more than two decimals are rounded."""
    for table, column, digits in COLUMNS:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE numeric({digits + 2}, 2)")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{column} CHECK ({column} >= 0)")
    op.execute(
        "CREATE INDEX IF NOT EXISTS ix_sessions_listed_price ON sessions (price, id)"
        " WHERE status = 'active' AND archived_at IS NULL"
    )
