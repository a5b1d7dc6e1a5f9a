"""The race of `test_races.py` without the guard. If nothing is oversold here, that test proves nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from builders import TOMORROW, principal_of, services_over, stored_booking, stored_session, stored_users
from contracts.conftest import TIMEOUT
from contracts.harness import at_once, live_bookings
from databases import address_of, scratch_database
from marketplace.adapters.memory.booking_quotes import MemoryBookingQuotes
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.slots import MemorySlots
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.memory.unit_of_work import MemoryTransaction, MemoryUnitOfWork
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.bookings import Booking
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage

GUARD = " AND l.seats_taken + wanted <= l.capacity"
SEATS = 4
INTERRUPTION = 0.1
"""Seconds between reading and writing, long enough for other connections to read the same value."""


class UnguardedMemorySlots(MemorySlots):
    """Reads, yields, and writes without a check."""

    async def _take(self, booking: Booking, job: Job | None) -> bool:
        key = (booking.session_id, booking.starts_at)
        slot = self._rows.find(self._database.slots, key)
        if slot is None or slot.seats_taken + booking.seats > slot.capacity:
            return False
        await asyncio.sleep(INTERRUPTION)
        self._rows.put(self._database.slots, key, replace(slot, seats_taken=slot.seats_taken + booking.seats))
        self._add(booking)
        await self._enqueue(job)
        return True


class UnguardedMemoryTransaction(MemoryTransaction):
    def __init__(self, transaction: MemoryTransaction) -> None:
        super().__init__(transaction.rows)
        self.slots = UnguardedMemorySlots(transaction.rows)


@asynccontextmanager
async def unguarded_memory() -> AsyncIterator[Storage]:
    database = MemoryDatabase(TIMEOUT)
    guarded = memory_storage(database)
    transactions = MemoryUnitOfWork(database)

    @asynccontextmanager
    async def begin() -> AsyncIterator[MemoryTransaction]:
        async with transactions() as transaction:
            yield UnguardedMemoryTransaction(transaction)

    yield replace(guarded, booking_quotes=MemoryBookingQuotes(database, begin))


@asynccontextmanager
async def unguarded_postgres(dsn: str) -> AsyncIterator[Storage]:
    database = await connect(dsn, PoolLimits(lock_timeout=TIMEOUT))
    try:
        async with database.transaction() as connection:
            await connection.execute("ALTER TABLE slots DROP CONSTRAINT ck_slots_seats_within_capacity")
            (function,) = await connection.fetch("SELECT pg_get_functiondef('book_6'::regproc) AS definition")
            assert GUARD in function["definition"]
            await connection.execute(function["definition"].replace(GUARD, ""))
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


async def seats_sold_in_a_race(storage: Storage) -> int:
    services, session = services_over(storage), await stored_session(storage, max_participants=SEATS)
    await stored_booking(storage, session)
    buyers = [principal_of(user) for user in await stored_users(storage, 60)]
    await at_once(services.bookings.book(buyer, session.id, TOMORROW) for buyer in buyers)
    return len(await live_bookings(storage, session))


async def test_race_without_guard_oversells(open_unguarded: AbstractAsyncContextManager[Storage]) -> None:
    async with open_unguarded as storage:
        assert await seats_sold_in_a_race(storage) > SEATS


async def test_same_race_with_guard_sells_exactly_the_capacity(storage: Storage) -> None:
    assert await seats_sold_in_a_race(storage) == SEATS
