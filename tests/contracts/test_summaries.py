from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest_asyncio

from builders import a_schedule, services_over, stored_booking, stored_session, stored_user
from contracts.harness import cancel_now, owner_of
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.summaries import CreatorSummary, NextSlot, SummaryWindow, UpcomingSeats
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PRICE = Decimal("49.99")

ZERO = Decimal("0.00")


async def summary(storage: Storage, creator_id: UUID, now: datetime = NOW, time_zone: str = "UTC") -> CreatorSummary:
    return await storage.summaries.find(creator_id, SummaryWindow.at(now, time_zone))


async def completed(storage: Storage, booking: Booking) -> None:
    async with storage.unit_of_work() as tx:
        done, step = (await tx.bookings.acquire(booking.id)).after("complete", None, booking.ends_at)
        await tx.bookings.save(done, step)


def sold_on(found: CreatorSummary) -> dict[date, tuple[int, Decimal]]:
    return {day.date: (day.seats, day.income) for day in found.days if day.seats}


@pytest_asyncio.fixture(loop_scope="module")
async def creator(storage: Storage) -> User:
    return await stored_user(storage, role="creator")


@pytest_asyncio.fixture(loop_scope="module")
async def session(storage: Storage, creator: User) -> Session:
    """A booking of six seats at 49.99 each."""
    return await stored_session(storage, creator_id=creator.id, max_participants=6, price=PRICE)


async def test_creator_without_bookings_has_zeros(storage: Storage, session: Session) -> None:
    found = await summary(storage, session.creator_id, time_zone="Europe/Madrid")

    assert found == CreatorSummary(
        time_zone="Europe/Madrid",
        upcoming=UpcomingSeats(seats_sold=0, seats_offered=0),
        pending_bookings=0,
        expected_income=ZERO,
        completed_income=ZERO,
        next_slot=None,
        days=found.days,
    )
    assert sold_on(found) == {}
    assert str(found.expected_income) == "0.00"


async def test_upcoming_seats_count_future_starts_with_a_booking(storage: Storage, session: Session) -> None:
    now = NOW + 10 * DAY
    for seats, start in ((1, now - HOUR), (2, now), (3, now + HOUR), (1, now + HOUR), (4, now + 800 * DAY)):
        await stored_booking(storage, session, seats=seats, starts_at=start)
    await cancel_now(storage, await stored_booking(storage, session, seats=6, starts_at=now + 5 * DAY))

    found = await summary(storage, session.creator_id, now)

    assert found.upcoming == UpcomingSeats(seats_sold=8, seats_offered=12)


async def test_next_slot_is_first_future_start_with_a_booking(storage: Storage, session: Session) -> None:
    other = await stored_session(storage, creator_id=session.creator_id, title="Evening yoga", duration=90)
    await stored_booking(storage, session, starts_at=NOW + 3 * DAY)
    await stored_booking(storage, other, seats=2, starts_at=NOW + 2 * DAY)
    await stored_booking(storage, session, starts_at=NOW)

    found = await summary(storage, session.creator_id)

    assert found.next_slot == NextSlot(
        session_id=other.id,
        title="Evening yoga",
        starts_at=NOW + 2 * DAY,
        ends_at=NOW + 2 * DAY + timedelta(minutes=90),
        time_zone="UTC",
        seats_taken=2,
        capacity=3,
    )


async def test_buffers_do_not_make_started_slot_upcoming(storage: Storage, session: Session) -> None:
    services = services_over(storage)
    schedule = a_schedule(buffer_before=60, buffer_after=60)
    await services.schedules.replace(owner_of(session), session.id, schedule)
    await stored_booking(storage, session, starts_at=NOW + HOUR)
    await services.schedules.replace(owner_of(session), session.id, replace(schedule, buffer_after=90))

    assert (await summary(storage, session.creator_id, NOW + HOUR)).next_slot is None
    assert (await summary(storage, session.creator_id, NOW + HOUR - timedelta(microseconds=1))).next_slot


async def test_pending_bookings_are_those_before_their_response_deadline(storage: Storage, session: Session) -> None:
    for start, respond_by in ((DAY, NOW + HOUR), (2 * DAY, NOW + 2 * HOUR), (3 * DAY, None)):
        await stored_booking(storage, session, starts_at=NOW + start, status="pending", respond_by=respond_by)
    await stored_booking(storage, session, starts_at=NOW + DAY)

    requested = [NOW, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * DAY]

    assert [(await summary(storage, session.creator_id, now)).pending_bookings for now in requested] == [3, 2, 1, 0]


async def test_income_is_of_the_starts_of_the_month_of_the_zone(storage: Storage, session: Session) -> None:
    # in Tokyo, February starts at 15:00 UTC on 31 January
    begin, end = NOW.replace(day=31, hour=15), NOW.replace(month=2, day=28, hour=15)
    for seats, start in ((1, begin - timedelta(microseconds=1)), (2, begin + HOUR), (4, end)):
        await stored_booking(storage, session, seats=seats, starts_at=start)
    last = await stored_booking(storage, session, seats=3, starts_at=end - HOUR, status="pending", respond_by=end)
    held = await stored_booking(storage, session, seats=1, starts_at=begin + 3 * HOUR)
    await completed(storage, held)
    await cancel_now(storage, await stored_booking(storage, session, starts_at=begin + 5 * HOUR))

    found = await summary(storage, session.creator_id, begin + 9 * DAY, "Asia/Tokyo")

    assert last.amount == 3 * PRICE
    assert (found.expected_income, found.completed_income) == (6 * PRICE, PRICE)


async def test_daily_sales_count_uncancelled_bookings_by_day_of_booking(storage: Storage, session: Session) -> None:
    madrid_midnight = NOW.replace(hour=23) - DAY
    booked: list[dict[str, Any]] = [
        {"created_at": madrid_midnight, "seats": 2},
        {"created_at": madrid_midnight - timedelta(microseconds=1), "seats": 1},
        {"created_at": madrid_midnight - 29 * DAY, "seats": 3},
        {"created_at": madrid_midnight - 29 * DAY - timedelta(microseconds=1), "seats": 4},
        {"created_at": madrid_midnight + DAY, "seats": 5},
        {"created_at": NOW, "seats": 1, "status": "pending", "respond_by": NOW + HOUR},
    ]
    for hours, changes in enumerate(booked):
        await stored_booking(storage, session, starts_at=NOW + DAY + 2 * hours * HOUR, **changes)
    await completed(storage, await stored_booking(storage, session, starts_at=NOW + 3 * DAY, created_at=NOW))
    await cancel_now(storage, await stored_booking(storage, session, starts_at=NOW + 4 * DAY, created_at=NOW))

    found = await summary(storage, session.creator_id, time_zone="Europe/Madrid")

    assert sold_on(found) == {
        date(2030, 1, 7): (4, 4 * PRICE),
        date(2030, 1, 6): (1, PRICE),
        date(2029, 12, 9): (3, 3 * PRICE),
    }
    assert [day.date for day in found.days] == [date(2029, 12, 9) + place * DAY for place in range(30)]


async def test_bookings_of_other_creators_are_not_counted(storage: Storage, session: Session) -> None:
    other = await stored_user(storage, role="creator")
    await stored_booking(storage, session, starts_at=NOW + DAY, status="pending", respond_by=NOW + HOUR)
    # a creator's own booking is not a sale
    await stored_booking(storage, session, other.id, starts_at=NOW + 2 * DAY)

    found = await summary(storage, other.id)

    assert (found.upcoming.seats_sold, found.pending_bookings, found.next_slot) == (0, 0, None)
    assert (found.expected_income, sold_on(found)) == (ZERO, {})
