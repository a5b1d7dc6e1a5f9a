"""Authorizations that end while the booking needs them, run on either storage."""

from datetime import timedelta

import pytest

from builders import a_principal
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payment_views import ShownStatus
from marketplace.core.domain.payments import PaymentStatus
from marketplace.core.ports.storage import Storage
from paid_bookings import HALF, Shop

WEEK = timedelta(days=7)


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def waiting(shop: Shop, *booking_ids: object) -> list[tuple[ParkedReason, int | None]]:
    return [(each.reason, each.expected) for each in await shop.parked() if each.payment_id in booking_ids]


async def test_authorization_that_ended_before_a_worker_ran_waits_for_staff(shop: Shop) -> None:
    _, confirmed_id = await shop.paid(requires_confirmation=True)
    learner, cancelled_id = await shop.paid(requires_confirmation=True)
    creator = a_principal((await shop.booking(confirmed_id)).creator_id)
    await shop.services.bookings.act(creator, confirmed_id, "confirm")
    await shop.services.bookings.act(learner, cancelled_id, "cancel")
    shop.clock.advance(WEEK)  # no worker runs, and the provider releases what it held
    for booking_id in (confirmed_id, cancelled_id, confirmed_id):
        await shop.services.payment_settlement.settle(booking_id)
        [payment] = await shop.payments(booking_id)
        assert payment.status is PaymentStatus.VOIDED

    assert await waiting(shop, confirmed_id) == [(ParkedReason.LAPSED, 3600)]
    assert await waiting(shop, cancelled_id) == []


async def test_share_that_a_cancellation_keeps_waits_for_staff_if_its_authorization_ended(shop: Shop) -> None:
    learner, booking_id = await shop.paid(requires_confirmation=True, cancellation_policy=HALF)
    creator = a_principal((await shop.booking(booking_id)).creator_id)
    await shop.services.bookings.act(creator, booking_id, "confirm")
    await shop.services.bookings.act(learner, booking_id, "cancel")
    shop.clock.advance(WEEK)
    await shop.services.payment_settlement.settle(booking_id)
    assert await waiting(shop, booking_id) == [(ParkedReason.LAPSED, 3600)]


async def test_authorization_of_a_page_that_is_being_closed_pays_for_nothing(shop: Shop) -> None:
    session, learner = await shop.session(requires_confirmation=True), await shop.learner()
    booking_id = await shop.book(session, learner, 2)
    page = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 1)
    await shop.services.payment_balance.settle(booking_id)  # asks to close the page of two seats
    shop.use_card(page.id)
    await shop.services.payment_settlement.settle(page.id)
    assert (await shop.booking(booking_id)).awaits_payment()
    shown = await shop.services.payments.find(await shop.booking(booking_id))
    assert shown is not None
    assert (shown.status, shown.amount) == (ShownStatus.DUE, 3600)

    await shop.settle()
    assert [each.status for each in await shop.payments(booking_id)] == [PaymentStatus.VOIDED]
    again = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (again.amount, again.id != page.id) == (3600, True)
    shop.use_card(again.id)
    await shop.notify()
    creator = a_principal(session.creator_id)
    await shop.services.bookings.act(creator, booking_id, "confirm")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_comparison_records_the_refund_of_a_disputed_payment(shop: Shop) -> None:
    _, booking_id = await shop.paid()
    found = shop.provider.provider.of_reference(booking_id)
    assert found is not None
    shop.provider.provider.dispute(found.id)
    await shop.notify()
    shop.provider.provider.refund_here(found.id, 1000)
    shop.provider.notices()
    shop.clock.advance(timedelta(minutes=11))
    await shop.services.reconciliation.compare(shop.clock.now() - timedelta(minutes=12))
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1000, "held": 2600}
