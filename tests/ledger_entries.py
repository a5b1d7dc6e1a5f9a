"""Transactions of the ledger for tests."""

from typing import Any
from uuid import uuid4

from fakes import NOW
from marketplace.core.domain.ledger import Entry, LedgerTransaction, TransactionKind, payment_entries


def a_transaction(*entries: Entry, **changes: Any) -> LedgerTransaction:
    """Return a transaction: by default the payment of 72 euros, held for its creator."""
    creator_id = changes.pop("creator_id", None) or uuid4()
    values: dict[str, Any] = {
        "id": uuid4(),
        "kind": TransactionKind.PAYMENT,
        "once": f"payment-{uuid4()}",
        "at": NOW,
        "currency": "EUR",
        "booking_id": uuid4(),
        "payment_id": uuid4(),
        "creator_id": creator_id,
        "entries": entries or payment_entries(uuid4(), creator_id, 7_200),
    }
    return LedgerTransaction(**values | changes)
