"""What was sold stays with the booking, whatever happens to the session."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from builders import (
    TOMORROW,
    a_schedule,
    a_user,
    principal_of,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.refund_policies import PRESETS
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.terms import Terms
from marketplace.core.errors import CreatorUnavailable, PriceChanged, SoldOut, TooLate
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
EDITS = {
    "title": "Evening yoga",
    "duration": 90,
    "price": Decimal("5.00"),
    "cancellation_notice": 48,
    "payment_method": "at_session",
    "cancellation_policy": PRESETS["strict"],
}


def owner_of(session: Session) -> Principal:
    return principal_of(a_user(id=session.creator_id, role="creator"))


async def found(storage: Storage, booking_id: UUID) -> BookingHistory:
    booking = await storage.booking_lists.find(booking_id)
    assert booking is not None
    return booking


async def test_booking_keeps_the_terms_on_which_it_was_sold(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, cancellation_notice=2, cancellation_policy=PRESETS["flexible"])
    learner = principal_of(await stored_user(storage))
    booking = (await services.bookings.book(learner, session.id, TOMORROW, 2)).resource

    await services.sessions.change(owner_of(session), session.id, EDITS)

    kept = await found(storage, booking.id)
    assert kept.terms == booking.terms == Terms.of(session)
    assert (kept.amount, kept.ends_at) == (session.price * 2, TOMORROW + HOUR)
    assert kept.cancellable_until == TOMORROW - 2 * HOUR
    assert {name: getattr(kept.session_details, name) for name in EDITS} == EDITS
    (listed,) = (await storage.booking_lists.of_user(learner.user_id, 9, None)).items
    assert listed.terms == kept.terms


async def test_cancellation_notice_as_sold_decides_when_it_is_too_late(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, cancellation_notice=2)
    learners = [principal_of(await stored_user(storage)) for _ in range(3)]
    early, late, moved = [(await services.bookings.book(each, session.id, TOMORROW)).resource.id for each in learners]
    await services.sessions.change(owner_of(session), session.id, {"cancellation_notice": 48})

    services.clock.at = TOMORROW - 2 * HOUR - timedelta(seconds=1)
    assert (await services.bookings.act(learners[0], early, "cancel")).resource.status == "cancelled"
    assert (await services.bookings.reschedule(learners[2], moved, TOMORROW + 9 * HOUR)).resource.status == "confirmed"
    services.clock.at = TOMORROW - 2 * HOUR
    await services.sessions.change(owner_of(session), session.id, {"cancellation_notice": 0})
    with pytest.raises(TooLate):
        await services.bookings.act(learners[1], late, "cancel")


async def test_moved_booking_keeps_its_terms_and_its_new_slot_is_as_long_as_sold(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    learner, later = principal_of(await stored_user(storage)), TOMORROW + 5 * HOUR
    booking = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    await services.sessions.change(owner_of(session), session.id, {"duration": 30, "price": Decimal("99.00")})

    moved = (await services.bookings.reschedule(learner, booking.id, later)).resource

    assert (moved.terms, moved.amount, moved.ends_at) == (booking.terms, booking.amount, later + HOUR)
    assert [slot.ends_at for slot in await slots_of(storage, session)] == [later + HOUR]


async def ends_of(storage: Storage, session: Session) -> list[datetime]:
    return [slot.ends_at for slot in await slots_of(storage, session)]


async def test_slot_stays_as_long_as_its_longest_live_booking_was_sold_for(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    long = await stored_booking(storage, session)
    await services.sessions.change(owner_of(session), session.id, {"duration": 30})
    short = (await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW)).resource

    assert short.ends_at == TOMORROW + timedelta(minutes=30)
    assert await ends_of(storage, session) == [TOMORROW + HOUR]
    await services.sessions.change(owner_of(session), session.id, {"duration": 90})
    assert await ends_of(storage, session) == [TOMORROW + timedelta(minutes=90)]
    await cancel_now(storage, long)
    await services.sessions.change(owner_of(session), session.id, {"duration": 30})
    assert await ends_of(storage, session) == [TOMORROW + timedelta(minutes=30)]


async def test_slot_is_not_shortened_by_a_booking_that_moves_into_it(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)
    await services.sessions.change(owner_of(session), session.id, {"duration": 30})
    mover = principal_of(await stored_user(storage))
    short = (await services.bookings.book(mover, session.id, TOMORROW + 5 * HOUR)).resource

    moved = (await services.bookings.reschedule(mover, short.id, TOMORROW)).resource

    assert moved.ends_at == TOMORROW + timedelta(minutes=30)
    (slot,) = await slots_of(storage, session)
    assert (slot.ends_at, slot.blocked_until, slot.seats_taken) == (TOMORROW + HOUR, TOMORROW + HOUR, 2)


async def test_longest_durations_sold_are_those_of_live_upcoming_bookings(storage: Storage) -> None:
    session, other = await stored_session(storage, duration=60), await stored_session(storage)
    await stored_booking(storage, session)
    later = TOMORROW + 5 * HOUR
    await stored_booking(storage, session, starts_at=later)
    await cancel_now(storage, await stored_booking(storage, session, starts_at=later + 5 * HOUR))
    await stored_booking(storage, other, starts_at=later)

    async with storage.unit_of_work() as tx:
        assert await tx.slots.find_sold_durations(session.id, NOW) == {TOMORROW: 60, later: 60}
        assert await tx.slots.find_sold_durations(session.id, TOMORROW) == {later: 60}


async def test_creator_cannot_be_booked_during_time_that_was_sold(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, duration=60)
    await stored_booking(storage, session)
    await services.sessions.change(owner_of(session), session.id, {"duration": 30})
    half_past, buyer = TOMORROW + timedelta(minutes=30), principal_of(await stored_user(storage))

    with pytest.raises(CreatorUnavailable):
        await services.bookings.book(buyer, session.id, half_past)
    await services.schedules.replace(owner_of(session), session.id, a_schedule())
    listed = await services.slots.list(None, session.id, TOMORROW, half_past + HOUR)
    assert [each.starts_at for each in listed] == [TOMORROW, TOMORROW + HOUR]
    previewed = await services.slots.preview(owner_of(session), session.id, a_schedule(), TOMORROW, half_past + HOUR)
    assert [each.reason for each in previewed if each.starts_at == half_past] == ["other_session"]


async def test_price_that_changed_since_it_was_seen_books_nothing(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, price=Decimal("20.00"))
    buyer = principal_of(await stored_user(storage))
    await services.sessions.change(owner_of(session), session.id, {"price": Decimal("25.00")})

    with pytest.raises(PriceChanged) as caught:
        await services.bookings.book(buyer, session.id, TOMORROW, expected_price=Decimal("20.00"))
    assert (caught.value.price, "25.00" in caught.value.detail) == (Decimal("25.00"), True)
    assert await slots_of(storage, session) == ()
    booked = await services.bookings.book(buyer, session.id, TOMORROW, 2, expected_price=Decimal(25))
    assert booked.resource.amount == Decimal("50.00")


async def test_sold_out_is_said_before_a_changed_price(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, max_participants=1)
    await stored_booking(storage, session)

    with pytest.raises(SoldOut):
        await services.bookings.book(
            principal_of(await stored_user(storage)), session.id, TOMORROW, expected_price=Decimal(1)
        )


async def test_price_cannot_change_between_the_check_and_the_booking(storage: Storage) -> None:
    services = services_over(storage)
    session = await stored_session(storage, max_participants=50)
    buyers = [principal_of(await stored_user(storage)) for _ in range(8)]
    prices = [session.price, Decimal("60.00")]

    async def raise_price() -> None:
        await services.sessions.change(owner_of(session), session.id, {"price": prices[1]})

    async def buy(buyer: Principal) -> Decimal:
        try:
            booked = await services.bookings.book(buyer, session.id, TOMORROW, expected_price=prices[0])
        except PriceChanged as error:
            return error.price
        return booked.resource.amount

    _, *paid = await asyncio.gather(raise_price(), *(buy(buyer) for buyer in buyers))

    assert set(paid) <= set(prices)
    stored = (await storage.booking_lists.of_creator(session.creator_id, 50, None)).items
    assert {booking.amount for booking in stored} <= {prices[0]}
    assert len(stored) == paid.count(prices[0])
