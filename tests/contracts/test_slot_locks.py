"""Lock waits between transactions that take seats."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

import builders
from builders import (
    TOMORROW,
    a_booking,
    a_principal,
    seats_taken,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import broken_transaction, cancel, waits
from fakes import NOW
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import User
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction


async def published(storage: Storage, session: Session, buyer_id: UUID) -> BookingQuote:
    async with storage.unit_of_work() as tx:
        return await tx.slots.acquire_quote(session.id, TOMORROW, buyer_id)


async def take(storage: Storage, session: Session, booking: Booking) -> bool:
    async with storage.unit_of_work() as tx:
        return await builders.take(tx, session, booking)


async def test_buyers_can_hold_quotes_of_one_session_concurrently(storage: Storage) -> None:
    session, one, other = await stored_session(storage), await stored_user(storage), await stored_user(storage)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_quote(session.id, TOMORROW, one.id)
        assert (await published(storage, session, other.id)).buyer.id == other.id


async def test_change_of_creator_account_does_not_wait_for_buyers(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
        async with storage.unit_of_work() as another:
            creator = await another.users.acquire(session.creator_id)
            await another.users.save(replace(creator, first_name="Grace"))


async def test_acquire_with_sessions_waits_for_buyers_holding_quotes(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async def acquire_creator() -> User:
        async with storage.unit_of_work() as tx:
            return await tx.users.acquire_with_sessions(session.creator_id)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
        acquiring = asyncio.create_task(acquire_creator())
        assert await waits(acquiring)

    assert (await acquiring).id == session.creator_id


async def test_blocked_buyer_sees_current_creator_account_after_waiting(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    async with storage.unit_of_work() as tx:
        creator = await tx.users.acquire_with_sessions(session.creator_id)
        offering = asyncio.create_task(published(storage, session, buyer.id))
        assert await waits(offering)
        await tx.users.save(replace(creator, is_active=False))

    assert not (await offering).session.creator_is_active


async def test_slots_of_one_creator_are_opened_one_at_a_time(storage: Storage) -> None:
    creator_id = uuid4()

    async def acquire_creator() -> None:
        async with storage.unit_of_work() as tx:
            await tx.slots.acquire_creator(creator_id)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(creator_id)
        acquiring = asyncio.create_task(acquire_creator())
        assert await waits(acquiring)
        async with storage.unit_of_work() as another:
            await another.slots.acquire_creator(uuid4())

    await acquiring


async def test_buyer_waits_for_another_and_gets_remaining_seat(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    await stored_booking(storage, session)

    async with storage.unit_of_work() as tx:
        assert await builders.take(tx, session, a_booking(session, (await stored_user(storage)).id))
        one = asyncio.create_task(take(storage, session, a_booking(session, (await stored_user(storage)).id)))
        too_many = asyncio.create_task(
            take(storage, session, a_booking(session, (await stored_user(storage)).id, seats=2))
        )
        assert await waits(one)
        assert await waits(too_many)

    assert (await one, await too_many) == (True, False)
    assert await seats_taken(storage, session) == 3


async def test_buyer_gets_seat_when_other_buyer_rolls_back(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=2)
    await stored_booking(storage, session)

    async with broken_transaction(storage) as tx:
        assert await builders.take(tx, session, a_booking(session, (await stored_user(storage)).id))
        taking = asyncio.create_task(take(storage, session, a_booking(session, (await stored_user(storage)).id)))
        assert await waits(taking)

    assert await taking
    assert await seats_taken(storage, session) == 2


async def test_buyer_who_waited_for_last_cancellation_finds_slot_empty(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)

    async with storage.unit_of_work() as tx:
        await cancel(tx, booking)
        taking = asyncio.create_task(take(storage, session, a_booking(session, (await stored_user(storage)).id)))
        assert await waits(taking)

    assert not await taking


async def test_concurrent_duplicate_booking_of_one_person_is_refused(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)
    await stored_booking(storage, session)

    async with storage.unit_of_work() as tx:
        assert await builders.take(tx, session, a_booking(session, buyer.id))
        twin = asyncio.create_task(take(storage, session, a_booking(session, buyer.id)))
        assert await waits(twin)

    with pytest.raises(AlreadyBooked):
        await twin
    assert await seats_taken(storage, session) == 2


@pytest.mark.parametrize("is_rolled_back", [False, True])
async def test_an_overlapping_slot_waits_until_the_first_is_decided(storage: Storage, *, is_rolled_back: bool) -> None:
    """The adapter itself enforces the rule, even without the creator's lock."""
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    own = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=10))
    another = await stored_booking(storage, other, starts_at=TOMORROW + timedelta(hours=20))

    async def move(tx: Transaction, session: Session, booking: Booking) -> bool:
        slot = Slot.of(session, TOMORROW)
        rescheduled, step = booking.rescheduled(
            slot.starts_at, a_principal(booking.user_id), NOW, requires_confirmation=False
        )
        await tx.slots.release(booking)
        return await tx.slots.move(slot, rescheduled, step)

    async def open_other() -> bool:
        async with storage.unit_of_work() as tx:
            return await move(tx, other, another)

    async with broken_transaction(storage) if is_rolled_back else storage.unit_of_work() as tx:
        assert await move(tx, session, own)
        bookable = asyncio.create_task(open_other())
        assert await waits(bookable)

    if is_rolled_back:
        assert await bookable
    else:
        with pytest.raises(CreatorUnavailable):
            await bookable
    opened = [slot.starts_at for slot in await slots_of(storage, other) if slot.seats_taken]
    assert opened == [TOMORROW if is_rolled_back else another.starts_at]


async def test_an_overlapping_slot_waits_for_a_cancellation_and_is_then_opened(storage: Storage) -> None:
    session = await stored_session(storage)
    other = await stored_session(storage, creator_id=session.creator_id)
    booking = await stored_booking(storage, session)

    async with storage.unit_of_work() as tx:
        await cancel(tx, booking)
        bookable = asyncio.create_task(stored_booking(storage, other))
        assert await waits(bookable)

    await bookable
    assert (await seats_taken(storage, session), await seats_taken(storage, other)) == (0, 1)


async def test_buyer_waits_for_lock_on_upcoming_slots(storage: Storage) -> None:
    session = await stored_session(storage)
    later = TOMORROW + timedelta(hours=2)
    await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=later)

    async with storage.unit_of_work() as tx:
        assert len(await tx.slots.acquire_upcoming(session.id, NOW)) == 2
        taking = asyncio.create_task(
            take(storage, session, a_booking(session, (await stored_user(storage)).id, starts_at=later))
        )
        assert await waits(taking)

    assert await taking


async def test_acquire_upcoming_slots_after_waiting_sees_seats_taken(storage: Storage) -> None:
    session = await stored_session(storage)
    await stored_booking(storage, session)

    async with storage.unit_of_work() as tx:
        assert await builders.take(tx, session, a_booking(session, (await stored_user(storage)).id))
        acquiring = asyncio.create_task(slots_of(storage, session))
        assert await waits(acquiring)

    assert await acquiring == (Slot.of(session, TOMORROW, 2),)
