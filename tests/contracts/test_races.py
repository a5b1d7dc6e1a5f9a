"""Many concurrent buyers, through the services: guarantees that hold for every interleaving."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from builders import (
    TOMORROW,
    Services,
    a_user,
    principal_of,
    seats_taken,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_users,
)
from contracts.harness import at_once, live_bookings
from fakes import NOW
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import Conflict, HasUpcomingBookings
from marketplace.core.ports.storage import Storage

BUYERS = 200


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def buyers(storage: Storage, number: int = BUYERS) -> list[Principal]:
    return [principal_of(user) for user in await stored_users(storage, number)]


async def check_books(storage: Storage, session: Session) -> list[BookingDetails]:
    """Return the session's live bookings, having checked that each slot's seats match them and its capacity."""
    bookings, slots = await live_bookings(storage, session), await slots_of(storage, session)
    sold = Counter[object]()
    for booking in bookings:
        sold[booking.starts_at] += booking.seats
    assert {slot.starts_at: slot.seats_taken for slot in slots if slot.seats_taken} == dict(sold)
    assert all(slot.seats_taken <= slot.capacity for slot in slots)
    return bookings


@pytest.mark.parametrize("seats", [1, 7])
async def test_concurrent_buyers_get_exactly_the_available_seats(
    storage: Storage, services: Services, seats: int
) -> None:
    session = await stored_session(storage, max_participants=seats)

    outcome = await at_once(services.bookings.book(buyer, session.id, TOMORROW) for buyer in await buyers(storage))

    assert outcome.reasons() == {"SoldOut": BUYERS - seats}
    assert {booking.id for booking in await check_books(storage, session)} == {
        each.resource.id for each in outcome.done
    }
    assert len(outcome.done) == seats


async def test_buyers_of_several_seats_never_share_a_seat(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=20)

    outcome = await at_once(
        services.bookings.book(buyer, session.id, TOMORROW, seats=place % 3 + 1)
        for place, buyer in enumerate(await buyers(storage, 60))
    )

    assert set(outcome.reasons()) == {"SoldOut"}
    assert sum(booking.seats for booking in await check_books(storage, session)) == 20


async def test_buyer_who_books_many_times_concurrently_has_one_booking(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=50)
    (buyer,) = await buyers(storage, 1)

    outcome = await at_once(services.bookings.book(buyer, session.id, TOMORROW) for _ in range(20))

    assert outcome.reasons() == {"AlreadyBooked": 19}
    assert len(await check_books(storage, session)) == 1


async def test_overlapping_sessions_of_one_creator_race_has_one_winner(storage: Storage, services: Services) -> None:
    for _ in range(10):
        one = await stored_session(storage, max_participants=2)
        other = await stored_session(storage, max_participants=2, creator_id=one.creator_id)
        half_an_hour_later = TOMORROW + timedelta(minutes=30)

        outcome = await at_once(
            services.bookings.book(buyer, session.id, starts_at)
            for buyer, (session, starts_at) in zip(
                await buyers(storage, 4), [(one, TOMORROW), (other, half_an_hour_later)] * 2, strict=True
            )
        )

        assert outcome.reasons() == {"CreatorUnavailable": 2}
        assert sorted([await seats_taken(storage, one), await seats_taken(storage, other)]) == [0, 2]


async def test_buyers_of_six_overlapping_sessions_are_never_answered_busy(storage: Storage, services: Services) -> None:
    first = await stored_session(storage, max_participants=5, duration=60)
    others = [await stored_session(storage, max_participants=5, creator_id=first.creator_id) for _ in range(5)]
    sessions = [first, *others]

    outcome = await at_once(
        services.bookings.book(buyer, sessions[place % 6].id, TOMORROW + timedelta(minutes=10 * (place % 6)))
        for place, buyer in enumerate(await buyers(storage))
    )

    assert [error for error in outcome.refused if not isinstance(error, Conflict)] == []
    taken = [await seats_taken(storage, session) for session in sessions]
    # starts are ten minutes apart and each lasts sixty, so all six overlap
    assert sorted(taken) == [0, 0, 0, 0, 0, 5]
    assert len(outcome.done) == 5


async def test_seats_released_during_bookings_are_counted_correctly(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=3)

    async def book_and_cancel(buyer: Principal, *, keeps: bool) -> None:
        booking = (await services.bookings.book(buyer, session.id, TOMORROW)).resource
        if not keeps:
            await services.bookings.act(buyer, booking.id, "cancel")

    outcome = await at_once(
        book_and_cancel(buyer, keeps=place % 10 == 0) for place, buyer in enumerate(await buyers(storage, 100))
    )

    assert set(outcome.reasons()) <= {"SoldOut"}
    assert len(await check_books(storage, session)) <= 3


async def test_release_of_last_seat_races_with_overlapping_booking(storage: Storage, services: Services) -> None:
    for _ in range(10):
        one = await stored_session(storage)
        other = await stored_session(storage, creator_id=one.creator_id)
        holder, rival, returning = await buyers(storage, 3)
        held = (await services.bookings.book(holder, one.id, TOMORROW)).resource

        outcome = await at_once(
            [
                services.bookings.act(holder, held.id, "cancel"),
                services.bookings.book(rival, other.id, TOMORROW),
                services.bookings.book(returning, one.id, TOMORROW),
            ]
        )

        assert set(outcome.reasons()) <= {"CreatorUnavailable"}
        seats = [len(await check_books(storage, one)), len(await check_books(storage, other))]
        assert min(seats) == 0
        assert sum(seats) == len(outcome.done) - 1


async def test_booking_cancelled_many_times_releases_its_seats_once(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=9)
    await stored_booking(storage, session, seats=4)
    (buyer,) = await buyers(storage, 1)
    booking = (await services.bookings.book(buyer, session.id, TOMORROW, seats=2)).resource

    outcome = await at_once(services.bookings.act(buyer, booking.id, "cancel") for _ in range(10))

    assert outcome.reasons() == {"IllegalTransition": 9}
    assert await seats_taken(storage, session) == 4


async def test_concurrent_capacity_change_never_oversells(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=10)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))

    async def shrink() -> None:
        for capacity in (8, 6, 4, 12, 5):
            try:
                await services.sessions.change(owner, session.id, {"max_participants": capacity})
            except HasUpcomingBookings:
                await asyncio.sleep(0)

    outcome, _ = await asyncio.gather(
        at_once(services.bookings.book(buyer, session.id, TOMORROW) for buyer in await buyers(storage, 60)), shrink()
    )

    assert set(outcome.reasons()) == {"SoldOut"}
    changed = await storage.catalog.find(session.id, NOW)
    assert changed is not None
    bookings = await check_books(storage, session)
    assert len(bookings) == len(outcome.done) <= changed.max_participants
    assert {slot.capacity for slot in await slots_of(storage, session)} == {changed.max_participants}


@pytest.mark.parametrize("buyers_first", [0, 1, 5])
async def test_session_is_archived_only_without_upcoming_bookings(
    storage: Storage, services: Services, buyers_first: int
) -> None:
    for _ in range(5):
        session = await stored_session(storage, max_participants=10)
        owner = principal_of(a_user(id=session.creator_id, role="creator"))
        people = await buyers(storage, 10)
        attempts = [services.bookings.book(buyer, session.id, TOMORROW) for buyer in people]

        early = [asyncio.ensure_future(attempt) for attempt in attempts[:buyers_first]]
        archiving = asyncio.ensure_future(services.sessions.archive(owner, session.id))
        late = at_once(attempts[buyers_first:])
        refusals, *_ = await asyncio.gather(late, archiving, *early, return_exceptions=True)

        assert not isinstance(refusals, BaseException)
        found = await storage.catalog.find(session.id, NOW)
        assert found is not None
        sold = len(await check_books(storage, session))
        assert (found.archived_at is None) is (sold > 0) is (archiving.exception() is not None)
