"""Search for bookable starts in a window, on either storage."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from builders import (
    Services,
    a_schedule,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import owner_of
from fakes import NOW, MovableClock
from marketplace.core.domain.catalog import CatalogFilters, Ordering
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = datetime(2030, 1, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def timed(storage: Storage) -> Services:
    return services_over(storage, clock=MovableClock(NOW))


@pytest_asyncio.fixture(loop_scope="module")
async def creator_id(storage: Storage) -> UUID:
    """Return a creator whose sessions a test lists, apart from those of other tests."""
    return (await stored_user(storage, role="creator")).id


def at(*hours: int, **changes: Any) -> Schedule:
    """Return a schedule with a start at each of these hours, every day."""
    ranges = [TimeRange(starts=time(hour), ends=time(hour + 1), step=None) for hour in hours]
    weekly = tuple(WeeklyHours(weekday=day, hours=each) for day in range(1, 8) for each in ranges)
    return a_schedule(weekly=weekly, **changes)


async def published(
    storage: Storage, timed: Services, creator_id: UUID, schedule: Schedule | None, **changes: Any
) -> Session:
    session = await stored_session(
        storage, **{"creator_id": creator_id, "duration": 60, "max_participants": 1} | changes
    )
    await timed.schedules.replace(owner_of(session), session.id, schedule)
    return session


async def book(storage: Storage, timed: Services, session: Session, *starts: datetime) -> None:
    for start in starts:
        await timed.bookings.book(principal_of(await stored_user(storage)), session.id, start)


async def free(
    timed: Services, creator_id: UUID, begin: datetime | None = None, end: datetime | None = None, **filters: Any
) -> list[str]:
    """Return the titles of available sessions, page by page."""
    requested = CatalogFilters(creator=creator_id, available_from=begin, available_to=end, **filters)
    found: list[str] = []
    after: str | None = None
    while True:
        page = await timed.sessions.list(requested, 2, after)
        found += [session.title for session in page.items]
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (TUESDAY, TUESDAY + DAY, ["early", "late"]),
        (TUESDAY + 9 * HOUR, TUESDAY + 9 * HOUR + MOMENT, ["early"]),
        (TUESDAY + 9 * HOUR + MOMENT, TUESDAY + 20 * HOUR, []),
        (TUESDAY + 9 * HOUR + MOMENT, TUESDAY + 20 * HOUR + MOMENT, ["late"]),
        (TUESDAY + 60 * DAY, TUESDAY + 90 * DAY, []),
        (TUESDAY + 57 * DAY, None, ["early", "late"]),
        (NOW, NOW + HOUR, []),
        (NOW - DAY, NOW, []),
        (NOW - DAY, NOW + 12 * HOUR, ["late"]),
        (None, NOW + 12 * HOUR, ["late"]),
        (None, NOW - DAY, []),
        (datetime(2199, 12, 31, tzinfo=UTC), None, []),
    ],
)
async def test_a_start_must_lie_in_the_window_which_is_half_open(
    storage: Storage, timed: Services, creator_id: UUID, begin: datetime, end: datetime, expected: list[str]
) -> None:
    await published(storage, timed, creator_id, at(20), title="late")
    await published(storage, timed, creator_id, at(9), title="early", created_at=NOW + HOUR)

    assert await free(timed, creator_id, begin, end) == expected


async def test_taken_or_sold_out_start_is_not_available(storage: Storage, timed: Services, creator_id: UUID) -> None:
    session = await published(storage, timed, creator_id, at(10, 12), max_participants=2, title="class")
    await published(storage, timed, creator_id, at(11), title="other")
    morning = (TUESDAY, TUESDAY + 12 * HOUR)
    assert await free(timed, creator_id, *morning) == ["other", "class"]

    await book(storage, timed, session, TUESDAY + 10 * HOUR)
    assert await free(timed, creator_id, *morning) == ["other", "class"]
    await book(storage, timed, session, TUESDAY + 10 * HOUR)
    assert await free(timed, creator_id, *morning) == ["other"]
    await timed.schedules.replace(owner_of(session), session.id, at(10, 11, buffer_before=1, buffer_after=1))
    assert await free(timed, creator_id, *morning) == []


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("08:00", "08:00:00.000001", ["open"]),
        ("08:00:00.000001", "12:00", []),
        ("08:30", "11:00", []),
        ("08:30", "12:00:00.000001", ["open"]),
        ("09:30", "12:00", []),
        ("07:00", "13:00", ["open"]),
    ],
)
async def test_by_arrangement_session_is_available_unless_its_creator_is_booked(
    storage: Storage, timed: Services, creator_id: UUID, first: str, last: str, expected: list[str]
) -> None:
    """A start must begin in the window; it may end after it."""
    await published(storage, timed, creator_id, None, title="open")
    other = await published(storage, timed, creator_id, None, title="other", duration=90)
    await book(storage, timed, other, TUESDAY + 9 * HOUR, TUESDAY + 10.5 * HOUR)
    await timed.sessions.change(owner_of(other), other.id, {"status": "inactive"})
    begin, end = (datetime.combine(TUESDAY, time.fromisoformat(each), UTC) for each in (first, last))

    assert await free(timed, creator_id, begin, end) == expected


async def test_seats_left_keep_by_arrangement_session_available(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    session = await published(storage, timed, creator_id, None, title="open", max_participants=2)
    ten = TUESDAY + 10 * HOUR
    await book(storage, timed, session, ten)
    assert await free(timed, creator_id, ten, ten + MOMENT) == ["open"]
    assert await free(timed, creator_id, ten + MOMENT, ten + HOUR) == []
    await book(storage, timed, session, ten)
    assert await free(timed, creator_id, ten, ten + HOUR) == []
    assert await free(timed, creator_id, ten, ten + HOUR + MOMENT) == ["open"]


async def test_by_arrangement_session_is_available_after_weeks_of_creator_bookings(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    session = await published(storage, timed, creator_id, None, title="open", duration=1440)
    await book(storage, timed, session, *(TUESDAY + number * DAY for number in range(20)))

    assert await free(timed, creator_id, TUESDAY, TUESDAY + 20 * DAY) == []
    assert await free(timed, creator_id, TUESDAY, TUESDAY + 20 * DAY + MOMENT) == ["open"]
    assert await free(timed, creator_id, TUESDAY) == ["open"]


async def test_booking_under_way_blocks_availability_until_its_end(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    """A session in progress occupies the creator, although it started before now."""
    session = await published(storage, timed, creator_id, None, title="open")
    await book(storage, timed, session, NOW + HOUR / 2)
    timed.clock.advance(HOUR)

    assert await free(timed, creator_id, NOW, timed.clock.now() + HOUR / 2) == []
    assert await free(timed, creator_id, NOW, timed.clock.now() + HOUR / 2 + MOMENT) == ["open"]


@pytest.mark.parametrize(
    ("ordering", "expected"),
    [
        ("-created_at", ["d", "c", "b", "a"]),
        ("created_at", ["a", "b", "c", "d"]),
        ("price", ["d", "c", "b", "a"]),
        ("-duration", ["d", "c", "b", "a"]),
        ("title", ["a", "b", "c", "d"]),
        ("relevance", ["d", "c", "b", "a"]),
        ("next_slot", ["d", "c", "b", "a"]),
    ],
)
async def test_availability_filter_combines_with_every_ordering_and_filter(
    storage: Storage, timed: Services, creator_id: UUID, ordering: Ordering, expected: list[str]
) -> None:
    for place, title in enumerate("abcd"):
        changes = {"title": title, "duration": 15 + place, "price": Decimal(9 - place), "tags": ("x",)}
        await published(storage, timed, creator_id, at(9), created_at=NOW + place * HOUR, **changes)
        await published(storage, timed, creator_id, at(8), created_at=NOW + place * HOUR, title="z", tags=("x",))
        await published(storage, timed, creator_id, at(9), created_at=NOW + place * HOUR, title="y", status="inactive")
    await published(storage, timed, creator_id, at(9), title="w")
    window = (TUESDAY + 9 * HOUR, TUESDAY + 10 * HOUR)

    assert await free(timed, creator_id, *window, ordering=ordering, tag="x") == expected


async def test_first_slots_are_those_in_the_window_with_their_seats(
    storage: Storage, timed: Services, creator_id: UUID
) -> None:
    daily = await published(storage, timed, creator_id, at(9, 15), max_participants=3)
    taken = await published(storage, timed, creator_id, at(18), max_participants=1)
    by_arrangement = await published(storage, timed, creator_id, None)
    hidden = await published(storage, timed, creator_id, at(9), status="inactive")
    await book(storage, timed, daily, TUESDAY + 15 * HOUR)
    await book(storage, timed, taken, TUESDAY + 18 * HOUR)
    ids = [each.id for each in (daily, taken, by_arrangement, hidden)]
    afternoon = CatalogFilters(available_from=TUESDAY + 12 * HOUR, available_to=TUESDAY + 24 * HOUR)

    found = await timed.sessions.first_slots(ids, afternoon)

    assert {each: (start.starts_at, start.seats_left) for each, start in found.items()} == {
        daily.id: (TUESDAY + 15 * HOUR, 2)
    }
    assert await timed.sessions.first_slots([], afternoon) == {}


async def test_search_and_facets_are_limited_to_the_window(storage: Storage, timed: Services, creator_id: UUID) -> None:
    for hour, title, tag in ((9, "Zymurgy", "beer"), (9, "Pottery", "clay"), (20, "Zymurgy by night", "beer")):
        await published(storage, timed, creator_id, at(hour), title=title, tags=(tag,), category="music")
    noon = TUESDAY + 12 * HOUR

    assert await free(timed, creator_id, TUESDAY, noon, words=("zymurgy",), ordering="relevance") == ["Zymurgy"]
    filters = CatalogFilters(creator=creator_id, available_from=TUESDAY, available_to=noon)
    counted = await timed.sessions.facets(filters)
    assert [(each.tag, each.count) for each in counted.tags] == [("beer", 1), ("clay", 1)]
    assert [each.count for each in counted.categories] == [2]


async def test_hidden_and_archived_sessions_are_not_found(storage: Storage, timed: Services, creator_id: UUID) -> None:
    await published(storage, timed, creator_id, at(9), title="shown")
    await published(storage, timed, creator_id, at(9), title="inactive", status="inactive")
    archived = await published(storage, timed, creator_id, at(9), title="archived")
    await timed.sessions.archive(owner_of(archived), archived.id)
    assert await free(timed, creator_id, TUESDAY) == ["shown"]
    await timed.users.set_active(creator_id, is_active=False)
    assert await free(timed, creator_id, TUESDAY) == []


async def test_reversed_or_past_window_finds_nothing(storage: Storage, timed: Services, creator_id: UUID) -> None:
    session = await published(storage, timed, creator_id, None)
    await stored_booking(storage, session)
    filters = CatalogFilters(creator=creator_id, available_from=TUESDAY, available_to=TUESDAY)

    for requested in (filters, replace(filters, available_to=TUESDAY - DAY), replace(filters, available_to=NOW)):
        assert (await timed.sessions.list(requested, 5, None)).items == ()
        assert (await storage.catalog.list(requested, 5, None, NOW)).items == ()
        assert (await timed.sessions.facets(requested)).tags == ()
