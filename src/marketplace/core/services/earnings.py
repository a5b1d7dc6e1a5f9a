"""What creators earn: their balance, and every change of it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence

from marketplace.core.domain.earnings import EARNING_COLUMNS, EarningRow, earning_row
from marketplace.core.domain.ledger import Balance, LedgerTransaction
from marketplace.core.domain.money import currency
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.exports import ExportFile, ExportFiles
from marketplace.core.ports.ledger import LedgerBooks
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.personal_limits import PersonalCounts

BATCH = 500
"""Rows of an export that are read at once."""


class EarningsService:
    """Reads of a creator's earnings."""

    def __init__(
        self,
        *,
        gateway: PaymentGateway,
        books: LedgerBooks,
        bookings: BookingLists,
        users: UserDirectory,
        files: ExportFiles,
        counts: PersonalCounts,
    ) -> None:
        self._users = users
        self._gateway = gateway
        self._books = books
        self._bookings = bookings
        self._files = files
        self._counts = counts

    async def balance(self, principal: Principal) -> Balance:
        """Return what is held for the creator and what they earned. Raises `NotACreator`, `NotFound`."""
        self._gateway.get()
        principal.require_creator()
        return await self._books.balance(principal.user_id, currency().code)

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[EarningRow]:
        """Return a page of changes, newest first. Raises `NotACreator`, `NotFound`."""
        self._gateway.get()
        principal.require_creator()
        page = await self._books.of_creator(principal.user_id, limit, after)
        return page.with_items(await self._rows(page.items))

    async def export(self, principal: Principal) -> AsyncGenerator[bytes, None]:
        """Return all changes as CSV, newest first, in chunks.

        Raises `NotACreator`, `NotFound`, `NotSignedIn`, `RateLimited`.
        """
        self._gateway.get()
        (await self._users.get(principal.user_id)).current(principal).require_creator()
        await self._counts.export(principal.actor_id)
        return self._written(principal)

    async def _written(self, principal: Principal) -> AsyncGenerator[bytes, None]:
        file, after = self._files.open("csv", "earnings", EARNING_COLUMNS), None
        yield file.begin()
        while True:
            page = await self.list_own(principal, BATCH, after)
            yield await asyncio.to_thread(_cells, file, page.items)
            if page.next is None:
                break
            after = page.next
        yield file.end()

    async def _rows(self, transactions: Sequence[LedgerTransaction]) -> tuple[EarningRow, ...]:
        found = await self._bookings.histories(sorted({each.booking_id for each in transactions}))
        titles = {each.id: each.terms.title for each in found}
        return tuple(earning_row(each, titles.get(each.booking_id, "")) for each in transactions)


def _cells(file: ExportFile, rows: Iterable[EarningRow]) -> bytes:
    columns = EARNING_COLUMNS.values()
    return file.rows([[column.read(row) for column in columns] for row in rows])
