"""Materialized availability stays ahead of the clock, even if its job is late, doubled or interrupted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from builders import Services, a_schedule, a_user, principal_of, services_over, stored_session, stored_user
from contracts.harness import broken_transaction, owner_of, waits
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.materialized_availability import (
    AHEAD,
    RENEWED_AFTER,
    MaterializedAvailability,
    ScheduledSession,
)
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from marketplace.core.services import materialized_availability

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
WEEK = a_schedule(horizon=7)


@pytest.fixture
def timed(empty_storage: Storage) -> Services:
    return services_over(empty_storage, clock=MovableClock(NOW))


async def published(storage: Storage, timed: Services, schedule: Schedule = WEEK) -> Session:
    session = await stored_session(storage)
    await timed.schedules.replace(owner_of(session), session.id, schedule)
    return session


async def next_start(storage: Storage, timed: Services, session: Session) -> datetime | None:
    shown = await storage.catalog.find(session.id, timed.clock.now())
    return shown.next_slot.starts_at if shown and shown.next_slot else None


async def is_true(storage: Storage, timed: Services, session: Session) -> bool:
    """Return whether the catalog's next slot is the first of the list of slots."""
    now = timed.clock.now()
    slots = await timed.slots.list(None, session.id, now, now + 60 * DAY)
    return await next_start(storage, timed, session) == next((slot.starts_at for slot in slots), None)


async def work(storage: Storage, timed: Services) -> int:
    """Run the due jobs, as the worker does."""
    return await run_due(
        storage.job_queue, timed.clock.now(), {"renew_open_times": timed.materialized_availability.renew}
    )


async def outdated(storage: Storage, now: datetime) -> tuple[ScheduledSession, ...]:
    async with storage.unit_of_work() as tx:
        return await tx.sessions.acquire_outdated(now, 100)


async def test_materialized_availability_is_written_with_schedule_and_outdated_a_week_later(
    empty_storage: Storage, timed: Services
) -> None:
    session = await published(empty_storage, timed)

    assert await outdated(empty_storage, NOW + RENEWED_AFTER - SECOND) == ()
    assert await outdated(empty_storage, NOW + RENEWED_AFTER) == (
        ScheduledSession(session_id=session.id, duration=session.duration, schedule=WEEK),
    )


async def test_longest_outdated_come_first_up_to_the_limit(empty_storage: Storage, timed: Services) -> None:
    sessions = [await published(empty_storage, timed)]
    for _ in range(2):
        timed.clock.advance(DAY)
        sessions.append(await published(empty_storage, timed))

    async with empty_storage.unit_of_work() as tx:
        found = await tx.sessions.acquire_outdated(NOW + 30 * DAY, 2)

    assert [each.session_id for each in found] == [session.id for session in sessions[:2]]


@pytest.mark.parametrize("days", [1, 13, 27])
async def test_worker_late_by_less_than_four_weeks_misses_no_start(
    empty_storage: Storage, timed: Services, days: int
) -> None:
    session = await published(empty_storage, timed)
    await timed.materialized_availability.begin()
    timed.clock.advance(days * DAY)
    assert await is_true(empty_storage, timed, session)
    assert await next_start(empty_storage, timed, session) is not None

    busy = await stored_session(empty_storage, creator_id=session.creator_id, duration=1440)
    learner = principal_of(await stored_user(empty_storage))
    for number in range(1, 7):
        await timed.bookings.book(learner, busy.id, timed.clock.now() + number * DAY - 12 * timedelta(hours=1))
    assert await is_true(empty_storage, timed, session)


async def test_longer_worker_absence_omits_starts_but_never_shows_wrong_ones(
    empty_storage: Storage, timed: Services
) -> None:
    session = await published(empty_storage, timed)
    timed.clock.advance(AHEAD + 8 * DAY)
    assert await next_start(empty_storage, timed, session) is None
    assert (await timed.sessions.list(CatalogFilters(available_from=NOW), 5, None)).items == ()

    await timed.materialized_availability.renew()

    assert await is_true(empty_storage, timed, session)
    assert await next_start(empty_storage, timed, session) == timed.clock.now() + timedelta(hours=1)


async def test_renewal_job_runs_daily_and_is_deduplicated(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    await timed.materialized_availability.begin()
    await timed.materialized_availability.begin()
    assert await work(empty_storage, timed) == 1
    assert await work(empty_storage, timed) == 0

    days = []
    for _ in range(60):
        timed.clock.advance(DAY)
        days.append(await work(empty_storage, timed))
        assert await outdated(empty_storage, timed.clock.now()) == ()

    assert days == [1] * 60
    assert await is_true(empty_storage, timed, session)


async def test_large_renewal_is_split_into_short_jobs(empty_storage: Storage, timed: Services) -> None:
    sessions = [await published(empty_storage, timed) for _ in range(7)]
    timed.clock.advance(RENEWED_AFTER)
    service = materialized_availability.MaterializedAvailabilityService(
        unit_of_work=empty_storage.unit_of_work, clock=timed.clock, sessions_per_transaction=2, transactions_per_job=2
    )
    await service.begin()
    left = []
    for _ in range(4):
        await run_due(empty_storage.job_queue, timed.clock.now(), {"renew_open_times": service.renew})
        left.append(len(await outdated(empty_storage, timed.clock.now())))
        timed.clock.advance(materialized_availability.PAUSE)

    assert left == [3, 0, 0, 0]
    assert all([await is_true(empty_storage, timed, session) for session in sessions])


async def test_concurrent_renewals_renew_everything(empty_storage: Storage, timed: Services) -> None:
    for _ in range(30):
        await published(empty_storage, timed)
    timed.clock.advance(RENEWED_AFTER)

    await asyncio.gather(*(timed.materialized_availability.renew() for _ in range(3)))

    assert await outdated(empty_storage, timed.clock.now()) == ()


async def test_rolled_back_renewal_is_repeated(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    later = NOW + RENEWED_AFTER
    async with broken_transaction(empty_storage) as tx:
        (found,) = await tx.sessions.acquire_outdated(later, 1)
        await tx.sessions.save_materialized(session.id, found.materialized(later))

    assert len(await outdated(empty_storage, later)) == 1


async def test_schedule_change_during_renewal_wins(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    timed.clock.advance(RENEWED_AFTER)
    now, changed = timed.clock.now(), replace(WEEK, notice=3000)
    async with empty_storage.unit_of_work() as tx:
        (found,) = await tx.sessions.acquire_outdated(now, 1)
        change = asyncio.create_task(timed.schedules.replace(owner_of(session), session.id, changed))
        assert await waits(change)
        await tx.sessions.save_materialized(session.id, found.materialized(now))
    await change

    assert await is_true(empty_storage, timed, session)
    assert await outdated(empty_storage, now) == ()


async def test_renewal_does_not_overwrite_concurrent_change(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    timed.clock.advance(RENEWED_AFTER)
    now = timed.clock.now()
    single = replace(WEEK, weekly=())
    async with empty_storage.unit_of_work() as tx:
        await tx.sessions.acquire(session.id)
        await tx.sessions.save_schedule(session.id, single, MaterializedAvailability.of(single, session.duration, now))
        renewal = asyncio.create_task(timed.materialized_availability.renew())
        await asyncio.wait({renewal}, timeout=0.1)
    await renewal

    assert await next_start(empty_storage, timed, session) is None
    assert await is_true(empty_storage, timed, session)


async def test_bookings_and_edits_are_not_blocked_by_renewal(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    later = NOW + RENEWED_AFTER
    learner = principal_of(await stored_user(empty_storage))
    async with empty_storage.unit_of_work() as tx:
        assert await tx.sessions.acquire_outdated(later, 1)
        await asyncio.wait_for(timed.bookings.book(learner, session.id, NOW + timedelta(hours=1)), 4)
        await asyncio.wait_for(timed.sessions.change(owner_of(session), session.id, {"title": "Other"}), 4)


async def test_ended_archived_or_by_arrangement_session_needs_no_renewal(
    empty_storage: Storage, timed: Services
) -> None:
    over = await published(empty_storage, timed, replace(WEEK, valid_until=NOW.date() + DAY))
    archived, opened = [await published(empty_storage, timed) for _ in range(2)]
    await timed.sessions.archive(owner_of(archived), archived.id)
    await timed.schedules.replace(owner_of(opened), opened.id, None)
    timed.clock.advance(RENEWED_AFTER)
    assert [each.session_id for each in await outdated(empty_storage, timed.clock.now())] == [over.id]

    await timed.materialized_availability.renew()
    timed.clock.advance(1000 * DAY)
    assert await outdated(empty_storage, timed.clock.now()) == ()


async def test_unknown_time_zone_does_not_block_other_renewals(empty_storage: Storage, timed: Services) -> None:
    strange = replace(WEEK, time_zone="Mars/Olympus")
    session, other = [await published(empty_storage, timed) for _ in range(2)]
    async with empty_storage.unit_of_work() as tx:
        await tx.sessions.acquire(session.id)
        await tx.sessions.save_schedule(session.id, strange, MaterializedAvailability.of(strange, 60, NOW))
    timed.clock.advance(AHEAD + 8 * DAY)

    await timed.materialized_availability.renew()

    assert await next_start(empty_storage, timed, session) is None
    assert await is_true(empty_storage, timed, other)


async def test_new_duration_updates_materialized_availability_at_once(empty_storage: Storage, timed: Services) -> None:
    session = await published(empty_storage, timed)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    await timed.sessions.change(owner, session.id, {"duration": 90})
    (found,) = await outdated(empty_storage, NOW + RENEWED_AFTER)

    assert found.duration == 90
    assert await next_start(empty_storage, timed, session) == datetime(2030, 1, 7, 10, 30, tzinfo=UTC)
    assert await is_true(empty_storage, timed, session)


async def test_sessions_without_schedule_are_never_outdated(empty_storage: Storage, timed: Services) -> None:
    await stored_session(empty_storage)
    await timed.materialized_availability.renew()

    assert await outdated(empty_storage, NOW + 1000 * DAY) == ()
    assert await empty_storage.catalog.find(UUID(int=0), NOW) is None
