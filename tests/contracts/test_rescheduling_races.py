"""Bookings rescheduled while others compete for the same seats, through the services."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from builders import TOMORROW, Services, services_over, slots_of, stored_session
from contracts.booking_invariants import check_books, is_move
from contracts.harness import at_once, owner_of, principals, seats_at, watched
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import HasUpcomingBookings, TransactionConflict
from marketplace.core.ports.storage import Storage

ROUNDS = 10
HOUR = timedelta(hours=1)
LATER = TOMORROW + 3 * HOUR


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def test_rescheduling_and_booking_race_for_last_seat_has_one_winner(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=1)
        mover, buyer = await principals(storage, 2)
        booked = (await services.bookings.book(mover, session.id, TOMORROW)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(mover, booked.id, LATER),
                services.bookings.book(buyer, session.id, LATER),
            ]
        )

        assert outcome.reasons() == {"SoldOut": 1}
        bookings = await check_books(storage, session.creator_id)
        assert sorted(each.starts_at for each in bookings) in ([LATER], [TOMORROW, LATER])


async def test_concurrent_rescheduling_and_booking_never_oversells(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=10)
    movers, buyers = await principals(storage, 10), await principals(storage, 20)
    booked = [(await services.bookings.book(mover, session.id, TOMORROW)).resource for mover in movers]

    outcome = await at_once(
        [
            *(services.bookings.reschedule(mover, each.id, LATER) for mover, each in zip(movers, booked, strict=True)),
            *(services.bookings.book(buyer, session.id, LATER) for buyer in buyers),
        ]
    )

    assert outcome.reasons() == {"SoldOut": 20}
    await check_books(storage, session.creator_id)
    assert (await seats_at(storage, session))[LATER] == 10


async def test_rescheduled_bookings_can_swap_slots(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=2)
        one, other = await principals(storage, 2)
        early = (await services.bookings.book(one, session.id, TOMORROW)).resource
        late = (await services.bookings.book(other, session.id, LATER)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(one, early.id, LATER),
                services.bookings.reschedule(other, late.id, TOMORROW),
            ]
        )

        assert outcome.refused == ()
        assert await seats_at(storage, session) == {TOMORROW: 1, LATER: 1}
        await check_books(storage, session.creator_id)


async def test_swap_of_full_slots_is_sold_out(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=1)
        one, other = await principals(storage, 2)
        early = (await services.bookings.book(one, session.id, TOMORROW)).resource
        late = (await services.bookings.book(other, session.id, LATER)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(one, early.id, LATER),
                services.bookings.reschedule(other, late.id, TOMORROW),
            ]
        )

        assert outcome.reasons() == {"SoldOut": 2}
        assert await seats_at(storage, session) == {TOMORROW: 1, LATER: 1}


async def test_sessions_rescheduled_into_each_others_time_never_overlap(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        yoga = await stored_session(storage)
        music = await stored_session(storage, creator_id=yoga.creator_id)
        one, other = await principals(storage, 2)
        early = (await services.bookings.book(one, yoga.id, TOMORROW)).resource
        late = (await services.bookings.book(other, music.id, LATER)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(one, early.id, LATER + HOUR / 2),
                services.bookings.reschedule(other, late.id, TOMORROW + HOUR / 2),
            ]
        )

        assert outcome.reasons() == {"CreatorUnavailable": 2}
        await check_books(storage, yoga.creator_id)


async def test_rescheduling_races_with_cancellation(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage)
        (learner,) = await principals(storage, 1)
        booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(learner, booked.id, LATER),
                services.bookings.act(learner, booked.id, "cancel"),
            ]
        )

        assert set(outcome.reasons()) <= {"IllegalTransition"}
        (booking,) = await check_books(storage, session.creator_id)
        assert booking.status == "cancelled"
        assert len(booking.history) == len(outcome.done) + 1
        assert await seats_at(storage, session) == {}


@pytest.mark.parametrize("capacity", [1, 2])
async def test_rescheduling_away_races_with_rescheduling_back(
    storage: Storage, services: Services, capacity: int
) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=capacity)
        (learner,) = await principals(storage, 1)
        booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource

        outcome = await at_once(services.bookings.reschedule(learner, booked.id, at) for at in (LATER, TOMORROW))

        assert set(outcome.reasons()) <= {"IllegalTransition"}
        (booking,) = await check_books(storage, session.creator_id)
        assert booking.starts_at == outcome.done[-1].resource.starts_at
        assert len(booking.history) == len(outcome.done) + 1


async def test_rescheduling_races_with_new_booking_of_same_person_at_either_start(
    storage: Storage, services: Services
) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage)
        (learner,) = await principals(storage, 1)
        booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource

        outcome = await at_once(
            [
                services.bookings.reschedule(learner, booked.id, LATER),
                services.bookings.book(learner, session.id, LATER),
                services.bookings.book(learner, session.id, TOMORROW),
            ]
        )

        assert set(outcome.reasons()) <= {"AlreadyBooked"}
        bookings = await check_books(storage, session.creator_id)
        assert len({each.starts_at for each in bookings}) == len(bookings)


@pytest.mark.parametrize("capacity", [1, 2])
async def test_rescheduling_races_with_capacity_change(storage: Storage, services: Services, capacity: int) -> None:
    for _ in range(ROUNDS):
        session = await stored_session(storage, max_participants=3)
        holder, mover = await principals(storage, 2)
        await services.bookings.book(holder, session.id, LATER)
        booked = (await services.bookings.book(mover, session.id, TOMORROW)).resource

        moving = asyncio.ensure_future(services.bookings.reschedule(mover, booked.id, LATER))
        edit = services.sessions.change(owner_of(session), session.id, {"max_participants": capacity})
        rescheduled, edited = await asyncio.gather(moving, edit, return_exceptions=True)

        await check_books(storage, session.creator_id)
        assert not isinstance(rescheduled, BaseException) or type(rescheduled).__name__ == "SoldOut"
        assert not isinstance(edited, BaseException) or isinstance(edited, HasUpcomingBookings)
        expected = 3 if isinstance(edited, BaseException) else capacity
        assert {slot.capacity for slot in await slots_of(storage, session)} == {expected}
        refusals = [each for each in (rescheduled, edited) if isinstance(each, BaseException)]
        assert len(refusals) == (1 if capacity == 1 else 0)


async def test_fifty_random_reschedulings_over_five_slots_sell_no_seat_twice(
    storage: Storage, services: Services
) -> None:
    chance = Random(50)  # noqa: S311 - the choice of moves is not a secret
    session = await stored_session(storage, max_participants=4, duration=60)
    starts = [TOMORROW + place * HOUR for place in range(5)]
    learners = await principals(storage, 16)
    booked = [
        (await services.bookings.book(learner, session.id, starts[place % 5])).resource
        for place, learner in enumerate(learners)
    ]
    tries = [(place, chance.choice(starts)) for place in chance.choices(range(16), k=50)]

    outcome = await at_once(
        services.bookings.reschedule(learners[place], booked[place].id, start) for place, start in tries
    )

    assert set(outcome.reasons()) <= {"SoldOut", "IllegalTransition"}
    bookings = await check_books(storage, session.creator_id)
    assert sum((await seats_at(storage, session)).values()) == len(bookings) == 16
    moves = [step for each in bookings for step in each.history[1:]]
    assert all(map(is_move, moves))
    assert len(moves) == len(outcome.done) > 5


async def test_moves_and_cancellations_of_bookings_with_seats_at_two_starts_never_deadlock(storage: Storage) -> None:
    conflicts = list[TransactionConflict]()
    services = services_over(storage, unit_of_work=watched(storage, conflicts))
    act, move = services.bookings.act, services.bookings.reschedule
    early, late = TOMORROW + 3 * HOUR, TOMORROW + 9 * HOUR

    async def confirmed(session: Session, learner: Principal, start: datetime) -> UUID:
        booked = (await services.bookings.book(learner, session.id, start)).resource
        await act(owner_of(session), booked.id, "confirm")
        return booked.id

    for _ in range(3):
        session = await stored_session(storage, requires_confirmation=True, max_participants=50, duration=60)
        creator, (asking, *others) = owner_of(session), await principals(storage, 9)
        asked_again = await confirmed(session, asking, TOMORROW)
        await move(asking, asked_again, late)
        moved = [await confirmed(session, learner, late) for learner in others[:3]]
        cancelled = [await confirmed(session, learner, early) for learner in others[3:]]
        for learner, booking_id in zip(others[3:], cancelled, strict=True):
            await move(learner, booking_id, late)

        outcome = await at_once(
            [
                act(creator, cancelled[0], "cancel"),
                move(asking, asked_again, early),
                act(creator, cancelled[1], "cancel"),
                move(creator, moved[0], early),
                act(creator, cancelled[2], "cancel"),
                move(creator, moved[1], early + HOUR / 2),
                act(creator, cancelled[3], "cancel"),
                move(creator, moved[2], early),
                act(creator, cancelled[4], "cancel"),
            ]
        )

        assert conflicts == []
        assert outcome.reasons().keys() <= {"CreatorUnavailable"}
        await check_books(storage, session.creator_id)
