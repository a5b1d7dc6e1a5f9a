"""Payments, what was asked of their provider, and the ledger, which can only be appended to."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

KINDS: dict[str, Any] = {
    "uuid": sa.Uuid(),
    "text": sa.Text(),
    "moment": sa.DateTime(timezone=True),
    "bigint": sa.BigInteger(),
    "smallint": sa.SmallInteger(),
    "boolean": sa.Boolean(),
}
POSTED_IN = sa.text("pg_current_xact_id()::text::bigint")
OWNED = "'earned', 'held', 'paid_in', 'returned'"
PURPOSES = "'paid_in', 'returned', 'held', 'earned', 'commission', 'fee'"
REFUSE = """
    CREATE FUNCTION refuse_to_change_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append-only: % of % refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$
"""
# In order of the key, so that transactions that change the same balances wait for each other instead of deadlocking.
KEEP = """
    CREATE FUNCTION keep_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM added a JOIN ledger_transactions t ON t.id = a.transaction_id
            WHERE t.posted_in <> pg_current_xact_id()::text::bigint OR t.currency <> a.currency) THEN
            RAISE EXCEPTION 'the ledger is append-only: entries of an earlier transaction or another currency refused'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        INSERT INTO ledger_balances AS b (owner_id, purpose, currency, balance)
            SELECT owner_id, purpose, currency, sum(amount) FROM added WHERE owner_id IS NOT NULL
            GROUP BY owner_id, purpose, currency ORDER BY owner_id, purpose, currency
            ON CONFLICT (owner_id, purpose, currency) DO UPDATE SET balance = b.balance + excluded.balance;
        RETURN NULL;
    END $$
"""
CHECK_TRANSACTION = """
    CREATE FUNCTION check_ledger_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM ledger_entries WHERE transaction_id = NEW.id) THEN
            RAISE EXCEPTION 'transaction % of the ledger has no entries', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
"""
CHECK_ENTRY = """
    CREATE FUNCTION check_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT sum(amount) FROM ledger_entries
            WHERE transaction_id = NEW.transaction_id AND currency = NEW.currency) <> 0 THEN
            RAISE EXCEPTION 'transaction % of the ledger does not sum to zero in %', NEW.transaction_id, NEW.currency
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
"""
FUNCTIONS = {
    "refuse_to_change_the_ledger": REFUSE,
    "keep_ledger_balances": KEEP,
    "check_ledger_transaction": CHECK_TRANSACTION,
    "check_ledger_entry": CHECK_ENTRY,
}
# of the statement, so that one that finds no row is refused too
APPEND_ONLY = """
    CREATE TRIGGER {} BEFORE UPDATE OR DELETE OR TRUNCATE ON {}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_ledger()
"""
TRIGGERS = {
    ("ledger_transactions", "ledger_transactions_are_append_only"): APPEND_ONLY,
    ("ledger_entries", "ledger_entries_are_append_only"): APPEND_ONLY,
    ("ledger_balances", "ledger_balances_are_kept"): """
        CREATE TRIGGER {} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {}
        FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_to_change_the_ledger()
    """,
    ("ledger_entries", "ledger_entries_move_balances"): """
        CREATE TRIGGER {} AFTER INSERT ON {} REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger_balances()
    """,
    ("ledger_transactions", "ledger_transactions_have_entries"): """
        CREATE CONSTRAINT TRIGGER {} AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION check_ledger_transaction()
    """,
    ("ledger_entries", "ledger_entries_sum_to_zero"): """
        CREATE CONSTRAINT TRIGGER {} AFTER INSERT ON {} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION check_ledger_entry()
    """,
}


def upgrade() -> None:
    """Add tables that the release before does not use."""
    op.execute("CREATE SEQUENCE payment_receipt_numbers")
    _create_payments()
    _create_operations()
    _create_what_staff_see()
    _create_ledger()
    for statement in FUNCTIONS.values():
        op.execute(statement)
    for (table, trigger), statement in TRIGGERS.items():
        op.execute(statement.format(trigger, table))
        # also where a connection leaves out triggers, as replication does
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    """Drop them: what was paid is no longer known here."""
    for table in ("ledger_balances", "ledger_entries", "ledger_transactions"):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
    for table in ("creator_commissions", "parked_payments", "payment_events", "payment_operations", "payments"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE payment_receipt_numbers")


def _create_payments() -> None:
    table = "payments"
    op.create_table(
        table,
        *_columns(
            "id uuid, booking_id uuid, creator_id uuid, user_id uuid, amount bigint, currency text, "
            "commission smallint, captures_later boolean, status text, provider text, provider_id text?, "
            "url text?, expires_at moment, created_at moment, paid_at moment?, decline_reason text?, "
            "captured bigint, refund_claimed bigint, refunded bigint, parked text?, receipt_number bigint?"
        ),
        sa.CheckConstraint(
            "status IN ('due', 'open', 'authorized', 'paid', 'voided')", name=op.f("ck_payments_status")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payments_amount")),
        sa.CheckConstraint("captured >= 0", name=op.f("ck_payments_captured")),
        sa.CheckConstraint("refund_claimed BETWEEN 0 AND captured", name=op.f("ck_payments_refund_claimed")),
        sa.CheckConstraint("refunded BETWEEN 0 AND refund_claimed", name=op.f("ck_payments_refunded")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_payments_booking_id_bookings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_booking_id", table, ["booking_id", "id"])
    op.create_index("ix_payments_created_at", table, ["created_at", "id"])
    unsettled = sa.text("status IN ('due', 'open')")
    op.create_index("ix_payments_unsettled", table, ["expires_at", "id"], postgresql_where=unsettled)
    for name, columns in {
        "uq_payments_provider_id": ["provider_id", "provider"],
        "uq_payments_receipt_number": ["receipt_number"],
    }.items():
        where = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, table, columns, unique=True, postgresql_where=where)


def _create_operations() -> None:
    op.create_table(
        "payment_operations",
        *_columns(
            "id uuid, payment_id uuid, booking_id uuid, creator_id uuid, kind text, amount bigint, "
            "cause text, once text, state text, created_at moment, settled_at moment?, attempts smallint, "
            "leased_until moment?, provider_ref text?, error text?, actor_id uuid?, reason text"
        ),
        sa.CheckConstraint("kind IN ('open', 'capture', 'void', 'refund')", name=op.f("ck_payment_operations_kind")),
        sa.CheckConstraint(
            "state IN ('asked', 'done', 'refused', 'unknown')", name=op.f("ck_payment_operations_state")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_payment_operations_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_operations_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_operations")),
    )
    op.create_index("uq_payment_operations_once", "payment_operations", ["payment_id", "once"], unique=True)
    op.create_table(
        "payment_events",
        *_columns("provider text, id text, kind text, provider_id text?, payment_id uuid?, recorded_at moment"),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_payment_events")),
    )
    op.create_index("ix_payment_events_recorded_at", "payment_events", ["recorded_at"])


def _create_what_staff_see() -> None:
    table = "parked_payments"
    op.create_table(
        table,
        *_columns(
            "id uuid, reason text, payment_id uuid?, provider text, provider_id text?, expected bigint?, "
            "found bigint?, currency text?, found_at moment, resolved_at moment?, resolved_by uuid?, "
            "resolution text"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_payments")),
    )
    waiting = sa.text("resolved_at IS NULL")
    op.create_index("ix_parked_payments_newest", table, ["found_at", "id"], postgresql_where=waiting)
    op.create_index(
        "uq_parked_payments_unresolved",
        table,
        ["reason", "provider", "provider_id", "payment_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=waiting,
    )
    op.create_table(
        "creator_commissions",
        *_columns("creator_id uuid, basis_points smallint, set_by uuid, set_at moment"),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 5000", name=op.f("ck_creator_commissions_basis_points")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_creator_commissions_creator_id_users")),
        sa.PrimaryKeyConstraint("creator_id", name=op.f("pk_creator_commissions")),
    )


def _create_ledger() -> None:
    transactions = "ledger_transactions"
    op.create_table(
        transactions,
        *_columns(
            "id uuid, kind text, once text, at moment, currency text, booking_id uuid, payment_id uuid, "
            "creator_id uuid, reverses uuid?"
        ),
        # A forged number is of no use: its transaction would have no entries at commit.
        sa.Column("posted_in", KINDS["bigint"], nullable=False, server_default=POSTED_IN),
        sa.CheckConstraint("kind IN ('payment', 'earning', 'refund', 'fee')", name=op.f("ck_ledger_transactions_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transactions")),
    )
    op.create_index("uq_ledger_transactions_once", transactions, ["once"], unique=True)
    op.create_index("ix_ledger_transactions_at", transactions, ["at", "id"])
    op.create_index("ix_ledger_transactions_booking_id_at", transactions, ["booking_id", "at", "id"])
    op.create_index("ix_ledger_transactions_creator_id_at", transactions, ["creator_id", "at", "id"])
    op.create_table(
        "ledger_entries",
        *_columns("transaction_id uuid, place smallint, purpose text, owner_id uuid?, amount bigint, currency text"),
        sa.CheckConstraint(f"purpose IN ({PURPOSES})", name=op.f("ck_ledger_entries_purpose")),
        sa.CheckConstraint(f"(purpose IN ({OWNED})) = (owner_id IS NOT NULL)", name=op.f("ck_ledger_entries_owner")),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name=op.f("fk_ledger_entries_transaction_id_ledger_transactions"),
        ),
        sa.PrimaryKeyConstraint("transaction_id", "place", name=op.f("pk_ledger_entries")),
    )
    op.create_table(
        "ledger_balances",
        *_columns("owner_id uuid, purpose text, currency text, balance bigint"),
        sa.PrimaryKeyConstraint("owner_id", "purpose", "currency", name=op.f("pk_ledger_balances")),
        postgresql_with={"fillfactor": 80},
    )


def _columns(described: str) -> Iterator[sa.Column[Any]]:
    """Yield the columns of `name kind, …`, those that can be NULL with a question mark."""
    for each in described.split(", "):
        name, kind = each.rstrip("?").split()
        yield sa.Column(name, KINDS[kind], nullable=each.endswith("?"))
