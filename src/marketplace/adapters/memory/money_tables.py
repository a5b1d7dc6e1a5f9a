"""Tables of payments and of the ledger, which is keyed by `once`."""

from itertools import count
from uuid import UUID

from marketplace.adapters.memory.records import BalanceKey
from marketplace.adapters.memory.tables import Table
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payments import Payment, PaymentOperation, ReceivedNotice
from marketplace.core.ports.payments import ParkedPayment


class MoneyTables:
    """Part of the database."""

    def __init__(self) -> None:
        self.payments: Table[UUID, Payment] = Table("payments", lambda row: row.booking_id)
        self.operations: Table[UUID, PaymentOperation] = Table("payment_operations", lambda row: row.payment_id)
        self.events: Table[tuple[str, str], tuple[UUID | None, ReceivedNotice]] = Table("payment_events")
        self.parked: Table[UUID, ParkedPayment] = Table("parked_payments")
        self.disputes: Table[tuple[UUID, str], PaymentDispute] = Table("payment_disputes", lambda row: row.payment_id)
        self.commissions: Table[UUID, int] = Table("commissions")
        self.ledger: Table[str, LedgerTransaction] = Table("ledger", lambda row: row.booking_id)
        self.balances: Table[BalanceKey, int] = Table("balances")
        self.receipt_numbers = count(1)
