"""The race of two workers without the claim. If it returns the money once, or no check sees it, they prove nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from contracts.paid_marketplace import PaidMarketplace
from contracts.payment_invariants import check_at_the_end
from fakes import MovableClock
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.payments import MemoryPaymentRecords
from marketplace.adapters.memory.storage import LOCK_TIMEOUT, memory_storage
from marketplace.adapters.memory.unit_of_work import MemoryTransaction, MemoryUnitOfWork
from marketplace.core.domain.payments import PaymentOperation
from marketplace.core.ports.storage import Storage


class UnclaimedPayments(MemoryPaymentRecords):
    """Asks for what is wanted, whatever was asked before."""

    async def ask(self, operation: PaymentOperation) -> bool:
        self._rows.put(self._database.money.operations, operation.id, operation)
        return True

    async def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        tables = self._database.money
        payment = self._rows.get(tables.payments, claimed.payment_id)
        returned = payment.refunded + (claimed.amount if claimed.kind == "refund" else 0)
        self._rows.put(tables.payments, payment.id, replace(payment, refunded=returned, refund_claimed=returned))
        self._rows.put(tables.operations, claimed.id, after)
        return True


def unclaimed_storage() -> Storage:
    database = MemoryDatabase(LOCK_TIMEOUT)
    transactions = MemoryUnitOfWork(database)

    @asynccontextmanager
    async def begin() -> AsyncIterator[MemoryTransaction]:
        async with transactions() as transaction:
            transaction.payments = UnclaimedPayments(transaction.rows)
            yield transaction

    return replace(memory_storage(database), unit_of_work=begin)


async def two_workers(storage: Storage) -> tuple[PaidMarketplace, list[int]]:
    """Let two workers settle a cancelled booking. Return the amounts that the provider returned."""
    market = await PaidMarketplace.opened(storage, MovableClock())
    await market.book(0, 0, 3, 2)
    await market.open_page(0)
    await market.use_card(0, "4242424242424242")
    await market.receive(0, 1)
    await market.act(0, "learner", "cancel")
    settle = market.shop.services.payment_balance.settle
    await asyncio.gather(*(settle(market.booked[0]) for _ in range(2)))
    await market.shop.settle()
    return market, [each.amount for there in market.provider.payments() for each in there.refunds]


async def test_two_workers_without_the_claim_return_the_money_twice_and_the_checks_see_it() -> None:
    market, returned = await two_workers(unclaimed_storage())

    assert returned == [3333, 3333]
    await market.finish()
    with pytest.raises(AssertionError, match="too much was returned"):
        await check_at_the_end(market)


async def test_two_workers_with_the_claim_return_the_money_once() -> None:
    market, returned = await two_workers(memory_storage())

    assert returned == [3333]
    await market.finish()
    await check_at_the_end(market)
