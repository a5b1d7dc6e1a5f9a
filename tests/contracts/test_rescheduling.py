from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from builders import (
    TOMORROW,
    Services,
    a_principal,
    a_user,
    as_a,
    principal_of,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.booking_invariants import check_books
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, SoldOut
from marketplace.core.ports.storage import Storage

HALF_AN_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)
LATER = TOMORROW + 3 * HOUR


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def move(storage: Storage, session: Session, booking: Booking, starts_at: datetime) -> bool:
    """Reschedule a booking; return `False` and change nothing when the new seats are not available."""
    slot = Slot.of(session, starts_at)
    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(session.creator_id)
        found = await tx.bookings.acquire(booking.id)
        rescheduled, step = found.rescheduled(
            slot.starts_at, a_principal(found.user_id), NOW, requires_confirmation=False
        )
        await tx.slots.release(found)
        return await tx.slots.move(slot, rescheduled, step)


async def found(storage: Storage, booking: Booking) -> BookingHistory:
    history = await storage.booking_lists.find(booking.id)
    assert history is not None
    return history


async def taken(storage: Storage, session: Session) -> dict[datetime, int]:
    return {slot.starts_at: slot.seats_taken for slot in await slots_of(storage, session) if slot.seats_taken}


async def test_rescheduled_booking_has_seats_at_new_start_only(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session, seats=2)

    assert await move(storage, session, booking, LATER)

    assert await taken(storage, session) == {LATER: 2}
    rescheduled = await found(storage, booking)
    assert as_a(Booking, rescheduled) == replace(booking, starts_at=LATER)
    assert [(step.action, step.reason) for step in rescheduled.history] == [("book", ""), ("reschedule", "")]
    assert (rescheduled.history[-1].from_start, rescheduled.history[-1].to_start) == (TOMORROW, LATER)
    assert await check_books(storage, session.creator_id) == [rescheduled]


async def test_rescheduled_seats_join_seats_of_others_at_new_start(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session, starts_at=LATER, seats=2)
    booking = await stored_booking(storage, session)

    assert await move(storage, session, booking, LATER)

    assert await taken(storage, session) == {LATER: 3}


async def test_rescheduling_without_enough_seats_changes_nothing(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session, starts_at=LATER, seats=2)
    booking = await stored_booking(storage, session, seats=2)
    slot = Slot.of(session, LATER)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(session.creator_id)
        before = await tx.bookings.acquire(booking.id)
        rescheduled, step = before.rescheduled(
            slot.starts_at, a_principal(booking.user_id), NOW, requires_confirmation=False
        )
        assert not await tx.slots.move(slot, rescheduled, step)

    assert await found(storage, booking) == before
    assert await taken(storage, session) == {TOMORROW: 2, LATER: 2}


async def test_rescheduling_more_seats_than_current_capacity_is_sold_out(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    booking = await stored_booking(storage, session, seats=3)

    with pytest.raises(SoldOut):
        await move(storage, replace(session, max_participants=2), booking, LATER)

    assert await taken(storage, session) == {TOMORROW: 3}


async def test_new_slot_has_current_capacity_and_duration_of_session(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    gone = await stored_booking(storage, session, starts_at=LATER)
    await cancel_now(storage, gone)
    booking = await stored_booking(storage, session)

    assert await move(storage, replace(session, max_participants=1, duration=45), booking, LATER)

    (slot,) = [slot for slot in await slots_of(storage, session) if slot.seats_taken]
    assert (slot.capacity, slot.ends_at) == (1, LATER + timedelta(minutes=45))
    assert (await found(storage, booking)).terms == booking.terms


async def test_booking_cannot_be_rescheduled_to_start_its_learner_already_booked(storage: Storage) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id)
    await stored_booking(storage, session, learner.id, starts_at=LATER)

    with pytest.raises(AlreadyBooked):
        await move(storage, session, booking, LATER)

    assert await taken(storage, session) == {TOMORROW: 1, LATER: 1}


async def test_cancelled_booking_at_new_start_does_not_block_rescheduling(storage: Storage) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id)
    await cancel_now(storage, await stored_booking(storage, session, learner.id, starts_at=LATER))

    assert await move(storage, session, booking, LATER)
    assert await taken(storage, session) == {LATER: 1}


async def test_rescheduled_learner_can_book_old_start_again_but_not_new_one(storage: Storage) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id)
    await move(storage, session, booking, LATER)

    with pytest.raises(AlreadyBooked):
        await stored_booking(storage, session, learner.id, starts_at=LATER)
    await stored_booking(storage, session, learner.id)

    assert await taken(storage, session) == {TOMORROW: 1, LATER: 1}


async def test_creator_booked_by_another_session_blocks_rescheduling(storage: Storage) -> None:
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    await stored_booking(storage, other, starts_at=LATER + HALF_AN_HOUR)
    booking = await stored_booking(storage, session)

    with pytest.raises(CreatorUnavailable):
        await move(storage, session, booking, LATER)
    assert await move(storage, session, booking, LATER - HALF_AN_HOUR)


async def test_old_start_is_released_for_other_sessions_of_creator(storage: Storage) -> None:
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    booking = await stored_booking(storage, session)

    await move(storage, session, booking, LATER)

    await stored_booking(storage, other)
    await check_books(storage, session.creator_id)


@pytest.mark.parametrize("by", [HALF_AN_HOUR, -HALF_AN_HOUR])
async def test_booking_alone_in_its_slot_can_be_rescheduled_by_less_than_its_duration(
    storage: Storage, by: timedelta
) -> None:
    session = await stored_session(storage, duration=60)
    booking = await stored_booking(storage, session)

    assert await move(storage, session, booking, TOMORROW + by)
    assert await taken(storage, session) == {TOMORROW + by: 1}


async def test_other_bookings_in_old_slot_block_overlapping_new_slot(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    booking = await stored_booking(storage, session)
    await stored_booking(storage, session)

    with pytest.raises(CreatorUnavailable):
        await move(storage, session, booking, TOMORROW + HALF_AN_HOUR)
    assert await taken(storage, session) == {TOMORROW: 2}


async def test_live_bookings_of_slot_are_acquired_by_id(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=9)
    bookings = [await stored_booking(storage, session, status=status) for status in ("pending", "confirmed")]
    await cancel_now(storage, await stored_booking(storage, session))
    await stored_booking(storage, session, status="completed")
    await move(storage, session, await stored_booking(storage, session), LATER)
    await stored_booking(storage, await stored_session(storage))

    async with storage.unit_of_work() as tx:
        acquired = await tx.bookings.acquire_of_slot(session.id, TOMORROW)
        without_bookings = await tx.bookings.acquire_of_slot(session.id, TOMORROW + HOUR)
        unknown = await tx.bookings.acquire_of_slot(uuid4(), TOMORROW)

    assert list(acquired) == [await found(storage, booking) for booking in bookings]
    assert without_bookings == unknown == ()


async def test_respond_by_is_stored_until_response(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session, status="pending", respond_by=NOW + HOUR)
    requested = await found(storage, booking)
    assert requested.respond_by == NOW + HOUR

    async with storage.unit_of_work() as tx:
        answered, step = (await tx.bookings.acquire(booking.id)).after("confirm", a_principal(session.creator_id), NOW)
        await tx.bookings.save(answered, step)
    assert (await found(storage, booking)).respond_by is None

    async with storage.unit_of_work() as tx:
        await tx.bookings.save(replace(booking, respond_by=NOW + 2 * HOUR), step)
    assert (await found(storage, booking)).respond_by == NOW + 2 * HOUR


async def principal(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage))


async def test_rescheduled_pending_booking_has_response_deadline(storage: Storage, services: Services) -> None:
    session, learner = await stored_session(storage, requires_confirmation=True), await principal(storage)
    booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    services.clock.advance(HOUR)

    rescheduled = (await services.bookings.reschedule(learner, booked.id, TOMORROW + timedelta(days=9))).resource

    assert (rescheduled.status, rescheduled.respond_by) == ("pending", NOW + timedelta(hours=49))
    assert await services.bookings.get(learner, booked.id) == rescheduled


@pytest.mark.parametrize("reason", [SoldOut, CreatorUnavailable, AlreadyBooked])
async def test_refused_rescheduling_leaves_booking_unchanged(
    storage: Storage, services: Services, reason: type[Exception]
) -> None:
    session, learner = await stored_session(storage, max_participants=2), await principal(storage)
    booked = (await services.bookings.book(learner, session.id, TOMORROW, seats=2)).resource
    if reason is SoldOut:
        await stored_booking(storage, session, starts_at=LATER)
    elif reason is CreatorUnavailable:
        await stored_booking(storage, await stored_session(storage, creator_id=session.creator_id), starts_at=LATER)
    else:
        await services.bookings.book(learner, session.id, LATER, seats=2)
    before = await services.bookings.get(learner, booked.id)

    with pytest.raises(reason):
        await services.bookings.reschedule(learner, booked.id, LATER)

    assert await services.bookings.get(learner, booked.id) == before
    await check_books(storage, session.creator_id)


async def test_cancelled_slot_has_no_seats_taken_and_its_bookings_have_reason(
    storage: Storage, services: Services
) -> None:
    session = await stored_session(storage, max_participants=9)
    owner = principal_of(a_user(id=session.creator_id, role="creator"))
    learners = [await principal(storage) for _ in range(3)]
    created = [(await services.bookings.book(learner, session.id, TOMORROW, seats=2)).resource for learner in learners]
    kept = (await services.bookings.book(learners[0], session.id, LATER)).resource

    cancelled = (await services.slots.cancel(owner, session.id, TOMORROW, "I am ill.")).resource

    assert [booking.id for booking in cancelled] == [booking.id for booking in created]
    assert {booking.history[-1].reason for booking in cancelled} == {"I am ill."}
    assert await taken(storage, session) == {LATER: 1}
    assert [each.status for each in await check_books(storage, session.creator_id)] == [*["cancelled"] * 3, kept.status]
    assert (await services.slots.cancel(owner, session.id, TOMORROW, "")).resource == ()
