"""Connections that are kept between statements are clean, bounded in number, and lent in the order of arrival."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from databases import address_of, scratch_database
from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.core.errors import Busy, TransactionConflict

PID = "SELECT pg_backend_pid() AS pid"
SLOW_TO_CANCEL = """
    CREATE FUNCTION slow_to_cancel() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(60);
    EXCEPTION WHEN query_canceled THEN
        PERFORM pg_advisory_lock(1);
    END $$
"""
CHANGED_TABLE = "ALTER TABLE changing ALTER COLUMN id TYPE bigint USING id + 1"


@pytest.fixture(scope="module")
def database(postgres_server: str) -> Iterator[str]:
    """Create a database without tables."""
    with scratch_database(postgres_server) as name:
        yield address_of(postgres_server, name)


@asynccontextmanager
async def opened(
    dsn: str, size: int, wait: float = 5.0, idle: float = 300.0, name: str = "held"
) -> AsyncIterator[Database]:
    limits = PoolLimits(
        min_size=1,
        max_size=size,
        acquire_timeout=timedelta(seconds=wait),
        idle_timeout=timedelta(seconds=idle),
    )
    database = await connect(dsn, limits, application_name=name)
    try:
        yield database
    finally:
        await database.close()


async def pid_of(database: Database) -> int:
    row = await database.fetchrow(PID)
    assert row is not None
    return int(row["pid"])


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)


async def waiters(database: Database, *, count: int) -> None:
    """Return once so many callers wait for a connection."""

    async def are_there() -> bool:
        return database.usage.waiting == count

    await until(are_there)


async def test_cancelled_connection_is_not_lent_before_its_statement_has_ended(database: str) -> None:
    other = await asyncpg.connect(database)
    await other.execute(SLOW_TO_CANCEL)
    await other.execute("SELECT pg_advisory_lock(1)")

    async def runs() -> bool:
        return bool(await other.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT slow%'"))

    async with opened(database, size=2, wait=20.0) as pool:
        cancelled_pid = await pid_of(pool)
        slow = asyncio.create_task(pool.fetchrow("SELECT slow_to_cancel()"))
        await until(runs)
        slow.cancel()
        await asyncio.wait([slow])
        assert slow.cancelled()

        assert cancelled_pid not in {await pid_of(pool) for _ in range(3)}

        await other.execute("SELECT pg_advisory_unlock(1)")
        async with pool.transaction(), pool.transaction():
            assert pool.usage.size == 2
    await other.close()


async def test_connection_left_in_a_transaction_is_rolled_back_before_it_is_lent(database: str) -> None:
    other = await asyncpg.connect(database)
    async with opened(database, size=1) as pool:
        await pool.fetch("BEGIN")
        await pool.fetch("CREATE TABLE stands_alone ()")
        assert await other.fetchval("SELECT to_regclass('stands_alone')") == "stands_alone"
    await other.close()


async def test_connection_of_a_failed_statement_is_usable_again(database: str) -> None:
    async with opened(database, size=1) as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await pool.fetchrow("SELECT 1 / 0")
        assert await pid_of(pool)


async def test_cancelled_waiter_loses_no_connection(database: str) -> None:
    async with opened(database, size=1) as pool:
        async with pool.transaction():
            waiting = asyncio.create_task(pid_of(pool))
            await waiters(pool, count=1)
            waiting.cancel()
            await asyncio.wait([waiting])
        assert await pid_of(pool)


async def test_waiter_cancelled_just_after_it_was_handed_a_connection_passes_it_on(database: str) -> None:
    async with opened(database, size=1) as pool:
        async with pool.transaction():
            waiting = asyncio.create_task(pid_of(pool))
            await waiters(pool, count=1)
        waiting.cancel()  # it has been handed over, and the waiter has not run since
        assert await pid_of(pool)
        assert waiting.cancelled()


@pytest.mark.parametrize("ticks", range(6))
async def test_waiter_cancelled_while_a_failed_connection_goes_back_keeps_no_place(database: str, ticks: int) -> None:
    waiting: list[asyncio.Task[int]] = []

    async def fail_with_a_waiter() -> None:
        async with pool.transaction():
            waiting.append(asyncio.create_task(pid_of(pool)))
            await waiters(pool, count=1)
            raise ZeroDivisionError

    async with opened(database, size=1) as pool:
        with pytest.raises(ZeroDivisionError):
            await fail_with_a_waiter()
        for _ in range(ticks):
            await asyncio.sleep(0)
        waiting[0].cancel()
        assert await pid_of(pool)


async def test_waiter_that_times_out_is_busy_and_the_next_one_is_served(database: str) -> None:
    async with opened(database, size=1, wait=2.0) as pool:
        async with pool.transaction():
            first = asyncio.create_task(pid_of(pool))
            await asyncio.sleep(1.0)
            second = asyncio.create_task(pid_of(pool))
            with pytest.raises(Busy):
                await first
        assert await second


async def test_waiters_are_served_in_order(database: str) -> None:
    served: list[int] = []

    async def wait(place: int) -> None:
        await pid_of(pool)
        served.append(place)

    async with opened(database, size=1) as pool, asyncio.TaskGroup() as group, pool.transaction():
        for place in range(10):
            group.create_task(wait(place))
        await waiters(pool, count=10)
    assert served == list(range(10))


async def test_connection_that_the_server_ended_is_replaced(database: str) -> None:
    other = await asyncpg.connect(database)
    async with opened(database, size=2) as pool:
        ended = await pid_of(pool)
        await other.execute("SELECT pg_terminate_backend($1, 5000)", ended)
        await asyncio.sleep(0.01)  # the process was gone before the answer, so its end has been read by now
        assert await pid_of(pool) != ended
        async with pool.transaction(), pool.transaction():
            assert pool.usage.size == 2
    await other.close()


async def test_callers_never_have_more_than_the_maximum_of_connections(database: str) -> None:
    counted: list[int] = []

    async def call(place: int) -> None:
        if place % 5 == 0:
            await pool.fetchrow("SELECT 1 / 0")
        if place % 7 == 0:
            async with asyncio.timeout(0.01):
                await pool.fetchrow("SELECT pg_sleep(1)")
        row = await pool.fetchrow("SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'counted'")
        counted.append(row["n"] if row else 0)

    # connections of other tests may still be ending
    async with opened(database, size=2, wait=20.0, name="counted") as pool:
        outcomes = await asyncio.gather(*map(call, range(60)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {type(None), asyncpg.DivisionByZeroError, TimeoutError}
        assert max(counted) <= 2
        assert pool.usage.waiting == 0
        async with pool.transaction(), pool.transaction():
            assert pool.usage.idle == 0
        assert pool.usage.idle == 2


async def test_close_waits_for_callers_and_serves_those_in_line(database: str) -> None:
    async with opened(database, size=1) as pool:
        running = asyncio.create_task(pool.fetchrow("SELECT pg_sleep(0.2), 1 AS n"))
        await asyncio.sleep(0.05)
        waiting = asyncio.create_task(pid_of(pool))
        await waiters(pool, count=1)
        await pool.close()
        row = await running
        assert row is not None
        assert row["n"] == 1
        assert await waiting
        with pytest.raises(Busy):
            await pid_of(pool)


async def test_unused_connections_above_the_minimum_are_closed(database: str) -> None:
    async with opened(database, size=3, idle=0.2) as pool:
        async with pool.transaction(), pool.transaction(), pool.transaction():
            assert pool.usage.size == 3

        async def is_small() -> bool:
            return pool.usage.size == 1

        await until(is_small)
        assert await pid_of(pool)


async def changing_ids(pool: Database) -> list[int]:
    return [row["id"] for row in await pool.fetch("SELECT * FROM changing")]


async def test_statement_over_a_changed_table_is_prepared_again_outside_a_transaction_only(database: str) -> None:
    other = await asyncpg.connect(database)
    await other.execute("CREATE TABLE changing (id int); INSERT INTO changing VALUES (1)")
    async with opened(database, size=1) as pool:
        assert await changing_ids(pool) == [1]
        await other.execute(CHANGED_TABLE)
        assert await changing_ids(pool) == [2]
        await other.execute("ALTER TABLE changing ALTER COLUMN id TYPE int")
        with pytest.raises(TransactionConflict):
            async with pool.transaction() as connection:
                await connection.fetchrow("SELECT * FROM changing")
        assert await changing_ids(pool) == [2]
    await other.close()


async def test_connection_of_an_ended_transaction_runs_no_more_statements(database: str) -> None:
    async with opened(database, size=1) as pool:
        async with pool.transaction() as connection:
            await connection.execute("SELECT 1")
        with pytest.raises(AttributeError):
            await connection.execute("SELECT 1")
