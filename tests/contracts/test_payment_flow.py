"""Payments from booking to earning, run on either storage."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from builders import a_principal, principal_of, seats_taken, stored_booking, stored_user
from marketplace.adapters.payments.simulated.records import State
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payment_views import OwnPayment, ShownStatus
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentOperation, PaymentStatus
from marketplace.core.errors import NotFound
from marketplace.core.errors.payments import NothingToPay, PaymentExpired, RefundExceedsPayment
from marketplace.core.ports.storage import Storage
from paid_bookings import DECLINES, HALF, RETURNS_LATE, START, TWICE, Shop

QUARTER = timedelta(minutes=15)
WHY = "Asked for by e-mail."


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def refunds(shop: Shop, booking_id: UUID) -> list[PaymentOperation]:
    operations = await shop.storage.payments.operations([each.id for each in await shop.payments(booking_id)])
    return [each for each in operations if each.kind is OperationKind.REFUND]


def change_at_provider(shop: Shop, payment_id: UUID, **changes: Any) -> None:
    """Change a payment behind our back, and behind the provider's rules."""
    found = shop.provider.provider.of_reference(payment_id)
    assert found is not None
    shop.provider.provider.restore(msgspec.structs.replace(found, **changes))


async def test_paid_booking_is_confirmed_and_its_money_held_until_it_took_place(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    due = await shop.services.payments.find(await shop.booking(booking_id))
    assert due is not None
    assert (due.status, due.amount, due.refunded) == (ShownStatus.DUE, 3600, 0)

    opened = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (opened.id, opened.status, opened.amount) == (booking_id, ShownStatus.OPEN, 3600)
    assert opened.url is not None
    assert opened.url.startswith("https://pay.example.org/")
    assert (await shop.booking(booking_id)).status == "pending"

    shop.use_card(opened.id)
    await shop.notify()
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.pay_by, booking.history[-1].actor_id) == ("confirmed", None, None)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}
    [payment] = await shop.payments(booking_id)
    assert (payment.status, payment.captured, payment.receipt_number is not None) == (PaymentStatus.PAID, 3600, True)
    with pytest.raises(NothingToPay):
        await shop.services.payments.pay(learner, booking_id)

    await shop.advance(START - shop.clock.now() + timedelta(hours=1))
    assert (await shop.booking(booking_id)).status == "completed"
    assert await shop.sums(booking_id) == {"paid_in": -3600, "earned": 3240, "commission": 360}


async def test_payment_is_the_learners_alone_and_one_for_two_browsers(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    for stranger in (a_principal(), a_principal(session.creator_id), a_principal(is_staff=True)):
        with pytest.raises(NotFound):
            await shop.services.payments.pay(stranger, booking_id)

    both = await asyncio.gather(*(shop.services.payments.pay(learner, booking_id) for _ in range(2)))
    again = (await shop.services.payments.pay(learner, booking_id)).resource
    assert {each.resource.id for each in both} == {booking_id}
    assert again.status is ShownStatus.OPEN
    assert {each.resource.url for each in both if each.resource.status is ShownStatus.OPEN} <= {again.url}
    [payment] = await shop.payments(booking_id)
    assert len(await shop.storage.payments.operations([payment.id])) == 1


async def test_unpaid_booking_expires_and_its_page_is_closed(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.services.payments.pay(learner, booking_id)
    await shop.advance(QUARTER)
    assert (await shop.booking(booking_id)).status == "cancelled"
    assert await seats_taken(shop.storage, session) == 0
    with pytest.raises(PaymentExpired):
        await shop.services.payments.pay(learner, booking_id)
    await shop.advance(QUARTER)
    [payment] = await shop.payments(booking_id)
    assert payment.status is PaymentStatus.VOIDED
    assert await shop.sums(booking_id) == {}


async def test_late_payment_takes_its_seat_again_if_it_is_free_and_is_returned_once_if_not(shop: Shop) -> None:
    for is_taken in (False, True):
        session, learner = await shop.session(max_participants=1), await shop.learner()
        booking_id = await shop.book(session, learner)
        await shop.pay(learner, booking_id)  # its notices are lost
        shop.provider.notices()
        shop.provider.fail("look_up", "before", 3)
        await shop.advance(QUARTER)
        assert (await shop.booking(booking_id)).status == "cancelled"
        if is_taken:
            await stored_booking(shop.storage, session, starts_at=START)
        for _ in range(3):
            await shop.advance(timedelta(hours=1))

        booking = await shop.booking(booking_id)
        sums = await shop.sums(booking_id)
        if is_taken:
            assert (booking.status, sums) == ("cancelled", {"paid_in": -3600, "returned": 3600})
            [refund] = await refunds(shop, booking_id)
            assert refund.cause is Cause.LATE
        else:
            assert (booking.status, sums) == ("confirmed", {"paid_in": -3600, "held": 3600})
            assert await seats_taken(shop.storage, session) == 1


async def test_declined_card_keeps_the_seat_and_the_next_card_pays(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id, DECLINES)
    await shop.notify()
    shown = await shop.services.payments.find(await shop.booking(booking_id))
    assert shown is not None
    assert (shown.status, shown.decline_reason) == (ShownStatus.OPEN, "insufficient_funds")
    # who comes back from the provider's page sees what came of it, without a notice
    shop.use_card(shown.id)
    shop.provider.notices()
    paid = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (paid.status, paid.decline_reason) == (ShownStatus.PAID, None)
    assert (await shop.booking(booking_id)).status == "confirmed"
    await shop.check(booking_id)


async def test_card_that_is_charged_twice_gets_one_charge_back(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id, TWICE)
    await shop.notify()
    assert (await shop.booking(booking_id)).status == "confirmed"
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 3600, "held": 3600}
    [refund] = await refunds(shop, booking_id)
    assert (refund.cause, refund.amount) == (Cause.TWICE, 3600)


async def test_cancellation_returns_the_share_of_the_policy_and_keeps_the_rest_earned(shop: Shop) -> None:
    learner, booking_id = await shop.paid(cancellation_policy=HALF)
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1800, "earned": 1620, "commission": 180}
    await shop.services.payment_balance.settle(booking_id)
    assert len(await refunds(shop, booking_id)) == 1


async def test_creators_cancellation_returns_everything_whatever_the_policy(shop: Shop) -> None:
    _, booking_id = await shop.paid(cancellation_policy=HALF)
    creator_id = (await shop.booking(booking_id)).creator_id
    await shop.services.bookings.act(a_principal(creator_id), booking_id, "cancel")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_fewer_seats_return_the_difference(shop: Shop) -> None:
    learner, booking_id = await shop.paid(2)
    await shop.services.seat_changes.change(learner, booking_id, 1)
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 3600, "held": 3600}
    [refund] = await refunds(shop, booking_id)
    assert refund.cause is Cause.SEATS


async def test_seats_that_change_before_the_payment_need_a_page_of_the_right_amount(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    first = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 2)
    second = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (first.amount, second.amount, first.id != second.id) == (3600, 7200, True)
    shop.use_card(second.id)
    await shop.notify()
    assert (await shop.booking(booking_id)).status == "confirmed"
    assert [each.status for each in await shop.payments(booking_id)] == [PaymentStatus.VOIDED, PaymentStatus.PAID]
    assert await shop.sums(booking_id) == {"paid_in": -7200, "held": 7200}


async def test_second_payment_of_a_paid_booking_is_returned(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    first = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 2)
    shop.provider.fail("void", "before", 1)
    second = (await shop.services.payments.pay(learner, booking_id)).resource
    shop.use_card(first.id)
    shop.use_card(second.id)
    await shop.notify()
    await shop.advance(timedelta(minutes=5))
    assert await shop.sums(booking_id) == {"paid_in": -10800, "returned": 3600, "held": 7200}


async def test_request_is_authorized_then_captured_or_voided_as_the_creator_answers(shop: Shop) -> None:
    answers: dict[BookingAction, dict[str, int]] = {"confirm": {"paid_in": -3600, "held": 3600}, "decline": {}}
    for answer, sums in answers.items():
        _, booking_id = await shop.paid(requires_confirmation=True)
        booking = await shop.booking(booking_id)
        assert (booking.status, booking.respond_by) == ("pending", shop.clock.now() + timedelta(hours=48))
        shown = await shop.services.payments.find(booking)
        assert shown is not None
        assert shown.status is ShownStatus.AUTHORIZED
        await shop.services.bookings.act(a_principal(booking.creator_id), booking_id, answer)
        await shop.settle()
        assert await shop.sums(booking_id) == sums
        [payment] = await shop.payments(booking_id)
        assert payment.status is (PaymentStatus.PAID if sums else PaymentStatus.VOIDED)


async def test_authorization_is_voided_when_the_request_expires(shop: Shop) -> None:
    _, booking_id = await shop.paid(requires_confirmation=True)
    await shop.advance(timedelta(hours=48))
    assert (await shop.booking(booking_id)).status == "cancelled"
    [payment] = await shop.payments(booking_id)
    assert payment.status is PaymentStatus.VOIDED
    assert await shop.sums(booking_id) == {}


async def test_staff_return_any_part_and_no_more_than_was_paid(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    _, booking_id = await shop.paid()
    found = (await shop.services.payment_admin.refund(staff, booking_id, 1000, WHY)).resource
    assert (found.payment.refunded, found.operations[-1].reason) == (1000, WHY)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1000, "held": 2600}

    await shop.advance(START - shop.clock.now() + timedelta(hours=1))
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1000, "earned": 2340, "commission": 260}
    await shop.services.payment_admin.refund(staff, booking_id, 999, WHY)
    # the commission is returned by the ratio that it was taken with, rounded down, and the rest is the creator's
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1999, "earned": 1440, "commission": 161}
    with pytest.raises(RefundExceedsPayment):
        await shop.services.payment_admin.refund(staff, booking_id, 1602, WHY)
    await shop.services.payment_admin.refund(staff, booking_id, 1601, WHY)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}
    log = await shop.storage.audit.newest(10, ("payment", booking_id))
    assert [each.action for each in log] == ["payment_refunded"] * 3


async def test_200_copies_of_a_notice_have_one_effect(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    [(body, headers)] = shop.provider.notices()
    receive = shop.services.payment_settlement.receive
    await asyncio.gather(*(receive("memory", body, headers) for _ in range(200)))
    await shop.settle()
    booking = await shop.booking(booking_id)
    assert (booking.status, [each.action for each in booking.history]) == ("confirmed", ["book", "confirm"])
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}


async def test_notices_in_any_order_end_in_the_same_state(shop: Shop) -> None:
    learner, booking_id = await shop.paid(cancellation_policy=HALF)
    session, other = await shop.session(cancellation_policy=HALF), await shop.learner()
    second_id = await shop.book(session, other)
    await shop.pay(other, second_id, DECLINES)
    shop.use_card(second_id)
    notices = shop.provider.notices()
    for body, headers in (*reversed(notices), *notices):
        await shop.services.payment_settlement.receive("memory", body, headers)
    for person, number in ((learner, booking_id), (other, second_id)):
        await shop.services.bookings.act(person, number, "cancel")
    await shop.settle()
    notices = shop.provider.notices()
    for body, headers in (*reversed(notices), *notices):
        await shop.services.payment_settlement.receive("memory", body, headers)
    await shop.settle()
    assert await shop.sums(booking_id) == await shop.sums(second_id)
    assert len(await refunds(shop, booking_id)) == len(await refunds(shop, second_id)) == 1


async def test_provider_that_is_away_keeps_the_seats_and_is_asked_again(shop: Shop) -> None:
    for mode in ("before", "after"):
        session, learner = await shop.session(), await shop.learner()
        booking_id = await shop.book(session, learner)
        shop.provider.fail("open", mode)
        asking = (await shop.services.payments.pay(learner, booking_id)).resource
        assert (asking.status, asking.decline_reason) == (ShownStatus.ASKING, None)
        assert (await shop.booking(booking_id)).status == "pending"
        await shop.advance(timedelta(minutes=1))
        opened = (await shop.services.payments.pay(learner, booking_id)).resource
        assert opened.status is ShownStatus.OPEN
        shop.use_card(opened.id)
        await shop.notify()

        # a refund whose answer is lost is looked up, and never made twice
        shop.provider.fail("refund", mode)
        await shop.services.bookings.act(learner, booking_id, "cancel")
        await shop.settle()
        [payment] = await shop.payments(booking_id)
        assert (payment.refund_claimed, payment.refunded) == (3600, 0)
        await shop.advance(timedelta(minutes=1))
        assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_payment_of_another_amount_waits_for_staff_and_keeps_its_seats(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    change_at_provider(shop, booking_id, amount=3500, captured=3500)
    await shop.notify()
    await shop.advance(timedelta(hours=1))
    booking = await shop.booking(booking_id)
    assert (booking.status, await seats_taken(shop.storage, session)) == ("pending", 1)
    parked = [each for each in await shop.parked() if each.payment_id == booking_id]
    assert [(each.reason, each.expected, each.found) for each in parked] == [(ParkedReason.AMOUNT, 3600, 3500)]
    assert not await shop.storage.ledger.of_booking(booking_id)
    with pytest.raises(NothingToPay):
        await shop.services.payments.pay(learner, booking_id)


async def test_refund_in_the_providers_dashboard_is_recorded_once(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    found = shop.provider.provider.of_reference(booking_id)
    assert found is not None
    shop.provider.provider.refund_here(found.id, 1000)
    await shop.notify()
    await shop.services.payment_settlement.settle(booking_id)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 1000, "held": 2600}
    [refund] = await refunds(shop, booking_id)
    assert refund.cause is Cause.PROVIDER
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_refused_refund_waits_for_staff_and_is_asked_again_once_they_say_so(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    learner, booking_id = await shop.paid()
    found = shop.provider.provider.of_reference(booking_id)
    assert found is not None
    change_at_provider(shop, booking_id, state=State.VOIDED)
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
    assert parked.reason is ParkedReason.REFUSED
    change_at_provider(shop, booking_id, state=State.PAID)
    await shop.services.payment_balance.settle(booking_id)
    assert len(await refunds(shop, booking_id)) == 1

    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}
    assert [each.id for each in await shop.parked() if each.payment_id == booking_id] == []


async def test_disputed_payment_waits_for_staff_and_goes_on_once_they_say_so(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    learner, booking_id = await shop.paid()
    _, other_id = await shop.paid()
    for disputed in (booking_id, other_id):
        found = shop.provider.provider.of_reference(disputed)
        assert found is not None
        shop.provider.provider.dispute(found.id)
    await shop.notify()
    [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
    assert parked.reason is ParkedReason.DISPUTED
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}
    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.settle()
    assert [each for each in await shop.parked() if each.payment_id == booking_id] == []
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}
    await shop.advance(START - shop.clock.now() + timedelta(hours=1))
    assert await shop.sums(other_id) == {"paid_in": -3600, "held": 3600}


async def test_resolved_payment_of_another_amount_counts_as_it_is(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    for amount in (3500, 3700):
        session, learner = await shop.session(), await shop.learner()
        booking_id = await shop.book(session, learner)
        await shop.pay(learner, booking_id)
        change_at_provider(shop, booking_id, amount=amount, captured=amount)
        await shop.notify()
        [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
        await shop.services.payment_admin.resolve(staff, parked.id, WHY)
        await shop.settle()
        if amount < 3600:
            rest = (await shop.services.payments.pay(learner, booking_id)).resource
            assert (rest.status, rest.amount, (await shop.booking(booking_id)).status) == (
                *(ShownStatus.OPEN, 100),
                "pending",
            )
            shop.use_card(rest.id)
            await shop.notify()
        assert (await shop.booking(booking_id)).status == "confirmed"
        returned = {"returned": 100} if amount > 3600 else {}
        assert await shop.sums(booking_id) == {"paid_in": -max(amount, 3600), "held": 3600} | returned
        assert [each for each in await shop.parked() if each.payment_id == booking_id] == []


async def test_resolved_payment_of_too_little_is_returned_once_the_time_to_pay_has_passed(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    change_at_provider(shop, booking_id, amount=3500, captured=3500)
    await shop.notify()
    await shop.advance(QUARTER)
    [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.advance(timedelta(hours=1))
    assert (await shop.booking(booking_id)).status == "cancelled"
    assert await seats_taken(shop.storage, session) == 0
    assert await shop.sums(booking_id) == {"paid_in": -3500, "returned": 3500}


async def test_resolved_payment_in_another_currency_counts_as_none(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    change_at_provider(shop, booking_id, currency="USD")
    await shop.notify()
    [parked] = [each for each in await shop.parked() if each.payment_id == booking_id]
    assert parked.reason is ParkedReason.CURRENCY
    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.settle()
    await shop.services.payment_settlement.settle(booking_id)
    shop.clock.advance(timedelta(minutes=11))
    await shop.services.reconciliation.compare(shop.clock.now() - timedelta(hours=1))
    assert [each for each in await shop.parked() if each.payment_id == booking_id] == []

    second = await shop.pay(learner, booking_id)
    await shop.notify()
    assert (await shop.booking(booking_id)).status == "confirmed"
    captured = {each.id: (each.status, each.captured) for each in await shop.payments(booking_id)}
    assert captured == {booking_id: (PaymentStatus.VOIDED, 0), second: (PaymentStatus.PAID, 3600)}


async def test_page_of_the_provider_speaks_the_learners_language_and_its_attempt_is_counted(shop: Shop) -> None:
    attempts = list[PaymentOperation]()
    shop.services.payment_operations.call_with_attempts(attempts.append)
    session = await shop.session()
    for locale, asked in (("de-AT", "de-AT"), (None, "")):
        learner = principal_of(await stored_user(shop.storage, locale=locale))
        booking_id = await shop.book(session, learner)
        await shop.services.payments.pay(learner, booking_id)
        found = shop.provider.provider.of_reference(booking_id)
        assert found is not None
        assert found.locale == asked
    assert [(each.kind, each.attempts) for each in attempts] == [(OperationKind.OPEN, 1)] * 2


async def test_copy_of_ones_data_has_every_payment_with_its_receipt_and_refunds(shop: Shop) -> None:
    learner, booking_id = await shop.paid(cancellation_policy=HALF)
    await shop.services.bookings.act(learner, booking_id, "cancel")
    unpaid = await shop.book(await shop.session(), learner)
    await shop.services.payments.pay(learner, unpaid)
    await shop.paid()
    await shop.settle()
    copied = [item async for part, item in await shop.services.personal_data.export(learner) if part == "payments"]
    own = {each.payment.id: each for each in copied if isinstance(each, OwnPayment)}
    assert own.keys() == {booking_id, unpaid}
    assert (own[booking_id].payment.receipt_number is None, own[unpaid].payment.receipt_number) == (False, None)
    assert [each.amount for each in own[booking_id].refunds] == [1800]
    assert own[unpaid].refunds == ()


async def test_refund_that_takes_days_is_done_once_the_provider_says_so(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id, RETURNS_LATE)
    await shop.notify()
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.notify()

    [started] = await refunds(shop, booking_id)
    assert (started.state, started.provider_ref is not None, started.settled_at) == (OperationState.ASKED, True, None)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}
    [payment] = await shop.payments(booking_id)
    assert (payment.refund_claimed, payment.refunded) == (3600, 0)

    shop.clock.advance(timedelta(days=2))
    await shop.notify()
    [done] = await refunds(shop, booking_id)
    assert (done.id, done.state, done.provider_ref) == (started.id, OperationState.DONE, started.provider_ref)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_refund_that_takes_days_is_done_although_its_notice_was_lost(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id, RETURNS_LATE)
    await shop.notify()
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.notify()

    await shop.advance(timedelta(days=2))

    assert [each.state for each in await refunds(shop, booking_id)] == [OperationState.DONE]
    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}
