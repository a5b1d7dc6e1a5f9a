"""Seats of a live booking, changed up and down."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_user,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.booking_invariants import check_books
from contracts.harness import at_once, owner_of, principals, seats_at
from fakes import NOW, MovableClock
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import IllegalTransition, NotBookable, NotFound, NotSignedIn, NotYours, SoldOut, TooLate
from marketplace.core.ports.storage import Storage

ROUNDS = 10
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


async def booked(
    storage: Storage, seats: int = 2, *, of: Session | None = None, **changes: Any
) -> tuple[Session, Principal, BookingHistory]:
    session = of or await stored_session(storage, max_participants=4)
    learner = await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id, seats=seats, **changes)
    found = await storage.booking_lists.find(booking.id)
    assert found is not None
    return session, principal_of(learner), found


@pytest.mark.parametrize("seats", [1, 3, 4])
async def test_changed_seats_are_taken_from_the_slot_and_cost_the_sold_price(
    storage: Storage, services: Services, seats: int
) -> None:
    session, learner, booking = await booked(storage)
    await services.sessions.change(owner_of(session), session.id, {"price": Decimal("80.00")})

    changed = (await services.seat_changes.change(learner, booking.id, seats)).resource

    assert (changed.seats, changed.amount, changed.status) == (seats, Decimal("49.99") * seats, "confirmed")
    step = changed.history[-1]
    assert (step.action, step.from_seats, step.to_seats, step.actor_id) == ("seats", 2, seats, learner.user_id)
    assert replace(changed, session_details=booking.session_details) == replace(
        (await storage.booking_lists.find(booking.id)) or booking, session_details=booking.session_details
    )
    assert await seats_at(storage, session) == {TOMORROW: seats}
    await check_books(storage, session.creator_id)


async def test_same_number_of_seats_changes_nothing(storage: Storage, services: Services) -> None:
    _, learner, booking = await booked(storage)

    assert (await services.seat_changes.change(learner, booking.id, 2)).resource == booking


async def test_more_seats_than_are_left_are_sold_out(storage: Storage, services: Services) -> None:
    session, learner, booking = await booked(storage)
    await stored_booking(storage, session, seats=1)

    with pytest.raises(SoldOut):
        await services.seat_changes.change(learner, booking.id, 4)

    assert await seats_at(storage, session) == {TOMORROW: 3}
    assert await storage.booking_lists.find(booking.id) == booking


async def test_seats_are_changed_only_by_their_learner(storage: Storage, services: Services) -> None:
    session, _, booking = await booked(storage)
    staff, stranger = principal_of(await stored_user(storage, is_staff=True)), principal_of(await stored_user(storage))
    refusals = {owner_of(session): NotYours, staff: NotYours, stranger: NotFound}

    for principal, refusal in refusals.items():
        with pytest.raises(refusal):
            await services.seat_changes.change(principal, booking.id, 1)
    with pytest.raises(NotFound):
        await services.seat_changes.change(stranger, uuid4(), 1)


@pytest.mark.parametrize("status", ["cancelled", "completed"])
async def test_seats_of_settled_booking_cannot_be_changed(storage: Storage, services: Services, status: str) -> None:
    _, learner, booking = await booked(storage, status=status)

    for seats in (1, 3):
        with pytest.raises(IllegalTransition):
            await services.seat_changes.change(learner, booking.id, seats)


async def test_seats_are_given_back_until_the_notice_and_added_until_the_start(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session = await stored_session(storage, max_participants=4, cancellation_notice=4)
    _, learner, booking = await booked(storage, of=session)

    clock.at = TOMORROW - 4 * HOUR
    with pytest.raises(TooLate):
        await services.seat_changes.change(learner, booking.id, 1)
    assert (await services.seat_changes.change(learner, booking.id, 3)).resource.seats == 3
    clock.at = TOMORROW
    for seats in (1, 4):
        with pytest.raises(TooLate):
            await services.seat_changes.change(learner, booking.id, seats)


async def test_seats_of_pending_booking_change_without_a_longer_deadline(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session = await stored_session(storage, max_participants=4, requires_confirmation=True)
    respond_by = NOW + 5 * HOUR
    _, learner, booking = await booked(storage, of=session, status="pending", respond_by=respond_by)

    changed = (await services.seat_changes.change(learner, booking.id, 4)).resource

    assert (changed.seats, changed.status, changed.respond_by) == (4, "pending", respond_by)
    clock.at = respond_by
    with pytest.raises(TooLate):
        await services.seat_changes.change(learner, booking.id, 1)


async def test_confirmed_seats_can_only_be_given_back_where_the_creator_confirms(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=4, requires_confirmation=True)
    _, learner, booking = await booked(storage, of=session)

    with pytest.raises(IllegalTransition, match="confirmed this number of seats"):
        await services.seat_changes.change(learner, booking.id, 3)
    assert (await services.seat_changes.change(learner, booking.id, 1)).resource.seats == 1


async def test_paused_session_sells_no_more_seats_and_takes_seats_back(storage: Storage, services: Services) -> None:
    session, learner, booking = await booked(storage)
    await services.sessions.change(owner_of(session), session.id, {"status": "inactive"})

    with pytest.raises(NotBookable):
        await services.seat_changes.change(learner, booking.id, 3)
    assert (await services.seat_changes.change(learner, booking.id, 1)).resource.seats == 1


async def test_seats_cannot_be_changed_while_another_time_is_requested(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=4, requires_confirmation=True)
    _, learner, booking = await booked(storage, of=session)
    await services.bookings.reschedule(learner, booking.id, TOMORROW + 3 * HOUR)

    with pytest.raises(IllegalTransition, match="Withdraw the request"):
        await services.seat_changes.change(learner, booking.id, 1)


async def test_repeat_with_the_same_key_changes_seats_once(storage: Storage, services: Services) -> None:
    session, learner, booking = await booked(storage)
    key = IdempotencyKey(user_id=learner.user_id, route=f"seats {booking.id}", key=uuid4().hex, body_hash=b"3" * 32)

    first = await services.seat_changes.change(learner, booking.id, 3, key=key)
    await services.seat_changes.change(learner, booking.id, 1)
    repeat = await services.seat_changes.change(learner, booking.id, 3, key=key)

    assert (first.is_replay, repeat.is_replay, repeat.resource.seats) == (False, True, 1)
    assert await seats_at(storage, session) == {TOMORROW: 1}


async def test_last_seat_goes_to_the_change_or_to_the_booking(storage: Storage, services: Services) -> None:
    for _ in range(ROUNDS):
        session, learner, booking = await booked(storage, seats=3)
        (buyer,) = await principals(storage, 1)

        outcome = await at_once(
            [
                services.seat_changes.change(learner, booking.id, 4),
                services.bookings.book(buyer, session.id, TOMORROW),
            ]
        )

        assert outcome.reasons() == {"SoldOut": 1}
        assert await seats_at(storage, session) == {TOMORROW: 4}
        await check_books(storage, session.creator_id)


async def test_concurrent_changes_of_one_slot_never_oversell(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=12)
    found = [await booked(storage, seats=1, of=session) for _ in range(6)]

    await at_once(
        services.seat_changes.change(learner, booking.id, seats) for seats in (4, 2, 3) for _, learner, booking in found
    )

    bookings = await check_books(storage, session.creator_id)
    assert sum(booking.seats for booking in bookings) <= 12


async def test_change_races_cancellation_rescheduling_and_edit_without_losing_a_seat(
    storage: Storage, services: Services
) -> None:
    for _ in range(ROUNDS):
        session, learner, booking = await booked(storage)

        await at_once(
            [
                services.seat_changes.change(learner, booking.id, 3),
                services.bookings.reschedule(learner, booking.id, TOMORROW + 3 * HOUR),
                services.sessions.change(owner_of(session), session.id, {"max_participants": 3}),
                services.bookings.act(learner, booking.id, "cancel"),
            ]
        )

        await check_books(storage, session.creator_id)


async def test_deactivated_learner_cannot_take_more_seats(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=4)
    gone = a_user()
    async with storage.unit_of_work() as tx:
        await tx.users.add(gone)
    booking = await stored_booking(storage, session, gone.id)
    await services.users.set_active(gone.id, is_active=False)

    with pytest.raises(NotSignedIn):
        await services.seat_changes.change(principal_of(gone), booking.id, 2)
