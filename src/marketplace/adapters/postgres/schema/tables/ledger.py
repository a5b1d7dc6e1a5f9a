"""Tables of the ledger. Its triggers are created by the migration."""

from datetime import datetime
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.adapters.postgres.schema.tables.checks import one_of
from marketplace.core.domain.ledger import OWNED, Purpose, TransactionKind

OWNED_PURPOSES = ", ".join(f"'{each}'" for each in sorted(OWNED))


class LedgerTransactionTable(DefaultBase):
    """Transactions of the ledger. Triggers reject UPDATE, DELETE and TRUNCATE, and one without entries at commit.

    `posted_in` is the number of the database transaction: entries can be added in it only. No foreign keys to other
    tables: an insert must not wait for their locks.
    """

    __tablename__ = "ledger_transactions"
    __table_args__ = (
        one_of("kind", TransactionKind),
        Index("uq_ledger_transactions_once", "once", unique=True),
        Index("ix_ledger_transactions_at", "at", "id"),
        Index("ix_ledger_transactions_booking_id_at", "booking_id", "at", "id"),
        Index("ix_ledger_transactions_of_creators", "creator_id", "at", "id", postgresql_where=text("kind <> 'fee'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    once: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    currency: Mapped[str] = mapped_column(Text)
    booking_id: Mapped[UUID]
    payment_id: Mapped[UUID]
    creator_id: Mapped[UUID]
    reverses: Mapped[UUID | None]
    posted_in: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))


class LedgerEntryTable(DefaultBase):
    """Entries of transactions in minor units. Triggers reject UPDATE, DELETE and TRUNCATE, and keep the balances.

    At commit another one rejects a transaction whose entries do not sum to zero per currency.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        one_of("purpose", Purpose),
        CheckConstraint(f"(purpose IN ({OWNED_PURPOSES})) = (owner_id IS NOT NULL)", name="owner"),
    )

    transaction_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_transactions.id"), primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(Text)


class LedgerBalanceTable(DefaultBase):
    """The sums of the entries of owned accounts. Only the trigger of the entries writes it.

    `fillfactor` leaves space for heap-only (HOT) updates.
    """

    __tablename__ = "ledger_balances"
    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    currency: Mapped[str] = mapped_column(Text, primary_key=True)
    balance: Mapped[int] = mapped_column(BigInteger)
