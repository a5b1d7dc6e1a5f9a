"""General hours of creators, and the starts that they suggest for sessions by arrangement."""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_schedule,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from fakes import MovableClock
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.schedules import TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import LATEST_START
from marketplace.core.errors import Invalid, NotACreator, NotFound
from marketplace.core.ports.storage import Storage

DAY, HOUR, QUARTER = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
MIDNIGHT = TOMORROW.replace(hour=0, minute=0)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


def hours(starts: str, ends: str, time_zone: str = "UTC") -> CreatorHours:
    """Return these hours of every day."""
    each = TimeRange(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), step=None)
    return CreatorHours(time_zone=time_zone, weekly=tuple(WeeklyHours(weekday=day, hours=each) for day in range(1, 8)))


async def offered(storage: Storage, services: Services, given: CreatorHours | None = None) -> Session:
    creator = await stored_user(storage, role="creator")
    if given is not None:
        await services.creator_hours.replace(principal_of(creator), given)
    return await stored_session(storage, creator_id=creator.id, duration=60)


async def suggested(services: Services, session: Session, begin: datetime = MIDNIGHT) -> list[BookableStart]:
    return list(await services.slots.suggest(None, session.id, begin, begin + DAY))


async def test_hours_are_read_as_they_were_set_and_replaced(storage: Storage, services: Services) -> None:
    creator = principal_of(await stored_user(storage, role="creator", time_zone="Europe/Rome"))
    assert await services.creator_hours.get(creator) == CreatorHours.usual("Europe/Rome")

    for given in (
        hours("09:00", "12:00"),
        hours("22:00", "02:00", "Asia/Tokyo"),
        CreatorHours(time_zone="UTC", weekly=()),
    ):
        assert await services.creator_hours.replace(creator, given) == given
        assert await services.creator_hours.get(creator) == given


async def test_hours_are_of_creators_and_valid(storage: Storage, services: Services) -> None:
    learner = principal_of(await stored_user(storage))
    with pytest.raises(NotACreator):
        await services.creator_hours.get(learner)
    with pytest.raises(NotACreator):
        await services.creator_hours.replace(learner, hours("09:00", "12:00"))
    creator = principal_of(await stored_user(storage, role="creator"))
    with pytest.raises(Invalid) as error:
        await services.creator_hours.replace(creator, hours("09:00", "09:00", "Nowhere/Else"))
    assert error.value.errors.keys() == {"time_zone", "weekly"}


async def test_starts_are_suggested_as_far_ahead_as_they_can_be_booked(storage: Storage, services: Services) -> None:
    session = await offered(storage, services, hours("09:00", "10:00"))
    last = LATEST_START - DAY

    assert [start.reason for start in await suggested(services, session, MIDNIGHT + 800 * DAY)] == [None]
    assert [start.reason for start in await suggested(services, session, last)] == [None]
    assert await suggested(services, session, LATEST_START) == []


async def test_quarter_hours_within_the_hours_are_suggested(storage: Storage, services: Services) -> None:
    session = await offered(storage, services, hours("09:00", "11:00"))

    found = await suggested(services, session)

    assert [start.starts_at for start in found] == [MIDNIGHT + 9 * HOUR + step * QUARTER for step in range(5)]
    assert {(start.seats_left, start.capacity, start.reason) for start in found} == {(3, 3, None)}


async def test_creator_without_hours_is_suggested_by_day(storage: Storage, services: Services) -> None:
    found = await suggested(services, await offered(storage, services))

    assert (found[0].starts_at, found[-1].starts_at) == (MIDNIGHT + 8 * HOUR, MIDNIGHT + 20 * HOUR)


async def test_taken_starts_say_why_and_own_starts_have_the_seats_left(storage: Storage, services: Services) -> None:
    session = await offered(storage, services, hours("09:00", "13:00"))
    other = await stored_session(storage, creator_id=session.creator_id, duration=30)
    await stored_booking(storage, session, starts_at=MIDNIGHT + 9 * HOUR, seats=2)
    await stored_booking(storage, other, starts_at=MIDNIGHT + 11 * HOUR)

    found = {start.starts_at - MIDNIGHT: start for start in await suggested(services, session)}

    assert (found[9 * HOUR].seats_left, found[9 * HOUR].reason) == (1, None)
    assert found[9 * HOUR + QUARTER].reason == "other_session"
    assert found[10 * HOUR].reason is None
    assert found[10 * HOUR + QUARTER].reason == "other_session"
    assert found[11 * HOUR + 2 * QUARTER].reason is None


async def test_every_suggested_start_is_booked_and_every_refused_one_is_refused(
    storage: Storage, services: Services
) -> None:
    session = await offered(storage, services, hours("09:00", "12:00"))
    await stored_booking(storage, session, starts_at=MIDNIGHT + 10 * HOUR, seats=3)

    for start in await suggested(services, session):
        booker = principal_of(await stored_user(storage))
        if start.reason is None:
            booked = (await services.bookings.book(booker, session.id, start.starts_at)).resource
            await services.bookings.act(booker, booked.id, "cancel")
        else:
            with pytest.raises(Exception, match=r"available|enough seats"):
                await services.bookings.book(booker, session.id, start.starts_at)


async def test_start_outside_the_hours_is_booked_although_not_suggested(storage: Storage, services: Services) -> None:
    session = await offered(storage, services, CreatorHours(time_zone="UTC", weekly=()))
    assert await suggested(services, session) == []

    booker = principal_of(await stored_user(storage))
    assert (await services.bookings.book(booker, session.id, MIDNIGHT + 3 * HOUR)).resource.status == "confirmed"


async def test_past_quarters_are_left_out(storage: Storage) -> None:
    clock = MovableClock()
    clock.at = MIDNIGHT + 9 * HOUR + QUARTER
    services = services_over(storage, clock=clock)
    session = await offered(storage, services, hours("09:00", "11:00"))

    free = [start.starts_at for start in await suggested(services, session) if start.reason is None]

    assert free[0] == MIDNIGHT + 9 * HOUR + 2 * QUARTER


async def test_nothing_is_suggested_for_scheduled_and_none_for_unknown_sessions(
    storage: Storage, services: Services
) -> None:
    session = await offered(storage, services)
    creator = await stored_user(storage, role="creator")
    scheduled = await stored_session(storage, creator_id=creator.id)
    await services.schedules.replace(principal_of(creator), scheduled.id, a_schedule())
    hidden = await stored_session(storage, creator_id=session.creator_id, status="inactive")

    assert await suggested(services, scheduled) == []
    for unknown in (uuid4(), hidden.id):
        with pytest.raises(NotFound):
            await services.slots.suggest(None, unknown, MIDNIGHT, MIDNIGHT + DAY)
    with pytest.raises(Invalid):
        await services.slots.suggest(None, session.id, MIDNIGHT, MIDNIGHT + 63 * DAY)
