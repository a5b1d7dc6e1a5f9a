"""The catalog's next slot is always the first of the session's slots, on either storage."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from builders import (
    Services,
    a_principal,
    a_schedule,
    all_starts,
    principal_of,
    services_over,
    stored_session,
    stored_user,
)
from contracts.harness import cancel_now, owner_of
from fakes import NOW, MovableClock
from marketplace.core.domain.availability import MAX_WINDOW
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import NotBookable
from marketplace.core.ports.storage import Storage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = datetime(2030, 1, 8, tzinfo=UTC)
MORNING = a_schedule(
    weekly=tuple(
        WeeklyHours(weekday=day, hours=TimeRange(starts=time(9), ends=time(12), step=30)) for day in range(1, 8)
    )
)


@pytest.fixture
def timed(storage: Storage) -> Services:
    return services_over(storage, clock=MovableClock(NOW))


async def published(storage: Storage, timed: Services, schedule: Schedule | None = MORNING, **changes: Any) -> Session:
    session = await stored_session(storage, **{"duration": 60, "max_participants": 1} | changes)
    await timed.schedules.replace(owner_of(session), session.id, schedule)
    return session


async def second_session(storage: Storage, session: Session, **changes: Any) -> Session:
    """Add a session by arrangement of the same creator."""
    return await stored_session(storage, creator_id=session.creator_id, **changes)


async def book(storage: Storage, timed: Services, session: Session, *starts: datetime, seats: int = 1) -> list[Booking]:
    learners = [principal_of(await stored_user(storage)) for _ in starts]
    return [
        (await timed.bookings.book(learner, session.id, start, seats)).resource
        for learner, start in zip(learners, starts, strict=True)
    ]


async def next_slot(storage: Storage, timed: Services, session: Session) -> BookableStart | None:
    """Return the catalog's next slot, having checked that it is the first of the slots."""
    now = timed.clock.now()
    shown = await storage.catalog.find(session.id, now)
    assert shown is not None
    slots = [slot for nth in range(12) for slot in await slots_of(timed, session, now + nth * MAX_WINDOW)]
    assert shown.next_slot == next(iter(slots), None)
    return shown.next_slot


async def slots_of(timed: Services, session: Session, begin: datetime) -> tuple[BookableStart, ...]:
    return await all_starts(timed.slots.list, owner_of(session), session, begin, begin + MAX_WINDOW)


async def next_start(storage: Storage, timed: Services, session: Session) -> str | None:
    """Return the next start as text: day of the month and time."""
    found = await next_slot(storage, timed, session)
    return None if found is None else f"{found.starts_at:%d %H:%M}"


async def test_the_next_slot_is_the_first_that_can_be_booked(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed, max_participants=4)
    found = await next_slot(storage, timed, session)

    half_past_nine = NOW + HOUR / 2
    assert found == BookableStart(
        starts_at=half_past_nine,
        ends_at=half_past_nine + HOUR,
        time_zone="UTC",
        capacity=4,
        seats_left=4,
        reason=None,
    )
    await book(storage, timed, session, found.starts_at, seats=3)
    assert await next_slot(storage, timed, session) == found._replace(seats_left=1)
    await book(storage, timed, session, found.starts_at)
    assert await next_start(storage, timed, session) == "07 10:30"


async def test_every_list_of_sessions_shows_next_slot(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    await book(storage, timed, session, NOW + HOUR / 2)
    shown = await storage.catalog.find(session.id, NOW)
    filters = CatalogFilters(creator=session.creator_id)

    listed = await storage.catalog.list(filters, 1, None, NOW)
    ranked = await storage.catalog.list(replace(filters, words=("yoga",), ordering="relevance"), 1, None, NOW)
    available = await storage.catalog.list(replace(filters, available_from=NOW), 1, None, NOW)
    own = await storage.catalog.of_creator(session.creator_id, 1, None, NOW)

    assert shown is not None
    assert shown.next_slot is not None
    assert [page.items for page in (listed, ranked, available, own)] == [(shown,)] * 4


async def test_by_arrangement_session_has_no_next_slot_while_it_has_no_schedule(
    storage: Storage, timed: Services
) -> None:
    session = await published(storage, timed, None)
    assert await next_slot(storage, timed, session) is None
    await timed.schedules.replace(owner_of(session), session.id, MORNING)
    assert await next_start(storage, timed, session) == "07 09:30"
    await timed.schedules.replace(owner_of(session), session.id, None)
    assert await next_slot(storage, timed, session) is None


async def test_released_seat_is_available_at_once(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    (booking,) = await book(storage, timed, session, NOW + HOUR)
    assert await next_start(storage, timed, session) == "07 11:00"
    await cancel_now(storage, booking)
    assert await next_start(storage, timed, session) == "07 09:30"


@pytest.mark.parametrize(
    ("taken", "before", "after", "expected"),
    [
        (50, 0, 0, "07 10:00"),
        (50, 1, 0, "07 10:30"),
        (50, 30, 0, "07 10:30"),
        (50, 31, 0, "07 11:00"),
        (50, 0, 60, "07 10:00"),
        (15, 5, 0, "07 09:30"),
        (15, 6, 0, "07 10:00"),
    ],
)
async def test_buffers_exclude_starts_after_creators_other_bookings(
    storage: Storage, timed: Services, taken: int, before: int, after: int, expected: str
) -> None:
    session = await published(storage, timed, replace(MORNING, buffer_before=before, buffer_after=after))
    other = await second_session(storage, session, duration=taken)
    await book(storage, timed, other, NOW + timedelta(minutes=10))

    assert await next_start(storage, timed, session) == expected


@pytest.mark.parametrize(("after", "expected"), [(0, "07 09:30"), (60, "07 09:30"), (61, "07 11:30")])
async def test_buffers_exclude_starts_before_creators_other_bookings(
    storage: Storage, timed: Services, after: int, expected: str
) -> None:
    session = await published(storage, timed, replace(MORNING, buffer_after=after), duration=30)
    other = await second_session(storage, session, duration=30)
    await book(storage, timed, other, NOW + 2 * HOUR)

    assert await next_start(storage, timed, session) == expected


async def test_gap_just_long_enough_between_bookings_is_found(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    other = await second_session(storage, session, duration=30)
    await book(storage, timed, other, NOW + HOUR / 2, NOW + 2 * HOUR)
    assert await next_start(storage, timed, session) == "07 10:00"
    await book(storage, timed, other, NOW + HOUR)
    assert await next_start(storage, timed, session) == "08 09:00"


async def test_creator_booked_for_weeks_is_available_afterwards(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    other = await second_session(storage, session, duration=1440)
    await book(storage, timed, other, *(NOW + DAY * number for number in range(1, 20)))
    await book(storage, timed, session, NOW + HOUR / 2, NOW + 3 * HOUR / 2 + HOUR / 2)

    assert await next_start(storage, timed, session) == "27 09:00"
    await book(storage, timed, other, *(NOW + DAY * number for number in range(20, 60)))
    assert await next_slot(storage, timed, session) is None


async def test_last_seat_among_many_taken_slots_is_found(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed, max_participants=2)
    other = await second_session(storage, session, duration=1440)
    left = TUESDAY + 12 * DAY + 9 * HOUR
    await book(storage, timed, session, left)
    await book(storage, timed, await second_session(storage, session, duration=600), NOW + HOUR / 2)
    await book(storage, timed, other, *(NOW - 10 * HOUR + DAY * number for number in range(1, 13)))
    await book(storage, timed, other, left + HOUR)

    found = await next_slot(storage, timed, session)
    assert found is not None
    assert (found.starts_at, found.seats_left) == (left, 1)


async def test_start_removed_from_schedule_is_not_bookable_despite_free_seats(
    storage: Storage, timed: Services
) -> None:
    session = await published(storage, timed, max_participants=2)
    await book(storage, timed, session, NOW + HOUR)
    await timed.schedules.replace(owner_of(session), session.id, replace(MORNING, valid_from=date(2030, 1, 8)))
    assert await next_start(storage, timed, session) == "08 09:00"

    mondays = WeeklyHours(weekday=1, hours=TimeRange(starts=time(9, 45), ends=time(11, 45), step=None))
    await timed.schedules.replace(owner_of(session), session.id, replace(MORNING, weekly=(mondays,)))
    assert await next_start(storage, timed, session) == "14 09:45"


async def test_minimum_notice_and_booking_window_bound_next_slot(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed, replace(MORNING, notice=90, horizon=2))
    assert await next_start(storage, timed, session) == "07 10:30"
    timed.clock.at = NOW + timedelta(minutes=1)
    assert await next_start(storage, timed, session) == "07 11:00"
    await timed.schedules.replace(owner_of(session), session.id, replace(MORNING, valid_from=date(2030, 1, 10)))
    assert await next_start(storage, timed, session) == "10 09:00"
    far = replace(MORNING, valid_from=date(2030, 1, 10), horizon=3)
    await timed.schedules.replace(owner_of(session), session.id, far)
    assert await next_start(storage, timed, session) == "10 09:00"
    await timed.schedules.replace(owner_of(session), session.id, replace(far, horizon=2))
    assert await next_slot(storage, timed, session) is None


async def test_next_slot_advances_with_time_and_is_always_in_the_future(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    seen = []
    for minutes in (29, 30, 59, 60, 120, 180):
        timed.clock.at = NOW + timedelta(minutes=minutes)
        seen.append(await next_start(storage, timed, session))

    assert seen == ["07 09:30", "07 10:00", "07 10:00", "07 10:30", "08 09:00", "08 09:00"]


async def test_date_overrides_and_extra_dates_affect_next_slot(storage: Storage, timed: Services) -> None:
    off = replace(MORNING, exceptions=tuple(DayException(on=date(2030, 1, day), ranges=()) for day in (7, 8)))
    session = await published(storage, timed, off)
    assert await next_start(storage, timed, session) == "09 09:00"
    evening = Extra(on=date(2030, 1, 8), hours=TimeRange(starts=time(19), ends=time(20), step=None))
    await timed.schedules.replace(owner_of(session), session.id, replace(off, extras=(evening,)))
    assert await next_start(storage, timed, session) == "08 19:00"


async def test_distant_extra_date_is_next_slot_once_booking_window_reaches_it(
    storage: Storage, timed: Services
) -> None:
    evening = Extra(on=date(2031, 12, 1), hours=TimeRange(starts=time(19), ends=time(20), step=None))
    single = replace(MORNING, weekly=(), extras=(evening,), horizon=730)
    session = await published(storage, timed, single)
    found = await next_slot(storage, timed, session)

    assert found is not None
    assert found.starts_at == datetime(2031, 12, 1, 19, tzinfo=UTC)


async def test_unlisted_session_has_no_next_slot(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed)
    owner = owner_of(session)
    await timed.sessions.change(owner, session.id, {"status": "inactive"})
    assert await next_slot(storage, timed, session) is None
    shown_again = await timed.sessions.change(owner, session.id, {"status": "active"})
    assert shown_again.next_slot == await next_slot(storage, timed, session) is not None
    await timed.users.set_active(session.creator_id, is_active=False)
    hidden = await storage.catalog.find(session.id, NOW)
    assert hidden is not None
    assert hidden.next_slot is None
    await timed.users.set_active(session.creator_id, is_active=True)
    assert await next_start(storage, timed, session) == "07 09:30"
    await timed.sessions.archive(owner, session.id)
    archived = await storage.catalog.find(session.id, NOW)
    assert archived is not None
    assert archived.next_slot is None


async def test_next_slot_follows_session_changes_at_once(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed, replace(MORNING, notice=60))
    hours = TimeRange(starts=time(9), ends=time(12), step=None)
    weekly = tuple(WeeklyHours(weekday=day, hours=hours) for day in range(1, 8))
    await timed.schedules.replace(owner_of(session), session.id, replace(MORNING, weekly=weekly))
    assert await next_start(storage, timed, session) == "07 10:00"

    longer = await timed.sessions.change(owner_of(session), session.id, {"duration": 90, "max_participants": 5})

    assert longer.next_slot == await next_slot(storage, timed, session)
    assert longer.next_slot is not None
    assert (longer.next_slot.starts_at, longer.next_slot.capacity) == (NOW + timedelta(minutes=90), 5)


async def test_next_slot_can_be_booked_and_earlier_starts_cannot(storage: Storage, timed: Services) -> None:
    session = await published(storage, timed, replace(MORNING, notice=45, time_zone="Asia/Kathmandu"))
    found = await next_slot(storage, timed, session)
    assert found is not None
    assert found.starts_at == TUESDAY + timedelta(hours=3, minutes=15)
    buyer = a_principal((await stored_user(storage)).id)

    with pytest.raises(NotBookable):
        await timed.bookings.book(buyer, session.id, found.starts_at - HOUR / 2)
    await timed.bookings.book(buyer, session.id, found.starts_at)


async def test_session_time_zone_is_of_schedule_or_of_creator_when_by_arrangement(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", time_zone="Asia/Tokyo")
    session = await stored_session(storage, creator_id=creator.id)
    timed = services_over(storage, clock=MovableClock(NOW))
    shown = await timed.sessions.get(session.id, None)
    assert shown.time_zone == "Asia/Tokyo"
    await timed.schedules.replace(owner_of(session), session.id, a_schedule(time_zone="Africa/Lagos"))
    shown = await timed.sessions.get(session.id, None)
    assert shown.time_zone == "Africa/Lagos"
