"""Seeding on PostgreSQL: killed in the middle, and completed by the next start."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from marketplace.demo.people import NEWCOMER, PEOPLE
from marketplace.demo.plan import planned_bookings
from postgres.http_clients import Books
from postgres.servers import environment, servers
from programs import Program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

POLL = 0.01
"""Seconds."""


async def seed_and_kill(dsn: str, enough: str) -> None:
    """Start seeding, and kill it once a query reports enough progress."""
    program = Program(["seed-demo"], environment(dsn))
    connection = await asyncpg.connect(dsn)
    try:
        while not await connection.fetchval(enough):
            assert program.poll() is None
            await asyncio.sleep(POLL)
    finally:
        program.kill_group()
        await connection.close()
    assert program.returncode == -9


async def test_a_seeding_that_was_killed_twice_is_completed_by_the_next_start(
    empty_database: str, tmp_path: Path
) -> None:
    await seed_and_kill(empty_database, "SELECT count(*) >= 30 FROM sessions WHERE schedule IS NOT NULL")
    await seed_and_kill(empty_database, "SELECT count(*) >= 300 FROM bookings")
    async with servers(1, empty_database, tmp_path, demo="on"):
        pass

    connection = await asyncpg.connect(empty_database)
    joined_at = await connection.fetchval("SELECT date_joined FROM users WHERE username = $1", NEWCOMER.username)
    found = await connection.fetchrow("""
        SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions),
            (SELECT count(*) FROM sessions WHERE schedule IS NOT NULL), (SELECT count(*) FROM bookings),
            (SELECT count(*) FROM booking_steps)
    """)
    await connection.close()
    planned = planned_bookings(NEWCOMER.moment(joined_at))
    assert found is not None
    assert tuple(found) == (len(PEOPLE), 80, 76, len(planned), sum(1 + len(one.steps) for one in planned))
    assert timedelta() < datetime.now(UTC) - NEWCOMER.moment(joined_at) < timedelta(minutes=5)
    assert await Books(empty_database).discrepancies() == []
