"""Plans of notifications, of a person who has 100,000, most of them unread."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest_asyncio

from fakes import NOW
from marketplace.core.domain.notifications import MAX_UNREAD
from postgres.large_dataset import Size, load, numbered
from postgres.query_plans import Watched, carried_out, costly, plans, watched

BUSY = numbered("user", 7)
FILL = """
    INSERT INTO notifications (id, user_id, kind, booking_id, created_at, source, read_at)
    SELECT gen_random_uuid(), $1, 'booked', b.id, '2030-01-01Z'::timestamptz + n * interval '1 s', 'step-' || n,
        CASE WHEN n % 10 = 0 THEN now() END
    FROM (SELECT id FROM bookings ORDER BY id LIMIT 100) b, generate_series(1, 1000) n
"""
WAITS = """
    INSERT INTO waitlist_entries
        (id, session_id, creator_id, user_id, starts_at, seats, status, created_at, closes_at, ended_at)
    SELECT gen_random_uuid(), session_id, creator_id, $1, starts_at, 1, 'left', now(), starts_at, now() FROM slots
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(database: str) -> str:
    await load(database, Size(sessions=2_000, slots=2_000))
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(FILL, BUSY)
        await connection.execute(WAITS, BUSY)
        await connection.execute("VACUUM ANALYZE notifications, waitlist_entries")
    finally:
        await connection.close()
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    async with watched(loaded) as opened:
        yield opened


async def test_page_costs_what_it_shows_also_far_back(loaded: str, program: Watched) -> None:
    feeds = program.storage.notifications
    far = (await feeds.of_user(BUSY, 50_000, None)).next

    for after in (None, far):
        found = await carried_out(loaded, program, feeds.of_user(BUSY, 20, after))
        assert costly(found, blocks=400, rows=3 * 21) == []


async def test_unread_are_counted_to_a_maximum(loaded: str, program: Watched) -> None:
    feeds = program.storage.notifications
    assert await feeds.count_unread(BUSY, MAX_UNREAD) == MAX_UNREAD

    found = await carried_out(loaded, program, feeds.count_unread(BUSY, MAX_UNREAD))

    assert costly(found, blocks=150, rows=MAX_UNREAD) == []


async def test_change_of_a_session_reads_its_upcoming_live_bookings(loaded: str, program: Watched) -> None:
    async def write(session: UUID) -> None:
        async with program.storage.unit_of_work() as tx:
            at = datetime(2029, 1, 1, tzinfo=UTC)
            await tx.notifications.add_of_session(session, at, datetime(2031, 1, 1, tzinfo=UTC), "event-1")

    sent = [each for each in await program.sent_by(write(numbered("session", 1))) if "INSERT" in each.query]

    assert costly(await plans(loaded, sent), blocks=400, rows=16) == []


async def test_purge_reads_what_it_deletes(loaded: str, program: Watched) -> None:
    async def purge() -> None:
        async with program.storage.unit_of_work() as tx:
            assert await tx.notifications.purge(NOW.replace(year=2028)) == 0

    sent = [each for each in await program.sent_by(purge()) if "DELETE" in each.query]

    assert costly(await plans(loaded, sent), blocks=20, rows=0) == []
