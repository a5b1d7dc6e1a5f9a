"""The race of refunds without the guard. If no more is claimed than was captured here, that race proves nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from contracts.conftest import TIMEOUT
from contracts.harness import at_once
from databases import address_of, scratch_database
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.payments import MemoryPaymentRecords
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.memory.unit_of_work import MemoryTransaction, MemoryUnitOfWork
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.payments import PaymentOperation
from marketplace.core.ports.storage import Storage
from payment_records import an_operation, ask, stored_paid_payment


class UnguardedMemoryPayments(MemoryPaymentRecords):
    """Reads, yields, and writes without a check."""

    async def ask(self, operation: PaymentOperation) -> bool:
        tables = self._database.money
        payment = self._rows.get(tables.payments, operation.payment_id)
        if operation.amount <= payment.refundable:
            await asyncio.sleep(0.1)
            payment = self._rows.get(tables.payments, operation.payment_id)
            claimed = replace(payment, refund_claimed=payment.refund_claimed + operation.amount)
            self._rows.put(tables.operations, operation.id, operation)
            self._rows.put(tables.payments, payment.id, claimed)
        return True


@asynccontextmanager
async def unguarded_memory() -> AsyncIterator[Storage]:
    database = MemoryDatabase(TIMEOUT)
    transactions = MemoryUnitOfWork(database)

    @asynccontextmanager
    async def begin() -> AsyncIterator[MemoryTransaction]:
        async with transactions() as transaction:
            transaction.payments = UnguardedMemoryPayments(transaction.rows)
            yield transaction

    yield replace(memory_storage(database), unit_of_work=begin)


@asynccontextmanager
async def unguarded_postgres(dsn: str) -> AsyncIterator[Storage]:
    database = await connect(dsn, PoolLimits(lock_timeout=TIMEOUT))
    try:
        async with database.transaction() as connection:
            await connection.execute("ALTER TABLE payments DROP CONSTRAINT ck_payments_refund_claimed")
        yield postgres_storage(database)
    finally:
        await database.close()


@pytest.fixture
def empty_database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """Create a database that no other test uses, since a constraint of it is dropped."""
    with scratch_database(postgres_server, migrated_template) as name:
        yield address_of(postgres_server, name)


@pytest.fixture
def open_unguarded(adapter: str, request: pytest.FixtureRequest) -> AbstractAsyncContextManager[Storage]:
    return unguarded_memory() if adapter == "memory" else unguarded_postgres(request.getfixturevalue("empty_database"))


async def refunds_in_a_race(storage: Storage) -> tuple[int, int]:
    """Return what 50 refunds of 1,000 ask for together, and what was captured."""
    payment = await stored_paid_payment(storage)
    await at_once(ask(storage, an_operation(payment, amount=1_000)) for _ in range(50))
    asked = await storage.payments.operations([payment.id])
    return sum(operation.amount for operation in asked), payment.captured


async def test_race_without_guard_asks_for_more_than_was_captured(
    open_unguarded: AbstractAsyncContextManager[Storage],
) -> None:
    async with open_unguarded as storage:
        asked, captured = await refunds_in_a_race(storage)

    assert asked > captured


async def test_same_race_with_guard_asks_for_at_most_what_was_captured(storage: Storage) -> None:
    asked, captured = await refunds_in_a_race(storage)

    assert captured - 1_000 < asked <= captured
