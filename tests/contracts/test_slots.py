from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

import builders
from builders import (
    TOMORROW,
    a_booking,
    a_contact,
    seats_taken,
    session_details,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import cancel_now
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import AlreadyBooked, Conflict, CreatorUnavailable, NotFound, SoldOut
from marketplace.core.ports.storage import Storage

HALF_AN_HOUR = timedelta(minutes=30)


async def take(storage: Storage, session: Session, booking: Booking) -> bool:
    async with storage.unit_of_work() as tx:
        return await builders.take(tx, session, booking)


async def open_slot(storage: Storage, session: Session, booking: Booking) -> bool:
    async with storage.unit_of_work() as tx:
        return await builders.open_slot(tx, session, booking)


async def buyers_booking(
    storage: Storage, session: Session, *, seats: int = 1, starts_at: datetime = TOMORROW
) -> Booking:
    return a_booking(session, (await stored_user(storage)).id, seats=seats, starts_at=starts_at)


async def test_quote_has_session_and_buyer_and_no_slot_until_one_is_opened(storage: Storage) -> None:
    creator, buyer = await stored_user(storage, role="creator"), await stored_user(storage)
    session = await stored_session(storage, creator_id=creator.id)

    async with storage.unit_of_work() as tx:
        quote = await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)

    assert quote == BookingQuote(
        session=session_details(session, creator),
        buyer=a_contact(buyer),
        starts_at=TOMORROW,
        slot=None,
        already_booked=False,
        buyer_is_verified=False,
    )


async def test_quote_shows_seats_taken_and_whether_buyer_holds_them(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session, seats=2)
    other = await stored_user(storage)

    async with storage.unit_of_work() as tx:
        own = await tx.slots.acquire_quote(session.id, TOMORROW, booking.user_id)
        others = await tx.slots.acquire_quote(session.id, TOMORROW, other.id)
        later = await tx.slots.acquire_quote(session.id, TOMORROW + HALF_AN_HOUR, booking.user_id)

    assert own.slot == others.slot == Slot.of(session, TOMORROW, 2)
    assert (own.already_booked, others.already_booked, later.already_booked) == (True, False, False)
    assert later.slot is None


async def test_quote_requires_known_session_and_buyer(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.slots.acquire_quote(uuid4(), TOMORROW, buyer.id)
    async with storage.unit_of_work() as tx:
        with pytest.raises(NotFound):
            await tx.slots.acquire_quote(session.id, TOMORROW, uuid4())


async def test_seats_are_taken_in_an_opened_slot_until_it_is_full(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)

    assert await open_slot(storage, session, await buyers_booking(storage, session))
    assert await take(storage, session, await buyers_booking(storage, session, seats=2))
    assert not await take(storage, session, await buyers_booking(storage, session))

    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 3),)


async def test_booking_more_seats_than_left_takes_none(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session, seats=2)
    booking = await buyers_booking(storage, session, seats=2)

    assert not await take(storage, session, booking)
    assert not await open_slot(storage, session, booking)

    assert await seats_taken(storage, session) == 2
    assert await storage.booking_lists.find(booking.id) is None


async def test_seats_are_not_taken_in_a_slot_that_is_absent_or_empty(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await buyers_booking(storage, session)
    assert not await take(storage, session, booking)

    await cancel_now(storage, await stored_booking(storage, session))

    assert not await take(storage, session, booking)
    assert await storage.booking_lists.find(booking.id) is None
    assert await seats_taken(storage, session) == 0


async def test_opening_an_already_open_slot_takes_seats_in_it(storage: Storage) -> None:
    session = await stored_session(storage)
    await stored_booking(storage, session)

    assert await open_slot(storage, session, await buyers_booking(storage, session, seats=2))
    assert await seats_taken(storage, session) == 3


async def test_slot_with_fewer_seats_than_requested_is_sold_out(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    booking = await buyers_booking(storage, session, seats=4)

    with pytest.raises(SoldOut):
        await open_slot(storage, session, booking)
    assert await slots_of(storage, session) == ()


async def test_person_has_at_most_one_live_booking_in_slot(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)

    with pytest.raises(AlreadyBooked):
        await take(storage, session, a_booking(session, booking.user_id))
    with pytest.raises(AlreadyBooked):
        await open_slot(storage, session, a_booking(session, booking.user_id))
    assert await seats_taken(storage, session) == 1


async def test_person_can_book_two_starts_of_one_session(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)

    later = await stored_booking(storage, session, booking.user_id, starts_at=TOMORROW + timedelta(hours=1))

    assert [slot.starts_at for slot in await slots_of(storage, session)] == [booking.starts_at, later.starts_at]


async def test_released_seat_can_be_taken_again(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=1)
    booking = await stored_booking(storage, session)
    await cancel_now(storage, booking)
    assert await seats_taken(storage, session) == 0

    again = await stored_booking(storage, session, booking.user_id)

    assert await seats_taken(storage, session) == 1
    assert (await storage.booking_lists.of_user(booking.user_id, 1, None)).items[0].id == again.id


async def test_seats_released_cannot_exceed_seats_taken(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session, seats=2)

    with pytest.raises(Conflict):
        async with storage.unit_of_work() as tx:
            await tx.slots.release(replace(booking, seats=3))
    assert await seats_taken(storage, session) == 2


@pytest.mark.parametrize("minutes", [-59, -30, 0, 30, 59])
async def test_occupied_slot_excludes_overlapping_slots_of_same_creator(storage: Storage, minutes: int) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    await stored_booking(storage, session)
    booking = await buyers_booking(storage, other, starts_at=TOMORROW + timedelta(minutes=minutes))

    with pytest.raises(CreatorUnavailable):
        await open_slot(storage, other, booking)
    assert await slots_of(storage, other) == ()


async def test_overlapping_slots_of_one_session_exclude_each_other(storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)

    with pytest.raises(CreatorUnavailable):
        await stored_booking(storage, session, starts_at=TOMORROW + HALF_AN_HOUR)


@pytest.mark.parametrize("minutes", [-60, 60])
async def test_slots_that_only_touch_do_not_exclude_each_other(storage: Storage, minutes: int) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    await stored_booking(storage, session)

    await stored_booking(storage, other, starts_at=TOMORROW + timedelta(minutes=minutes))

    assert await seats_taken(storage, session) == await seats_taken(storage, other) == 1


async def test_slots_of_other_creators_may_overlap(storage: Storage) -> None:
    await stored_booking(storage, await stored_session(storage))
    other = await stored_session(storage)

    await stored_booking(storage, other)

    assert await seats_taken(storage, other) == 1


async def test_emptied_slot_excludes_nothing(storage: Storage) -> None:
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    await cancel_now(storage, await stored_booking(storage, session))

    await stored_booking(storage, other, starts_at=TOMORROW + HALF_AN_HOUR)

    with pytest.raises(CreatorUnavailable):
        await stored_booking(storage, session)
