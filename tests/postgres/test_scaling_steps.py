"""What docs/scaling.md states about partitions and nodes, as far as one PostgreSQL can show it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from postgres.workers import becomes

PAGE = Path(__file__).parents[2] / "docs" / "scaling.md"
BY_MONTH = """
    CREATE TABLE by_month (LIKE bookings INCLUDING DEFAULTS) PARTITION BY RANGE (starts_at);
    CREATE TABLE by_month_1 PARTITION OF by_month FOR VALUES FROM ('2030-01-01Z') TO ('2030-02-01Z');
    CREATE TABLE by_month_2 PARTITION OF by_month FOR VALUES FROM ('2030-02-01Z') TO ('2030-03-01Z');
"""
ONE_LIVE = """
    CREATE UNIQUE INDEX one_live ON by_month (user_id, session_id, starts_at) WHERE status IN ('pending', 'confirmed')
"""
WITHOUT_CREATOR = """
    SELECT i.indrelid::regclass::text || ' ' || i.indexrelid::regclass::text
    FROM pg_index i WHERE i.indisunique AND i.indrelid = ANY($1::regclass[]) AND NOT EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attname = 'creator_id' AND a.attnum = ANY(i.indkey::int2[]))
    ORDER BY 1
"""
WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


@pytest_asyncio.fixture(loop_scope="module")
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    opened: asyncpg.Connection = await asyncpg.connect(database)
    transaction = opened.transaction()
    await transaction.start()
    yield opened
    await transaction.rollback()
    await opened.close()


async def refused(connection: asyncpg.Connection, statement: str) -> bool:
    """Return whether PostgreSQL rejects the statement as unsupported."""
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except (asyncpg.FeatureNotSupportedError, asyncpg.InvalidForeignKeyError):
        return True
    return False


async def test_bookings_by_month_hold_one_live_booking_per_person_and_slot(connection: asyncpg.Connection) -> None:
    await connection.execute(BY_MONTH)
    assert not await refused(connection, ONE_LIVE)


async def test_bookings_by_month_have_their_start_in_every_key(connection: asyncpg.Connection) -> None:
    await connection.execute(BY_MONTH)
    assert await refused(connection, "ALTER TABLE by_month ADD PRIMARY KEY (id)")
    assert await refused(connection, "ALTER TABLE booking_steps ADD FOREIGN KEY (booking_id) REFERENCES by_month (id)")

    await connection.execute("ALTER TABLE by_month ADD PRIMARY KEY (id, starts_at)")
    await connection.execute("ALTER TABLE booking_steps ADD starts_at timestamptz")
    assert not await refused(
        connection,
        "ALTER TABLE booking_steps ADD FOREIGN KEY (booking_id, starts_at) REFERENCES by_month ON UPDATE CASCADE",
    )


async def test_steps_follow_booking_rescheduled_to_another_month(connection: asyncpg.Connection) -> None:
    await connection.execute(BY_MONTH)
    await connection.execute("""
        ALTER TABLE by_month ADD PRIMARY KEY (id, starts_at);
        CREATE TABLE steps (booking_id uuid, starts_at timestamptz,
            FOREIGN KEY (booking_id, starts_at) REFERENCES by_month ON UPDATE CASCADE) PARTITION BY RANGE (starts_at);
        CREATE TABLE steps_1 PARTITION OF steps FOR VALUES FROM ('2030-01-01Z') TO ('2030-02-01Z');
        CREATE TABLE steps_2 PARTITION OF steps FOR VALUES FROM ('2030-02-01Z') TO ('2030-03-01Z');
        INSERT INTO by_month (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
            SELECT u, u, u, u, '2030-01-15Z', 1, 1, 'confirmed', now() FROM gen_random_uuid() u;
        INSERT INTO steps SELECT id, starts_at FROM by_month;
        UPDATE by_month SET starts_at = '2030-02-15Z'
    """)
    assert await connection.fetchval("SELECT count(*) FROM steps_2") == 1


async def test_lock_wait_on_booking_moved_to_another_partition_is_a_serialization_error(
    empty_database: str,
) -> None:
    moves, waits = [await asyncpg.connect(empty_database) for _ in range(2)]
    await moves.execute(BY_MONTH)
    await moves.execute("""
        INSERT INTO by_month (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
            SELECT u, u, u, u, '2030-01-15Z', 1, 1, 'confirmed', now() FROM gen_random_uuid() u;
    """)
    async with moves.transaction():
        await moves.execute("UPDATE by_month SET starts_at = '2030-02-15Z'")
        waiting = asyncio.create_task(waits.execute("SELECT FROM by_month FOR NO KEY UPDATE"))
        assert await becomes(empty_database, WAITING, 1)
    with pytest.raises(asyncpg.SerializationError):
        await waiting
    for each in (moves, waits):
        await each.close()


async def test_statements_of_scaling_page_run(connection: asyncpg.Connection) -> None:
    blocks = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        await connection.fetch(block)


async def test_keys_to_change_for_partitioning_by_creator_match_scaling_page(connection: asyncpg.Connection) -> None:
    tables = ["sessions", "slots", "bookings", "booking_steps"]
    keys = {row[0] for row in await connection.fetch(WITHOUT_CREATOR, tables)}
    assert keys == {
        "booking_steps pk_booking_steps",
        "bookings pk_bookings",
        "bookings uq_bookings_one_live_per_person_and_slot",
        "sessions pk_sessions",
        "slots pk_slots",
    }
    have = "SELECT table_name FROM information_schema.columns WHERE column_name = 'creator_id' AND table_name = ANY($1)"
    having = {row[0] for row in await connection.fetch(have, [*tables, "jobs", "open_times"])}
    assert having == {"sessions", "slots", "bookings"}
