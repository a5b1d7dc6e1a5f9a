"""The catalog in the order of next slots, on either storage."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from builders import Services, a_schedule, principal_of, services_over, stored_session, stored_user
from contracts.harness import owner_of
from fakes import NOW, MovableClock
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.schedules import TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = datetime(2030, 1, 8, tzinfo=UTC)
"""The day after `NOW`."""


@pytest.fixture
def timed(storage: Storage) -> Services:
    return services_over(storage, clock=MovableClock(NOW))


@pytest_asyncio.fixture(loop_scope="module")
async def creator_id(storage: Storage) -> UUID:
    """Return a creator whose sessions a test lists, apart from those of other tests."""
    return (await stored_user(storage, role="creator")).id


async def weekly(storage: Storage, timed: Services, weekday: int, hour: int, **changes: Any) -> Session:
    """Publish a session with one start a week, or by arrangement if `hour` is 0."""
    session = await stored_session(storage, **{"duration": 60, "max_participants": 1} | changes)
    hours = WeeklyHours(weekday=weekday, hours=TimeRange(starts=time(hour), ends=time(hour + 1), step=None))
    await timed.schedules.replace(owner_of(session), session.id, a_schedule(weekly=(hours,)) if hour else None)
    return session


async def titles(
    storage: Storage, creator_id: UUID, *, limit: int = 2, now: datetime = NOW, **filters: Any
) -> list[str]:
    requested = CatalogFilters(creator=creator_id, ordering="next_slot", **filters)
    found: list[str] = []
    after: str | None = None
    while True:
        page = await storage.catalog.list(requested, limit, after, now)
        found += [session.title for session in page.items]
        after = page.next
        if after is None:
            return found


async def a_week(storage: Storage, timed: Services, creator_id: UUID) -> Session:
    """Publish sessions at several times, and return the one that is soonest."""
    await weekly(storage, timed, 6, 10, creator_id=creator_id, title="Saturday")
    await weekly(storage, timed, 1, 0, creator_id=creator_id, title="by arrangement")
    soonest = await weekly(storage, timed, 2, 10, creator_id=creator_id, title="Tuesday")
    await weekly(storage, timed, 4, 10, creator_id=creator_id, title="Thursday")
    return soonest


@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_sessions_come_by_their_next_slot_and_those_without_one_last(
    storage: Storage, timed: Services, creator_id: UUID, limit: int
) -> None:
    await a_week(storage, timed, creator_id)

    expected = ["Tuesday", "Thursday", "Saturday", "by arrangement"]
    assert await titles(storage, creator_id, limit=limit) == expected


async def test_booked_out_start_counts_no_longer(storage: Storage, timed: Services, creator_id: UUID) -> None:
    soonest = await a_week(storage, timed, creator_id)

    await timed.bookings.book(principal_of(await stored_user(storage)), soonest.id, TUESDAY + 10 * HOUR)

    assert (await titles(storage, creator_id))[:3] == ["Thursday", "Saturday", "Tuesday"]


async def test_starts_count_from_the_beginning_of_the_window(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    await a_week(storage, timed, creator_id)

    weekend: dict[str, Any] = {"available_from": TUESDAY + 4 * DAY, "available_to": TUESDAY + 6 * DAY}
    assert await titles(storage, creator_id, **weekend) == ["Saturday", "by arrangement"]
    from_wednesday = await titles(storage, creator_id, available_from=TUESDAY + DAY)
    assert from_wednesday[:3] == ["Thursday", "Saturday", "Tuesday"]


async def test_session_published_meanwhile_is_not_on_later_pages(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    await a_week(storage, timed, creator_id)
    filters = CatalogFilters(creator=creator_id, ordering="next_slot")
    first = await storage.catalog.list(filters, 2, None, NOW)
    await weekly(storage, timed, 5, 10, creator_id=creator_id, title="Friday", created_at=NOW + HOUR)

    later = await storage.catalog.list(filters, 4, first.next, NOW)

    assert [session.title for session in later.items] == ["Saturday", "by arrangement"]
