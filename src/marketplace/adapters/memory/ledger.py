"""The ledger in memory. A transaction is checked when it is created, and nothing here changes one."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import Moment, moment_from, moment_text, page_of
from marketplace.adapters.memory.records import BalanceKey
from marketplace.core.domain.ledger import OWNED, Account, Balance, LedgerTransaction, Purpose, TransactionKind
from marketplace.core.domain.pages import Page
from marketplace.core.ports.ledger import Imbalance


def _moment(transaction: LedgerTransaction) -> Moment:
    return transaction.at, transaction.id


def _sums(transactions: Iterable[LedgerTransaction]) -> dict[BalanceKey, int]:
    """Return the sums of owned accounts, in the order in which their balances are locked."""
    sums: defaultdict[BalanceKey, int] = defaultdict(int)
    for each in transactions:
        for (purpose, owner_id), amount in each.entries:
            if (owner_id is not None) != (purpose in OWNED):
                raise ValueError(f"an account of {purpose} with the owner {owner_id}")
            if owner_id is not None:
                sums[owner_id, purpose, each.currency] += amount
    return dict(sorted(sums.items()))


class MemoryLedger:
    """`Ledger` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def post(self, *transactions: LedgerTransaction) -> tuple[LedgerTransaction, ...]:
        added = []
        for each in sorted(transactions, key=lambda transaction: transaction.once):
            if await self._rows.acquire_key(self._database.money.ledger, each.once) is None:
                self._rows.put(self._database.money.ledger, each.once, each)
                added.append(each)
        for key, amount in _sums(added).items():
            before = await self._rows.acquire_key(self._database.money.balances, key)
            self._rows.put(self._database.money.balances, key, (before or 0) + amount)
        return tuple(each for each in transactions if each in added)

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        await asyncio.sleep(0)
        return tuple(sorted(self._rows.group(self._database.money.ledger, booking_id), key=_moment))


class MemoryLedgerBooks:
    """`LedgerBooks` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def balance(self, creator_id: UUID, currency: str) -> Balance:
        held, earned = [
            await self.account(Account(purpose, creator_id), currency) for purpose in (Purpose.HELD, Purpose.EARNED)
        ]
        return Balance(held, earned)

    async def account(self, account: Account, currency: str) -> int:
        await asyncio.sleep(0)
        if account.owner_id is not None:
            return self._database.money.balances.rows.get((account.owner_id, account.purpose, currency), 0)
        posted = (each for each in self._database.money.ledger.rows.values() if each.currency == currency)
        return sum(entry.amount for each in posted for entry in each.entries if entry.account == account)

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        return await MemoryLedger(Rows(self._database)).of_booking(booking_id)

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None) -> Page[LedgerTransaction]:
        def is_listed(each: LedgerTransaction) -> bool:
            return each.creator_id == creator_id and each.kind is not TransactionKind.FEE

        return await self._page(is_listed, limit, after, newest_first=True)

    async def since(self, since: datetime, limit: int, after: str | None) -> Page[LedgerTransaction]:
        return await self._page(lambda each: each.at >= since, limit, after, newest_first=False)

    async def _page(
        self, is_listed: Callable[[LedgerTransaction], bool], limit: int, after: str | None, *, newest_first: bool
    ) -> Page[LedgerTransaction]:
        await asyncio.sleep(0)
        listed = sorted(filter(is_listed, self._database.money.ledger.rows.values()), key=_moment, reverse=newest_first)
        if after is not None:
            last = moment_from(json.loads(after))
            listed = [each for each in listed if (_moment(each) < last if newest_first else _moment(each) > last)]
        return page_of(listed, limit, lambda each: json.dumps(moment_text(_moment(each))))

    async def imbalances(self) -> Sequence[Imbalance]:
        await asyncio.sleep(0)
        ledger, balances = [*self._database.money.ledger.rows.values()], self._database.money.balances.rows
        sums = ((each, sum(entry.amount for entry in each.entries)) for each in ledger)
        found = [Imbalance(each.id, None, each.currency, 0, total) for each, total in sums if total]
        expected = _sums(ledger)
        for key in sorted(expected.keys() | balances.keys()):
            owner_id, purpose, currency = key
            total, kept = expected.get(key, 0), balances.get(key, 0)
            if total != kept:
                found.append(Imbalance(owner_id, Purpose(purpose), currency, total, kept))
        return found
