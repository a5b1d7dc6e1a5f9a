"""Terms of bookings that a release before migration 0025 sold."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import asyncpg

from builders import TOMORROW, a_user, principal_of, services_over, stored_booking, stored_session, stored_user
from due_jobs import run_due, take_due
from fakes import NOW, MovableClock
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.terms import Terms

HOUR = timedelta(hours=1)


async def execute(dsn: str, statement: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.execute(statement)
    finally:
        await connection.close()


async def test_old_bookings_get_the_terms_of_the_session_and_keep_their_length_and_price(empty_database: str) -> None:
    database, clock = await connect(empty_database), MovableClock()
    try:
        storage = postgres_storage(database)
        services = services_over(storage, clock=clock)
        session = await stored_session(storage, duration=60, price=Decimal("20.00"), max_participants=9)
        owner = principal_of(a_user(id=session.creator_id, role="creator"))
        learner = principal_of(await stored_user(storage))
        starts = [TOMORROW, TOMORROW + 9 * HOUR]
        started, coming = [(await services.bookings.book(learner, session.id, at, 3)).resource.id for at in starts]
        await execute(empty_database, "UPDATE bookings SET terms = NULL")
        clock.at = TOMORROW
        edits = {"title": "Yoga", "duration": 90, "price": Decimal("30.00"), "cancellation_notice": 4}
        edits["payment_method"] = "at_session"
        changed = await services.sessions.change(owner, session.id, edits)

        async def terms() -> list[Terms]:
            found = [await storage.booking_lists.find(each) for each in (started, coming)]
            return [each.terms for each in found if each]

        assert await terms() == [Terms.of(changed)] * 2
        await execute(empty_database, "UPDATE bookings SET terms = NULL, created_at = now()")
        await migrate(empty_database, "0025")
        await migrate(empty_database)

        assert await terms() == [
            Terms(title="Yoga", duration=minutes, price=Decimal("20.00"), cancellation_notice=4) for minutes in (60, 90)
        ]
        assert await execute(empty_database, "UPDATE bookings SET terms = NULL WHERE terms IS NULL") == "UPDATE 0"
    finally:
        await database.close()


async def test_migration_ends_while_the_old_release_sells_and_a_job_records_those_terms(empty_database: str) -> None:
    database, old_release = await connect(empty_database), await asyncpg.connect(empty_database)
    try:
        storage = postgres_storage(database)
        terms = services_over(storage).terms
        session = await stored_session(storage, duration=60, price=Decimal("20.00"), cancellation_notice=4)
        sold = await stored_booking(storage, session, amount=Decimal("30.00"), seats=2)
        await execute(empty_database, "UPDATE slots SET ends_at = starts_at + interval '90 min'")
        await execute(empty_database, "UPDATE bookings SET terms = NULL, created_at = now() + interval '1 hour'")
        await migrate(empty_database, "0025")
        # whenever the migration looks, there is a booking without terms that it cannot lock
        async with old_release.transaction():
            await old_release.execute("SELECT FROM bookings FOR UPDATE")
            await asyncio.wait_for(migrate(empty_database, "0026"), 10)
        await migrate(empty_database)

        await terms.begin()
        assert await run_due(storage.job_queue, NOW, {"record_terms": terms.record_missing}) == 1

        stored = json.loads(await old_release.fetchval("SELECT terms FROM bookings WHERE id = $1", sold.id))
        assert stored == {"title": session.title, "duration": 90, "price": "15.00", "cancellation_notice": 4}
        (job,) = await take_due(storage.job_queue, NOW + timedelta(days=1), "record_terms")
        assert job.run_at == (NOW + timedelta(days=1)).replace(hour=0)
    finally:
        await old_release.close()
        await database.close()
