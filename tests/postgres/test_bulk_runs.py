"""Bulk runs whose worker is killed, and over thousands of rows."""

import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from builders import a_booking, a_session, open_slot, principal_of, services_over, stored_user, stored_users
from bulk_orders import a_staff_member
from fakes import MovableClock
from marketplace.core.domain.bulk import BulkAction, BulkKind, BulkRun
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.bulk import BulkOrder
from postgres import bulk_worker
from postgres.large_dataset import PEOPLE, numbered
from postgres.query_plans import Watched
from postgres.workers import becomes, opened, requested, worker_process
from staff_services import StaffServices, staff_over

WHY = "They all are a hoax."
STEPS = "SELECT (count(*), count(DISTINCT booking_id)) FROM booking_steps WHERE to_status = 'cancelled'"
ENTRIES = "SELECT (count(*), count(DISTINCT target_id)) FROM audit_entries WHERE action = 'booking_cancelled'"
MANY = 5_000
MAX_SECONDS = 1.0
TRIES = 20
"""Until one is as fast as it should be, since other work on the machine may slow several down."""
ORDERS: dict[tuple[BulkKind, BulkAction], Sequence[UUID]] = {
    ("sessions", "hide"): [numbered("session", number) for number in range(1, MANY + 1)],
    ("sessions", "archive"): [numbered("session", number) for number in range(1, MANY + 1)],
    ("users", "deactivate"): [numbered("user", number) for number in range(1, PEOPLE + 1)],
}


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    async with opened(empty_database) as storage:
        yield storage


def staff_of(storage: Storage, now: datetime) -> StaffServices:
    return staff_over(services_over(storage, clock=MovableClock(now)))


async def started(
    storage: Storage, kind: BulkKind, action: BulkAction, ids: Sequence[UUID], now: datetime
) -> tuple[StaffServices, BulkRun]:
    staff, who = staff_of(storage, now), await a_staff_member(storage)
    order = BulkOrder(kind=kind, action=action, rows=tuple(ids))
    return staff, (await staff.bulk.begin(who, order, WHY)).resource


async def test_bulk_run_with_killed_worker_cancels_each_of_500_bookings_once(
    empty_database: str, storage: Storage
) -> None:
    now = datetime.now(UTC)
    creator = await stored_user(storage, role="creator")
    session, starts_at = a_session(creator_id=creator.id, max_participants=500), now + timedelta(days=2)
    bookings = [a_booking(session, user.id, starts_at=starts_at, seats=1) for user in await stored_users(storage, 500)]
    async with storage.unit_of_work() as tx:
        await tx.sessions.add(session)
        for booking in bookings:
            assert await open_slot(tx, session, booking)
    staff, run = await started(storage, "bookings", "cancel", [booking.id for booking in bookings], now)

    async with worker_process(empty_database, bulk_worker.__file__) as worker:
        assert await becomes(empty_database, "SELECT changed >= 50 FROM bulk_runs", answer=True)
        worker.kill()
        await worker.wait()
    halfway = (await staff.bulk.get(run.id)).changed
    cancelled = await requested(empty_database, "SELECT count(*) FROM bookings WHERE status = 'cancelled'")
    async with worker_process(empty_database, bulk_worker.__file__):
        assert await becomes(empty_database, "SELECT state FROM bulk_runs", "finished")
        assert await becomes(empty_database, "SELECT count(*) FROM jobs WHERE kind = 'run_bulk'", 0)

    after = await staff.bulk.get(run.id)
    assert 50 <= halfway == cancelled < 500
    assert (after.total, after.changed, after.refused) == (500, 500, 0)
    assert await requested(empty_database, "SELECT seats_taken FROM slots") == 0
    assert await requested(empty_database, STEPS) == (500, 500)
    assert await requested(empty_database, ENTRIES) == (500, 500)


@pytest.mark.parametrize(("kind", "action"), ORDERS)
async def test_a_preview_of_thousands_takes_less_than_a_second(
    program: Watched, kind: BulkKind, action: BulkAction
) -> None:
    ids, now = ORDERS[kind, action], datetime(2030, 2, 2, tzinfo=UTC)
    staff, who = staff_of(program.storage, now), principal_of(await stored_user(program.storage, is_staff=True))
    order = BulkOrder(kind=kind, action=action, rows=tuple(ids))
    took = [MAX_SECONDS]
    while min(took) >= MAX_SECONDS and len(took) <= TRIES:
        started_at = time.perf_counter()
        preview = await staff.bulk.preview(who, order)
        took.append(time.perf_counter() - started_at)
        assert preview.matching == len(ids)

    assert min(took) < MAX_SECONDS, took
