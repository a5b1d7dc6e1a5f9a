"""Tables of payments and of the ledger, which is keyed by `once`."""

from datetime import datetime
from itertools import count
from uuid import UUID

from marketplace.adapters.memory.records import BalanceKey
from marketplace.adapters.memory.tables import Table
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payments import Payment, PaymentOperation
from marketplace.core.ports.payments import ParkedPayment


class MoneyTables:
    """Part of the database."""

    def __init__(self) -> None:
        self.payments: Table[UUID, Payment] = Table("payments", lambda row: row.booking_id)
        self.operations: Table[UUID, PaymentOperation] = Table("payment_operations", lambda row: row.payment_id)
        self.events: Table[tuple[str, str], datetime] = Table("payment_events")
        self.parked: Table[UUID, ParkedPayment] = Table("parked_payments")
        self.commissions: Table[UUID, int] = Table("commissions")
        self.ledger: Table[str, LedgerTransaction] = Table("ledger", lambda row: row.booking_id)
        self.balances: Table[BalanceKey, int] = Table("balances")
        self.receipt_numbers = count(1)
