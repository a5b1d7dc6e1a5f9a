"""An edit of a session that is sold out for months: its statements, its jobs, and those who book meanwhile."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from builders import TOMORROW, principal_of, services_over, stored_booking, stored_session, stored_users
from contracts.harness import at_once
from marketplace.adapters.postgres.connection.locks import BLOCK_BUYERS
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage
from postgres.booked_session import fill_session
from postgres.query_plans import watched

SEATS = 100
CONNECTIONS = 4


async def sold_session(dsn: str, storage: Storage, *, slots: int) -> tuple[Session, User]:
    """Store a session with this many hours, each with `SEATS` bookings."""
    creator, *buyers = await stored_users(storage, SEATS + 1, role="creator")
    session = await stored_session(storage, creator_id=creator.id, duration=60, max_participants=2 * SEATS)
    await fill_session(dsn, storage, session, buyers[0].id, first=TOMORROW, slots=slots, seats=SEATS)
    return session, creator


async def jobs_of(dsn: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch("SELECT id, kind, subject, run_at FROM jobs ORDER BY id")]
    finally:
        await connection.close()


@pytest.mark.parametrize("change", [{"duration": 30}, {"max_participants": SEATS}])
async def test_edit_takes_as_many_statements_however_much_is_sold_and_leaves_its_jobs(
    empty_database: str, change: dict[str, object]
) -> None:
    async with watched(empty_database) as program:
        services, sent = services_over(program.storage), []
        for slots in (2, 50):
            session, creator = await sold_session(empty_database, program.storage, slots=slots)
            before = await jobs_of(empty_database)
            assert len(before) >= slots * SEATS

            edit = services.sessions.change(principal_of(creator), session.id, change)
            sent.append([each.query for each in await program.sent_by(edit)])
            again = services.sessions.change(principal_of(creator), session.id, {"duration": 45})
            await again

            assert await jobs_of(empty_database) == before

    assert sent[0] == sent[1]
    assert len(sent[0]) < 20


async def test_buyers_who_wait_for_an_edit_leave_connections_to_others(database: str) -> None:
    own = await connect(database, PoolLimits(min_size=1, max_size=CONNECTIONS, lock_timeout=timedelta(minutes=1)))
    storage = postgres_storage(own)
    services, buyers = services_over(storage), await stored_users(storage, 5 * CONNECTIONS)
    session = await stored_session(storage, max_participants=10)
    starts = [TOMORROW + timedelta(hours=number) for number in range(len(buyers))]
    for start in starts:
        await stored_booking(storage, session, starts_at=start)
    editor = await asyncpg.connect(database)
    async with editor.transaction():
        await editor.execute(BLOCK_BUYERS, session.creator_id)
        booking = asyncio.create_task(
            at_once(
                services.bookings.book(principal_of(buyer), session.id, start)
                for buyer, start in zip(buyers, starts, strict=True)
            )
        )
        await asyncio.sleep(0.5)
        async with asyncio.timeout(10):
            for _ in range(10):
                assert (await services.sessions.get(session.id, None)).id == session.id
        assert not booking.done()
        assert own.usage.size - own.usage.idle <= CONNECTIONS // 2
    outcome = await booking
    await editor.close()
    await own.close()

    assert outcome.reasons() == {}
    assert len(outcome.done) == len(buyers)
