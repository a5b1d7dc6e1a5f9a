"""The ledger: appending transactions, and reading balances."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.ledger import Account, Balance, LedgerTransaction
from marketplace.core.domain.pages import Page


class Ledger(Protocol):
    """The ledger within a transaction. Post last: it locks the balances of the owned accounts, by owner and purpose.

    Every adapter refuses, whatever the services do, a transaction that does not sum to zero per currency, entries added
    to an older one, and any change or deletion.
    """

    async def post(self, transaction: LedgerTransaction) -> bool:
        """Append a transaction. Return `False`, and change nothing, if one with the same `once` exists."""
        ...

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        """Return the transactions of a booking, oldest first."""
        ...


class LedgerBooks(Protocol):
    """Reads of the ledger, one statement each, outside a transaction."""

    async def balance(self, creator_id: UUID, currency: str) -> Balance:
        """Return what is held for a creator and what they earned. Costs the same however long the ledger is."""
        ...

    async def account(self, account: Account, currency: str) -> int:
        """Return the sum of an account. Those of the marketplace cost all their entries."""
        ...

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        """Return the transactions of a booking, oldest first."""
        ...

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None) -> Page[LedgerTransaction]:
        """Return a page of the transactions of a creator's bookings, newest first."""
        ...

    async def imbalances(self) -> Sequence[tuple[UUID, str, int]]:
        """Return transactions that do not sum to zero, and kept balances that are not the sum of their entries."""
        ...

    async def since(self, since: datetime, limit: int, after: str | None) -> Page[LedgerTransaction]:
        """Return a page of all transactions since an instant, oldest first, for the export."""
        ...
