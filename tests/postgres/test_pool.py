"""Errors after a lost database connection never claim an outcome that is not known."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from builders import a_user
from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.errors import Busy, OutcomeUnknown
from migration_builder import comes
from postgres.http_clients import Books

ONE_CONNECTION = PoolLimits(min_size=1, max_size=1)
END_OWN_CONNECTION = "SELECT pg_terminate_backend(pg_backend_pid())"
IDLE = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
DEFERRED_LOSS = """
    CREATE FUNCTION lose_connection() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER lost_while_committing AFTER INSERT ON users
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose_connection();
"""


@pytest_asyncio.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    opened = await connect(empty_database, ONE_CONNECTION)
    yield opened
    await opened.close()


async def test_a_connection_lost_before_the_commit_is_busy_since_nothing_was_written(database: Database) -> None:
    with pytest.raises(Busy):
        async with database.transaction() as connection:
            await connection.execute(END_OWN_CONNECTION)
    assert await database.fetchrow("SELECT 1") is not None


async def test_connection_lost_during_commit_has_unknown_outcome(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(DEFERRED_LOSS)
    with pytest.raises(OutcomeUnknown, match="may have been made"):
        async with postgres_storage(database).unit_of_work() as tx:
            await tx.users.add(a_user())


async def test_connection_lost_during_a_write_that_commits_by_itself_has_unknown_outcome(database: Database) -> None:
    with pytest.raises(OutcomeUnknown):
        await database.write(END_OWN_CONNECTION)
    assert await database.write("SELECT 1") is not None


async def test_write_that_postgresql_refused_is_busy_since_nothing_was_written(database: Database) -> None:
    await database.fetchrow("SET statement_timeout = 20")
    with pytest.raises(Busy):
        await database.write("SELECT pg_sleep(5)")


async def test_read_only_database_is_busy_for_writes_and_still_readable(database: Database) -> None:
    await database.fetchrow("SET default_transaction_read_only = on")
    assert await database.fetchrow("SELECT id FROM users") is None
    with pytest.raises(Busy):
        async with postgres_storage(database).unit_of_work() as tx:
            await tx.users.add(a_user())


async def test_server_out_of_resources_is_busy(database: Database) -> None:
    await database.fetchrow("SET temp_file_limit = 0")
    await database.fetchrow("SET work_mem = '64kB'")
    with pytest.raises(Busy):
        await database.fetch("SELECT n FROM generate_series(1, 100000) n ORDER BY random()")


async def test_exhausted_pool_is_busy_and_recovers(empty_database: str) -> None:
    impatient = await connect(empty_database, replace(ONE_CONNECTION, acquire_timeout=timedelta(milliseconds=200)))
    async with impatient.transaction():
        with pytest.raises(Busy):
            await impatient.fetchrow("SELECT 1")
    assert await impatient.fetchrow("SELECT 1") is not None
    await impatient.close()


async def test_connection_is_never_returned_to_pool_inside_a_transaction(database: Database) -> None:
    async def leave_in_the_middle() -> None:
        async with database.transaction() as connection:
            await connection.execute("CREATE TABLE left_behind ()")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await leave_in_the_middle()
    row = await database.fetchrow("SELECT to_regclass('left_behind') IS NULL AS gone")
    assert row is not None
    assert row["gone"]


async def test_connections_have_configured_limits(empty_database: str) -> None:
    limits = PoolLimits(
        min_size=1,
        max_size=1,
        statement_timeout=timedelta(seconds=3),
        lock_timeout=timedelta(seconds=2),
        idle_in_transaction_timeout=timedelta(seconds=4),
    )
    opened = await connect(empty_database, limits)
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    rows = await opened.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", list(names))
    await opened.close()

    assert {row["name"]: row["setting"] for row in rows} == dict(zip(names, ("3000", "2000", "4000"), strict=True))


async def ended(dsn: str) -> None:
    """Wait until PostgreSQL has ended every idle transaction of the database."""
    books = Books(dsn)

    async def is_over() -> bool:
        return not await books.ask(IDLE)

    await comes(is_over)


async def test_idle_transaction_is_ended_and_reported_busy(empty_database: str) -> None:
    limits = PoolLimits(min_size=1, max_size=1, idle_in_transaction_timeout=timedelta(milliseconds=100))
    opened = await connect(empty_database, limits)

    async def think_for_too_long() -> None:
        async with opened.transaction() as connection:
            await connection.execute("CREATE TABLE left_behind ()")
            await ended(empty_database)
            await connection.execute("SELECT 1")

    with pytest.raises(Busy):
        await think_for_too_long()
    assert await opened.fetchrow("SELECT 1") is not None
    await opened.close()


async def test_transaction_ended_for_idleness_is_not_committed(empty_database: str) -> None:
    limits = PoolLimits(min_size=1, max_size=1, idle_in_transaction_timeout=timedelta(milliseconds=100))
    opened = await connect(empty_database, limits)

    async def think_before_the_end() -> None:
        async with opened.transaction() as connection:
            await connection.execute("CREATE TABLE left_behind ()")
            await ended(empty_database)

    with pytest.raises(Busy):
        await think_before_the_end()
    await opened.close()
