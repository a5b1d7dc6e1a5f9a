"""The ledger: appending transactions, and reading balances."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from marketplace.core.domain.ledger import Account, Balance, LedgerTransaction, Purpose
from marketplace.core.domain.pages import Page


class Imbalance(NamedTuple):
    """A fault of the ledger. `found` should be `expected`."""

    subject_id: UUID
    """A transaction, or the owner of an account if `purpose` is set."""
    purpose: Purpose | None
    currency: str
    expected: int
    """Zero for a transaction; the sum of the entries for an account."""
    found: int
    """The sum of a transaction's entries; the kept balance of an account."""


class Ledger(Protocol):
    """The ledger within a transaction.

    Every adapter refuses, whatever the services do, a transaction that does not sum to zero per currency, entries added
    to an older one, and any change or deletion.
    """

    async def post(self, *transactions: LedgerTransaction) -> tuple[LedgerTransaction, ...]:
        """Append transactions, and return those appended: one whose `once` exists is left out.

        Post everything in one call, last: it locks the balances of the owned accounts by owner and purpose, and a
        second call of the same database transaction could lock them in another order.
        """
        ...

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        """Return the transactions of a booking, oldest first."""
        ...


class LedgerBooks(Protocol):
    """Reads of the ledger outside a transaction, one statement each unless said otherwise."""

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
        """Return a page of the transactions of a creator's bookings, newest first, without fees of the provider."""
        ...

    async def imbalances(self) -> Sequence[Imbalance]:
        """Return transactions that do not sum to zero, and kept balances that are not the sum of their entries.

        Reads the whole ledger, in several statements.
        """
        ...

    async def since(self, since: datetime, limit: int, after: str | None) -> Page[LedgerTransaction]:
        """Return a page of all transactions since an instant, oldest first, for the export."""
        ...
