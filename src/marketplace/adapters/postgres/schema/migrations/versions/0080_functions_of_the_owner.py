"""Functions that write where the program may not run as the owner of the tables, and see no temporary tables.

The balances of the ledger, as the values of the audit log since 0055: decision 0091.
"""

from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

BALANCES = "keep_ledger_balances()"
VALUES = ("keep_audit_values_apart()", "erase_audit_values(uuid, text)")
# Whatever is not named last is searched first: a caller's temporary table would stand in for one of these.
ONLY_OURS = "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true)"


def upgrade() -> None:
    """Change how they run; what they do stays."""
    op.execute(ONLY_OURS)
    for function in (BALANCES, *VALUES):
        op.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path FROM CURRENT")


def downgrade() -> None:
    """Back: the program has to be the owner again."""
    op.execute(f"ALTER FUNCTION {BALANCES} SECURITY INVOKER RESET search_path")
    for function in VALUES:
        op.execute(f"ALTER FUNCTION {function} SET search_path FROM CURRENT")
