"""Migration of booking steps written before 0016, when a rescheduling was a sentence in the reason."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from builders import TOMORROW, principal_of, services_over, stored_session, stored_user
from fakes import MovableClock
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
SENTENCE = "Moved from 2030-01-01 09:00 to 2030-01-02 09:00 UTC."
"""A reason that any user could have written when cancelling."""

Histories = dict[UUID, list[BookingStep]]


async def histories(dsn: str, ids: list[UUID]) -> Histories:
    database = await connect(dsn)
    try:
        found = [await postgres_storage(database).booking_lists.find(booking_id) for booking_id in ids]
    finally:
        await database.close()
    return {each.id: list(each.history) for each in found if each}


async def ask(dsn: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def every_step(storage: Storage) -> list[UUID]:
    """Store bookings that together took every kind of step."""
    clock = MovableClock()
    services = services_over(storage, clock=clock)
    creator, staff = await stored_user(storage, role="creator"), await stored_user(storage, is_staff=True)
    session = await stored_session(storage, creator_id=creator.id, requires_confirmation=True, max_participants=9)
    learners = [principal_of(await stored_user(storage)) for _ in range(6)]
    owner, admin = principal_of(creator), principal_of(staff)
    bookings, move = services.bookings, services.bookings.reschedule
    ids = [(await bookings.book(learner, session.id, TOMORROW)).resource.id for learner in learners]
    rescheduled, declined, expired, completed, cancelled_bookings, taken_back = ids
    await move(learners[0], rescheduled, TOMORROW + HOUR, "The bus is late. UTC.")
    await bookings.act(owner, rescheduled, "confirm")
    await move(admin, rescheduled, TOMORROW + 3 * HOUR, "They called.")
    await move(owner, rescheduled, TOMORROW + 4 * HOUR, "Two\nlines.")
    await bookings.act(owner, rescheduled, "cancel", SENTENCE)
    await bookings.act(owner, declined, "decline", SENTENCE)
    await bookings.act(owner, completed, "confirm")
    await move(owner, completed, TOMORROW + 2 * HOUR)
    await bookings.act(learners[5], taken_back, "cancel")
    await move(learners[4], cancelled_bookings, TOMORROW + 6 * HOUR)
    await services.slots.cancel(owner, session.id, TOMORROW + 6 * HOUR, "I am ill.")
    clock.advance(timedelta(days=3))
    await bookings.settle_due(expired)
    await bookings.settle_due(completed)
    return ids


@pytest_asyncio.fixture
async def ids(empty_database: str) -> AsyncIterator[list[UUID]]:
    database = await connect(empty_database)
    try:
        yield await every_step(postgres_storage(database))
    finally:
        await database.close()


async def test_sentences_become_data_and_data_sentences_again(empty_database: str, ids: list[UUID]) -> None:
    before = await histories(empty_database, ids)

    await migrate(empty_database, "0015")
    reasons = {row["reason"] for row in await ask(empty_database, "SELECT reason FROM booking_steps")}
    await migrate(empty_database)

    assert {
        "Moved from 2030-01-08 09:00 to 2030-01-08 10:00 UTC. The bus is late. UTC.",
        "Moved from 2030-01-08 10:00 to 2030-01-08 12:00 UTC. They called.",
        "Moved from 2030-01-08 09:00 to 2030-01-08 11:00 UTC.",
        "Moved from 2030-01-08 12:00 to 2030-01-08 13:00 UTC. Two\nlines.",
        SENTENCE,
    } <= reasons
    assert await histories(empty_database, ids) == before
    actions = {step.action for steps in before.values() for step in steps}
    assert actions == {"book", "confirm", "decline", "cancel", "complete", "expire", "reschedule"}


async def test_steps_written_by_older_release_are_recognized_by_their_statuses(
    empty_database: str, ids: list[UUID]
) -> None:
    before = await histories(empty_database, ids)

    await ask(empty_database, "UPDATE booking_steps SET action = NULL")

    assert await histories(empty_database, ids) == before


@pytest.mark.parametrize("action", ["reschedule", "cancel"])
async def test_only_rescheduling_is_read_as_rescheduling(empty_database: str, ids: list[UUID], action: str) -> None:
    sql = "UPDATE booking_steps SET action = NULL, reason = '{}' WHERE action = '{}' AND booking_id = '{}' RETURNING id"
    await migrate(empty_database, "0016")
    [*_] = rows = await ask(empty_database, sql.format(f"{SENTENCE} Why?", action, ids[0]))

    await migrate(empty_database)

    steps = [step for step in (await histories(empty_database, ids))[ids[0]] if step.action == action]
    assert len(steps) == len(rows) > 0
    is_move = action == "reschedule"
    assert {step.reason for step in steps} == {"Why?" if is_move else f"{SENTENCE} Why?"}
    assert {step.to_start is not None for step in steps} == {is_move}
