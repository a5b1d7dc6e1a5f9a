"""Money that would be lost without anyone knowing: at the provider, or because payments were turned off."""

from datetime import timedelta

import msgspec
import pytest

from builders import a_principal, principal_of, services_over, stored_user
from due_jobs import run_due, take_due
from marketplace.adapters.payments.simulated.records import State
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import PaymentStatus
from marketplace.core.errors import IllegalTransition
from marketplace.core.ports.storage import Storage
from paid_bookings import Shop
from payment_records import LEASE

WHY = "The provider says that it works again."
WEEK = timedelta(days=8)
"""Longer than an authorization lasts."""


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def test_request_ends_when_nothing_holds_its_amount_anymore(shop: Shop) -> None:
    _, booking_id = await shop.paid(requires_confirmation=True)
    shop.provider.provider.forward(WEEK)
    await shop.notify()
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.history[-1].action) == ("cancelled", "expire")
    with pytest.raises(IllegalTransition):
        await shop.services.bookings.act(a_principal(booking.creator_id), booking_id, "confirm")
    assert [each.status for each in await shop.payments(booking_id)] == [PaymentStatus.VOIDED]


async def test_refused_capture_is_asked_for_again_once_staff_have_resolved_it(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    _, booking_id = await shop.paid(requires_confirmation=True)
    provider = shop.provider.provider
    authorized = provider.of_reference(booking_id)
    assert authorized is not None
    provider.restore(msgspec.structs.replace(authorized, state=State.OPEN))
    await shop.services.bookings.act(a_principal((await shop.booking(booking_id)).creator_id), booking_id, "confirm")
    await shop.settle()
    provider.restore(authorized)
    [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
    assert parked.reason is ParkedReason.REFUSED

    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


@pytest.mark.parametrize("asked", [False, True])
async def test_what_was_paid_is_returned_after_payments_were_off(shop: Shop, *, asked: bool) -> None:
    learner, booking_id = await shop.paid()
    await shop.advance(timedelta(hours=1))
    off = services_over(shop.storage, clock=shop.clock)
    await off.bookings.act(learner, booking_id, "cancel")
    while await (shop.services if asked else off).events.deliver():
        pass
    for _ in range(3):
        await run_due(shop.storage.job_queue, shop.clock.now(), off.handlers())
        shop.clock.advance(timedelta(minutes=10))
    await shop.advance(timedelta(hours=2))
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_booking_that_needs_no_more_than_was_paid_is_confirmed(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.services.payments.pay(learner, booking_id)
    await shop.services.seat_changes.change(learner, booking_id, 2)
    shop.use_card(booking_id)  # before its page is closed
    await shop.notify()
    assert (await shop.booking(booking_id)).awaits_payment()
    await shop.services.seat_changes.change(learner, booking_id, 1)
    await shop.settle()
    assert (await shop.booking(booking_id)).status == "confirmed"
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_refund_that_comes_back_later_waits_for_staff(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    provider = shop.provider.provider
    refunded = provider.of_reference(booking_id)
    assert refunded is not None
    returned = msgspec.structs.replace(refunded, refunds=())
    provider.restore(returned)
    for waited, reasons in ((timedelta(0), []), (timedelta(days=5), [ParkedReason.REFUND_DIFFERS])):
        shop.clock.advance(waited)
        provider.notices.add(returned, "payment.refund_failed")
        await shop.notify()
        parked = [each for each in await shop.parked() if each.payment_id == booking_id]
        assert [each.reason for each in parked] == reasons
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    await shop.services.payment_admin.resolve(staff, parked[0].id, WHY)
    await shop.settle()
    assert [each for each in await shop.parked() if each.payment_id == booking_id] == []


async def test_page_whose_answer_was_lost_opens_though_the_learner_reads_another_language_by_then(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    shop.provider.fail("open", "after")
    asking = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.users.change_profile(learner, {"locale": "de"})

    await shop.advance(timedelta(minutes=2))

    opened = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (asking.status, opened.status) == ("asking", "open")
    assert opened.url is not None
    assert "/pay/" in opened.url


async def test_operation_that_is_being_recorded_after_its_lease_is_not_looked_at_again_at_once(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    shop.provider.fail("open", "before")
    await shop.services.payments.pay(learner, booking_id)
    [operation] = await shop.storage.payments.operations([booking_id])
    async with shop.storage.unit_of_work() as tx:
        assert await tx.payments.claim(operation.id, shop.clock.now(), LEASE)
    now = shop.clock.advance(2 * LEASE)
    await take_due(shop.storage.job_queue, now, "settle_operation")

    async with shop.storage.unit_of_work() as tx:
        assert await tx.payments.claim(operation.id, now, LEASE)
        await shop.services.payment_operations.settle(operation.id)

    assert await take_due(shop.storage.job_queue, now, "settle_operation") == []
    assert await take_due(shop.storage.job_queue, now + LEASE, "settle_operation") != []


async def test_authorization_that_is_being_released_replaces_no_other(shop: Shop) -> None:
    session, learner = await shop.session(requires_confirmation=True), await shop.learner()
    booking_id = await shop.book(session, learner, 2)
    old = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 1)
    new = (await shop.services.payments.pay(learner, booking_id)).resource  # asks to close the old page
    assert (old.amount, new.amount) == (7200, 3600)
    shop.use_card(old.id)
    shop.use_card(new.id)
    await shop.notify()
    assert {each.id: each.status for each in await shop.payments(booking_id)} == {
        old.id: PaymentStatus.VOIDED,
        new.id: PaymentStatus.AUTHORIZED,
    }
    await shop.services.bookings.act(a_principal(session.creator_id), booking_id, "confirm")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_authorization_that_is_being_released_pays_no_part_of_a_booking(shop: Shop) -> None:
    session, learner = await shop.session(requires_confirmation=True), await shop.learner()
    booking_id = await shop.book(session, learner)
    old = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 2)
    new = (await shop.services.payments.pay(learner, booking_id)).resource  # asks to close the old page
    shop.use_card(old.id)
    [payment] = [each for each in await shop.payments(booking_id) if each.id == old.id]
    await shop.services.payment_settlement.look(payment)
    again = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (again.id, again.amount, again.url) == (new.id, 7200, new.url)
    shop.use_card(again.id)
    await shop.notify()
    assert (await shop.booking(booking_id)).awaits_creator()
    await shop.services.bookings.act(a_principal(session.creator_id), booking_id, "confirm")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -7200, "held": 7200}
