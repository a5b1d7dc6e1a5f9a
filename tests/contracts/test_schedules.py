"""Schedules and slots on either storage: listed starts can be booked, and others cannot."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from builders import (
    Services,
    a_key,
    a_schedule,
    a_user,
    all_starts,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import waits
from core.schedule_builders import every_day
from fakes import NOW, MovableClock
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import Conflict, CreatorUnavailable, Invalid, NotBookable, NotFound, NotYours, TooLate
from marketplace.core.ports.storage import Storage
from marketplace.core.services.slots import MAX_STARTS

DAY = datetime(2030, 1, 9, tzinfo=UTC)
NIGHT = DAY + timedelta(days=1)


@pytest.fixture
def timed(storage: Storage) -> Services:
    return services_over(storage, clock=MovableClock(NOW))


def owner_of(session: Session) -> Principal:
    return principal_of(a_user(id=session.creator_id, role="creator"))


async def scheduled(storage: Storage, timed: Services, schedule: Schedule | None = None, **changes: object) -> Session:
    session = await stored_session(storage, **{"duration": 60, "max_participants": 2, **changes})
    await timed.schedules.replace(owner_of(session), session.id, schedule or a_schedule())
    return session


async def listed(timed: Services, session: Session) -> list[datetime]:
    return [slot.starts_at for slot in await timed.slots.list(None, session.id, DAY, NIGHT)]


async def reasons(timed: Services, session: Session) -> dict[int, str | None]:
    """Return the reason why each start of the day is closed, by its hour."""
    found = await timed.slots.explain(owner_of(session), session.id, DAY, NIGHT)
    return {slot.starts_at.hour: slot.reason for slot in found}


async def learner(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage))


async def test_schedule_round_trips(storage: Storage, timed: Services) -> None:
    hours = TimeRange(starts=time(22), ends=time(2), step=15)
    schedule = Schedule(
        time_zone="Australia/Lord_Howe",
        weekly=(WeeklyHours(weekday=7, hours=hours),),
        extras=(Extra(on=date(2030, 5, 1), hours=hours),),
        exceptions=(DayException(on=date(2030, 5, 2), ranges=()), DayException(on=date(2030, 5, 3), ranges=(hours,))),
        buffer_before=5,
        buffer_after=10,
        notice=120,
        horizon=90,
        valid_from=date(2030, 1, 1),
        valid_until=date(2030, 12, 31),
    )
    session = await scheduled(storage, timed, schedule)

    assert await timed.schedules.get(owner_of(session), session.id) == schedule


async def test_session_is_by_arrangement_while_it_has_no_schedule(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage)
    buyer = await learner(storage)

    async def is_open() -> bool:
        page = await storage.catalog.list(CatalogFilters(creator=session.creator_id), 1, None, NOW)
        return page.items[0].is_open

    assert await is_open()
    assert await timed.schedules.get(owner_of(session), session.id) is None
    assert list(await timed.slots.list(None, session.id, DAY, NIGHT)) == []
    await timed.schedules.replace(owner_of(session), session.id, a_schedule())
    assert not await is_open()
    with pytest.raises(NotBookable):
        await timed.bookings.book(buyer, session.id, DAY)
    await timed.schedules.replace(owner_of(session), session.id, None)
    assert await is_open()
    assert (await timed.bookings.book(buyer, session.id, DAY)).resource.session_details.is_open


async def test_exactly_the_listed_starts_can_be_booked(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed, a_schedule(notice=60))
    starts = await listed(timed, session)
    assert starts == [DAY + timedelta(hours=hour) for hour in range(9, 17)]

    for minutes in range(0, 24 * 60, 30):
        start = DAY + timedelta(minutes=minutes)
        buyer = await learner(storage)
        if start in starts:
            assert (await timed.bookings.book(buyer, session.id, start)).resource.starts_at == start
        else:
            with pytest.raises(NotBookable):
                await timed.bookings.book(buyer, session.id, start)


async def test_taken_starts_are_listed_with_reason_and_cannot_be_booked(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed, a_schedule(buffer_before=15, buffer_after=15))
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    await stored_booking(storage, other, starts_at=DAY + timedelta(hours=12), seats=1)
    await stored_booking(storage, session, starts_at=DAY + timedelta(hours=15), seats=2)

    assert await reasons(timed, session) == {
        9: None,
        10: None,
        11: "buffer",
        12: "other_session",
        13: "buffer",
        14: "buffer",
        15: "sold_out",
        16: "buffer",
    }
    assert [start.hour for start in await listed(timed, session)] == [9, 10]
    for hour in (11, 12, 13, 14):
        with pytest.raises(CreatorUnavailable):
            await timed.bookings.book(await learner(storage), session.id, DAY + timedelta(hours=hour))


async def test_minimum_notice_booking_window_and_date_overrides_are_given_as_reasons(
    storage: Storage, timed: Services
) -> None:
    off = TimeRange(starts=time(9), ends=time(11), step=None)
    session = await scheduled(
        storage, timed, a_schedule(exceptions=(DayException(on=DAY.date(), ranges=(off,)),), notice=0)
    )
    assert await reasons(timed, session) == {hour: None if hour < 11 else "exception" for hour in range(9, 17)}

    timed.clock.at = DAY + timedelta(hours=9, minutes=30)
    assert (await reasons(timed, session))[9] == "past"
    await timed.schedules.replace(owner_of(session), session.id, a_schedule(notice=120, horizon=1))
    assert (await reasons(timed, session))[11] == "notice"
    timed.clock.at = DAY - timedelta(hours=14)
    assert (await reasons(timed, session))[16] == "horizon"


async def test_seats_left_are_counted(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed, max_participants=5)
    await timed.bookings.book(await learner(storage), session.id, DAY + timedelta(hours=9), seats=3)

    first, second, *_ = await timed.slots.list(None, session.id, DAY, NIGHT)

    assert (first.capacity, first.seats_left, first.ends_at) == (5, 2, DAY + timedelta(hours=10))
    assert second.seats_left == 5


async def test_new_buffers_cannot_make_booked_slots_overlap(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed)
    for hour in (9, 10):
        await timed.bookings.book(await learner(storage), session.id, DAY + timedelta(hours=hour))

    with pytest.raises(CreatorUnavailable):
        await timed.schedules.replace(owner_of(session), session.id, a_schedule(buffer_after=1))

    assert await timed.schedules.get(owner_of(session), session.id) == a_schedule()


async def test_booked_seats_survive_schedule_without_their_start(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed)
    buyer = await learner(storage)
    booking = (await timed.bookings.book(buyer, session.id, DAY + timedelta(hours=9))).resource

    await timed.schedules.replace(owner_of(session), session.id, a_schedule(weekly=()))

    assert await listed(timed, session) == []
    assert (await timed.bookings.get(buyer, booking.id)).status == "confirmed"
    with pytest.raises(NotBookable):
        await timed.bookings.book(await learner(storage), session.id, DAY + timedelta(hours=9))


async def test_booking_can_only_be_rescheduled_to_bookable_start(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed)
    buyer = await learner(storage)
    booking = (await timed.bookings.book(buyer, session.id, DAY + timedelta(hours=9))).resource

    with pytest.raises(NotBookable):
        await timed.bookings.reschedule(buyer, booking.id, DAY + timedelta(hours=9, minutes=30))
    rescheduled = (await timed.bookings.reschedule(buyer, booking.id, DAY + timedelta(hours=16))).resource

    assert rescheduled.starts_at == DAY + timedelta(hours=16)


async def test_booking_that_waited_for_new_schedule_is_checked_against_it(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed)
    buyer = await stored_user(storage)

    async def published() -> Schedule | None:
        async with storage.unit_of_work() as tx:
            return (await tx.slots.acquire_quote(session.id, DAY, buyer.id)).schedule

    async with storage.unit_of_work() as tx:
        await tx.sessions.acquire(session.id)
        offering = asyncio.create_task(published())
        assert await waits(offering)
        await tx.sessions.save_schedule(
            session.id, a_schedule(notice=7), MaterializedAvailability.of(a_schedule(notice=7), 60, NOW)
        )

    assert await offering == a_schedule(notice=7)


async def test_new_schedule_and_concurrent_bookings_are_both_respected(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed, max_participants=50)
    nine = DAY + timedelta(hours=9)
    buyers = [await learner(storage) for _ in range(20)]

    outcomes = await asyncio.gather(
        *(timed.bookings.book(buyer, session.id, nine) for buyer in buyers[:10]),
        timed.schedules.replace(owner_of(session), session.id, a_schedule(weekly=(), buffer_before=30)),
        *(timed.bookings.book(buyer, session.id, nine) for buyer in buyers[10:]),
        return_exceptions=True,
    )

    assert all(isinstance(outcome, Conflict) for outcome in outcomes if isinstance(outcome, Exception))
    with pytest.raises(NotBookable):
        await timed.bookings.book(await learner(storage), session.id, nine)
    async with storage.unit_of_work() as tx:
        slots = await tx.slots.acquire_upcoming(session.id, NOW)
    assert {slot.blocked_from for slot in slots} <= {nine - timedelta(minutes=30)}


@pytest.mark.parametrize(("days", "is_good"), [(0, True), (62, True), (63, False), (-1, False)])
async def test_a_window_is_at_most_62_days(storage: Storage, timed: Services, days: int, *, is_good: bool) -> None:
    session = await scheduled(storage, timed)
    requested = timed.slots.list(None, session.id, DAY, DAY + timedelta(days=days))
    if is_good:
        assert len(list(await requested)) <= 62 * 8
    else:
        with pytest.raises(Invalid):
            await requested


async def test_schedule_is_for_creator_and_hidden_session_has_no_slots(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed)
    stranger = principal_of(await stored_user(storage, role="creator"))
    with pytest.raises(NotYours):
        await timed.schedules.replace(stranger, session.id, None)
    with pytest.raises(NotYours):
        await timed.schedules.get(stranger, session.id)
    with pytest.raises(NotYours):
        await timed.slots.explain(stranger, session.id, DAY, NIGHT)
    await timed.sessions.change(owner_of(session), session.id, {"status": "inactive"})
    with pytest.raises(NotFound):
        await timed.slots.list(stranger, session.id, DAY, NIGHT)
    assert list(await timed.slots.list(owner_of(session), session.id, DAY, NIGHT)) == []


async def test_inactive_session_explains_no_start_of_a_day_off_either(storage: Storage, timed: Services) -> None:
    closed = DayException(on=DAY.date(), ranges=())
    session = await scheduled(storage, timed, a_schedule(exceptions=(closed,)))
    assert set((await reasons(timed, session)).values()) == {"exception"}

    await timed.sessions.change(owner_of(session), session.id, {"status": "inactive"})

    assert await reasons(timed, session) == {}


async def test_invalid_schedule_is_refused_with_field_errors(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage)
    bad = replace(a_schedule(), time_zone="Mars/Olympus", buffer_before=-1)
    with pytest.raises(Invalid) as caught:
        await timed.schedules.replace(owner_of(session), session.id, bad)
    assert set(caught.value.errors) == {"time_zone", "buffer_before"}


async def test_buffers_can_change_sides_when_booked_slots_stay_apart(storage: Storage, timed: Services) -> None:
    half_hours = TimeRange(starts=time(9), ends=time(17), step=30)
    week = tuple(WeeklyHours(weekday=day, hours=half_hours) for day in range(1, 8))
    session = await scheduled(storage, timed, a_schedule(weekly=week, buffer_before=30))
    for start in (DAY + timedelta(hours=10), DAY + timedelta(hours=11, minutes=30)):
        await timed.bookings.book(await learner(storage), session.id, start)

    turned = a_schedule(weekly=week, buffer_after=30)
    assert await timed.schedules.replace(owner_of(session), session.id, turned) == turned


async def test_replay_after_start_returns_booking_made_in_time(storage: Storage, timed: Services) -> None:
    session, buyer = await scheduled(storage, timed), await learner(storage)
    key, nine = a_key(user_id=buyer.user_id), NOW + timedelta(hours=1)
    booked = await timed.bookings.book(buyer, session.id, nine, key=key)

    timed.clock.at = nine + timedelta(minutes=1)
    repeated = await timed.bookings.book(buyer, session.id, nine, key=key)

    assert (repeated.is_replay, repeated.resource.id) == (True, booked.resource.id)
    with pytest.raises(Invalid):
        await timed.bookings.book(buyer, session.id, nine)


async def test_booking_of_inactive_session_cannot_be_rescheduled(storage: Storage, timed: Services) -> None:
    session, buyer = await scheduled(storage, timed), await learner(storage)
    booked = (await timed.bookings.book(buyer, session.id, DAY + timedelta(hours=9))).resource
    await timed.sessions.change(owner_of(session), session.id, {"status": "inactive"})
    with pytest.raises(NotBookable):
        await timed.bookings.reschedule(buyer, booked.id, DAY + timedelta(hours=10))


async def test_rescheduling_by_creator_does_not_extend_response_deadline(storage: Storage, timed: Services) -> None:
    session = await scheduled(storage, timed, requires_confirmation=True, max_participants=3)
    later = NOW + timedelta(days=20)
    at = later.replace(hour=9, minute=0)
    booked = (await timed.bookings.book(await learner(storage), session.id, at)).resource
    timed.clock.at = NOW + timedelta(hours=47)
    rescheduled = await timed.bookings.reschedule(owner_of(session), booked.id, at + timedelta(hours=1))
    assert rescheduled.resource.respond_by == booked.respond_by
    timed.clock.at = NOW + timedelta(hours=48)
    with pytest.raises(TooLate):
        await timed.bookings.reschedule(owner_of(session), booked.id, at + timedelta(hours=2))


async def test_window_of_many_starts_is_answered_in_parts(storage: Storage, timed: Services) -> None:
    minutes = every_day(TimeRange(starts=time(9), ends=time(17), step=1))
    session = await scheduled(storage, timed, a_schedule(weekly=minutes), max_participants=1)
    taken = DAY + timedelta(days=4, hours=14)
    await timed.bookings.book(await learner(storage), session.id, taken)
    end = DAY + timedelta(days=10)

    free = await all_starts(timed.slots.list, None, session, DAY, end)
    explained = await all_starts(timed.slots.explain, owner_of(session), session, DAY, end)
    first = await timed.slots.list(None, session.id, DAY, end)

    assert [start.starts_at for start in explained] == list(a_schedule(weekly=minutes).starts(DAY, end, 60))
    assert free == tuple(start for start in explained if start.reason is None)
    assert len(explained) - len(free) == 119
    assert tuple(first) == free[:MAX_STARTS]
    assert first.next == free[MAX_STARTS].starts_at
