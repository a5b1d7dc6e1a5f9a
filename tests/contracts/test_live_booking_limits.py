"""A person has a bounded number of upcoming live bookings, however and wherever they are made."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_key,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
    stored_users,
)
from contracts.harness import at_once
from contracts.waiting import a_person, full_start, waiting
from fakes import MovableClock
from marketplace.core.domain.personal_limits import PersonalLimits
from marketplace.core.errors import TooManyBookings, TooManySessions
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
BOUND = 3
LIMITS = PersonalLimits(max_live_bookings=BOUND, max_sessions=BOUND)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock, limits=LIMITS)


async def test_twenty_bookings_of_one_person_at_once_do_not_pass_the_bound(
    storage: Storage, services: Services
) -> None:
    user = await stored_user(storage)
    sessions = [await stored_session(storage) for _ in range(4)]

    outcome = await at_once(
        services.bookings.book(principal_of(user), session.id, TOMORROW + hour * HOUR)
        for session in sessions
        for hour in range(5)
    )

    assert len(outcome.done) == BOUND
    assert outcome.reasons() == {"TooManyBookings": 20 - BOUND}
    async with storage.unit_of_work() as tx:
        assert len(await tx.bookings.upcoming_starts(user.id, TOMORROW - HOUR)) == BOUND


async def test_person_at_the_bound_holds_up_no_one_who_books_the_same_start(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=100)
    await stored_booking(storage, session)
    eager, *others = await stored_users(storage, 9)
    for hour in range(1, BOUND + 1):
        await services.bookings.book(principal_of(eager), session.id, TOMORROW + hour * HOUR)

    outcome = await at_once(
        services.bookings.book(principal_of(each), session.id, TOMORROW) for each in (others[0], eager, *others[1:])
    )

    assert len(outcome.done) == len(others)
    assert outcome.reasons() == {"TooManyBookings": 1}


async def test_refused_booking_takes_no_seat_and_leaves_its_key_unused(storage: Storage, services: Services) -> None:
    session, user = await stored_session(storage), await stored_user(storage)
    person, key = principal_of(user), a_key(user_id=user.id)
    first, *_ = [
        (await services.bookings.book(person, session.id, TOMORROW + hour * HOUR)).resource for hour in range(BOUND)
    ]
    with pytest.raises(TooManyBookings):
        await services.bookings.book(person, session.id, TOMORROW + BOUND * HOUR, key=key)
    await services.bookings.act(person, first.id, "cancel")

    booked = await services.bookings.book(person, session.id, TOMORROW + BOUND * HOUR, key=key)

    assert not booked.is_replay
    replayed = await services.bookings.book(person, session.id, TOMORROW + BOUND * HOUR, key=key)
    assert replayed.is_replay


async def test_bookings_that_are_over_do_not_count(storage: Storage, services: Services, clock: MovableClock) -> None:
    session, person = await stored_session(storage), principal_of(await stored_user(storage))
    for hour in range(BOUND):
        await services.bookings.book(person, session.id, TOMORROW + hour * HOUR)
    clock.advance(TOMORROW + (BOUND - 2) * HOUR - clock.now())

    for day in range(1, BOUND):
        await services.bookings.book(person, session.id, TOMORROW + day * 24 * HOUR)
    with pytest.raises(TooManyBookings):
        await services.bookings.book(person, session.id, TOMORROW + BOUND * 24 * HOUR)


async def test_offer_of_a_waitlist_is_bounded_like_any_booking(storage: Storage, services: Services) -> None:
    session, learner, booking = await full_start(storage, services)
    person, entry = await waiting(storage, services, session)
    other = await stored_session(storage)
    for hour in range(BOUND):
        await services.bookings.book(person, other.id, TOMORROW + (10 + hour) * HOUR)
    await services.bookings.act(learner, booking.id, "cancel")

    with pytest.raises(TooManyBookings):
        await services.waitlist.accept(person, entry.id)


async def test_bookings_by_an_api_key_at_once_do_not_pass_the_bound(storage: Storage, services: Services) -> None:
    person, session = await a_person(storage), await stored_session(storage)
    by_key = replace(person, key_id=uuid4())

    outcome = await at_once(
        services.bookings.book(who, session.id, TOMORROW + hour * HOUR) for hour, who in enumerate([by_key, person] * 5)
    )

    assert len(outcome.done) == BOUND
    assert outcome.reasons() == {"TooManyBookings": 10 - BOUND}


async def test_twenty_sessions_created_at_once_do_not_pass_the_bound(storage: Storage, services: Services) -> None:
    creator = await stored_user(storage, role="creator")
    example = await stored_session(storage)
    names = ("title", "description", "duration", "price", "max_participants", "image_url", "status", "category", "tags")
    changes = {name: getattr(example, name) for name in names}

    outcome = await at_once(services.sessions.create(principal_of(creator), changes) for _ in range(20))

    assert len(outcome.done) == BOUND
    assert outcome.reasons() == {"TooManySessions": 20 - BOUND}
    await services.sessions.archive(principal_of(creator), outcome.done[0].resource.id)
    await services.sessions.create(principal_of(creator), changes)
    with pytest.raises(TooManySessions):
        await services.sessions.create(principal_of(creator), changes)
