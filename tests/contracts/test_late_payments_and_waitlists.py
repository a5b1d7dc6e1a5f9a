"""Payments that come too late for seats which a waitlist has offered since, run on either storage."""

from datetime import timedelta
from uuid import UUID

import pytest

from builders import a_principal, seats_taken, stored_booking
from due_jobs import run_due
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.waitlist import OFFER_HOLD
from marketplace.core.ports.storage import Storage
from paid_bookings import START, Shop

QUARTER = timedelta(minutes=15)


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def waiting(shop: Shop, session: Session) -> Principal:
    person = await shop.learner()
    await shop.services.waitlist.join(person, session.id, START)
    return person


async def expire_unreported(shop: Shop, learner: Principal, booking_id: UUID) -> UUID:
    """Pay, lose the notices, and let the time to pay pass. Return the payment's ID."""
    payment_id = await shop.pay(learner, booking_id)
    shop.provider.notices()
    now = shop.clock.advance(QUARTER)
    await run_due(shop.storage.job_queue, now, {"attend_booking": shop.services.bookings.settle_due})
    return payment_id


async def look(shop: Shop, payment_id: UUID) -> None:
    """Look the payment up before any job ends an offer, then do all that is due."""
    payment = await shop.storage.payments.find(payment_id)
    assert payment is not None
    await shop.services.payment_settlement.look(payment)
    await shop.settle()


async def statuses(shop: Shop, person: Principal) -> list[str]:
    return [each.status for each in await shop.services.waitlist.list_own(person)]


async def test_late_payment_takes_the_seat_of_an_offer_that_has_expired(shop: Shop) -> None:
    session, learner = await shop.session(max_participants=1), await shop.learner()
    booking_id = await shop.book(session, learner)
    other = await waiting(shop, session)
    payment_id = await expire_unreported(shop, learner, booking_id)
    assert await statuses(shop, other) == ["offered"]

    shop.clock.advance(OFFER_HOLD)
    await look(shop, payment_id)
    assert (await shop.booking(booking_id)).status == "confirmed"
    assert await statuses(shop, other) == []
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_late_payment_is_returned_once_while_the_seat_is_on_offer_to_the_next_in_line(shop: Shop) -> None:
    session, learner = await shop.session(max_participants=1), await shop.learner()
    booking_id = await shop.book(session, learner)
    first, second = await waiting(shop, session), await waiting(shop, session)
    payment_id = await expire_unreported(shop, learner, booking_id)

    shop.clock.advance(OFFER_HOLD)
    await look(shop, payment_id)
    assert (await shop.booking(booking_id)).status == "cancelled"
    assert (await statuses(shop, first), await statuses(shop, second)) == ([], ["offered"])
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_late_payment_takes_the_seats_on_offer_to_its_learner_and_passes_the_rest_on(shop: Shop) -> None:
    session, learner = await shop.session(max_participants=2), await shop.learner()
    booking_id = await shop.book(session, learner)
    booked = await stored_booking(shop.storage, session, starts_at=START)
    payment_id = await expire_unreported(shop, learner, booking_id)
    await shop.services.waitlist.join(learner, session.id, START, 2)
    await shop.services.bookings.act(a_principal(booked.user_id), booked.id, "cancel")
    other = await waiting(shop, session)
    assert (await statuses(shop, learner), await statuses(shop, other)) == (["offered"], ["waiting"])

    await look(shop, payment_id)
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.seats) == ("confirmed", 1)
    assert (await statuses(shop, learner), await statuses(shop, other)) == ([], ["offered"])
    assert await seats_taken(shop.storage, session) == 2
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_late_payment_of_added_seats_takes_those_of_an_offer_that_has_expired(shop: Shop) -> None:
    learner, booking_id = await shop.paid(max_participants=2)
    await shop.services.seat_changes.change(learner, booking_id, 2)
    session = (await shop.booking(booking_id)).session_details
    other = await waiting(shop, session)
    payment_id = await expire_unreported(shop, learner, booking_id)
    assert await statuses(shop, other) == ["offered"]

    shop.clock.advance(OFFER_HOLD)
    await look(shop, payment_id)
    booking = await shop.booking(booking_id)
    assert (booking.seats, booking.pay_by) == (2, None)
    assert await statuses(shop, other) == []
    assert await shop.sums(booking_id) == {"paid_in": -7200, "held": 7200}
