"""Seats that are added to a paid booking are held until they are paid, run on either storage."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from builders import a_principal, principal_of, seats_taken, stored_booking, stored_user
from marketplace.core.domain.payment_reasons import Cause
from marketplace.core.domain.payment_views import BookingPayment, ShownStatus
from marketplace.core.domain.payments import OperationKind, PaymentStatus
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import IllegalTransition, SoldOut
from marketplace.core.errors.payments import NothingToPay, SeatsPaid
from marketplace.core.ports.storage import Storage
from paid_bookings import HALF, START, Shop

QUARTER = timedelta(minutes=15)
WHY = "Asked for by e-mail."


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def change(shop: Shop, learner: Principal, booking_id: UUID, seats: int) -> None:
    await shop.services.seat_changes.change(learner, booking_id, seats)
    await shop.settle()


async def shown(shop: Shop, booking_id: UUID) -> BookingPayment:
    found = await shop.services.payments.find(await shop.booking(booking_id))
    assert found is not None
    return found


async def pay_difference(shop: Shop, learner: Principal, booking_id: UUID) -> UUID:
    payment_id = await shop.pay(learner, booking_id)
    await shop.notify()
    return payment_id


async def causes(shop: Shop, booking_id: UUID) -> list[tuple[Cause, int]]:
    operations = await shop.storage.payments.operations([each.id for each in await shop.payments(booking_id)])
    return [(each.cause, each.amount) for each in operations if each.kind is OperationKind.REFUND]


async def test_added_seats_are_taken_at_once_and_kept_once_the_difference_is_paid(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await change(shop, learner, booking_id, 3)
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.seats, booking.pay_by) == ("confirmed", 3, shop.clock.now() + QUARTER)
    assert await seats_taken(shop.storage, booking.session_details) == 3
    assert {"pay", "seats", "cancel"} <= set(booking.allowed_actions(learner, shop.clock.now()))
    due = await shown(shop, booking_id)
    assert (due.status, due.amount, due.expires_at) == (ShownStatus.DUE, 7200, booking.pay_by)

    payment_id = await pay_difference(shop, learner, booking_id)
    assert payment_id != booking_id
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.seats, booking.pay_by) == ("confirmed", 3, None)
    assert (booking.history[-1].pays_seats, booking.history[-1].actor_id) == (True, None)
    assert "pay" not in booking.allowed_actions(learner, shop.clock.now())
    assert await shop.sums(booking_id) == {"paid_in": -10800, "held": 10800}
    paid = await shown(shop, booking_id)
    assert (paid.status, paid.amount) == (ShownStatus.PAID, 10800)
    with pytest.raises(NothingToPay):
        await shop.services.payments.pay(learner, booking_id)

    await shop.advance(START - shop.clock.now() + timedelta(hours=1))
    assert (await shop.booking(booking_id)).status == "completed"
    assert await shop.sums(booking_id) == {"paid_in": -10800, "earned": 9720, "commission": 1080}


async def test_added_seats_that_are_not_paid_in_time_are_given_back(shop: Shop) -> None:
    for opens in (False, True):
        learner, booking_id = await shop.paid(2, max_participants=6)
        await change(shop, learner, booking_id, 4)
        if opens:
            await shop.services.payments.pay(learner, booking_id)
        await shop.advance(QUARTER)
        booking = await shop.booking(booking_id)
        assert (booking.status, booking.seats, booking.amount, booking.pay_by) == ("confirmed", 2, Decimal(72), None)
        step = booking.history[-1]
        assert (step.action, step.actor_id, step.from_seats, step.to_seats) == ("seats", None, 4, 2)
        assert await seats_taken(shop.storage, booking.session_details) == 2
        await shop.advance(QUARTER)
        statuses = {each.status for each in await shop.payments(booking_id)}
        assert statuses == ({PaymentStatus.PAID, PaymentStatus.VOIDED} if opens else {PaymentStatus.PAID})
        assert await shop.sums(booking_id) == {"paid_in": -7200, "held": 7200}
    await shop.advance(START - shop.clock.now() + timedelta(hours=1))
    assert (await shop.booking(booking_id)).status == "completed"


async def test_late_payment_of_added_seats_takes_them_again_if_free_and_is_returned_once_if_not(shop: Shop) -> None:
    for is_taken in (False, True):
        learner, booking_id = await shop.paid(max_participants=2)
        await change(shop, learner, booking_id, 2)
        await shop.pay(learner, booking_id)  # its notices are lost
        shop.provider.notices()
        shop.provider.fail("look_up", "before", 3)
        await shop.advance(QUARTER)
        booking = await shop.booking(booking_id)
        assert (booking.seats, booking.pay_by) == (1, None)
        if is_taken:
            await stored_booking(shop.storage, booking.session_details, starts_at=START)
        for _ in range(3):
            await shop.advance(timedelta(hours=1))

        booking, sums = await shop.booking(booking_id), await shop.sums(booking_id)
        assert (booking.status, booking.pay_by) == ("confirmed", None)
        if is_taken:
            assert (booking.seats, sums) == (1, {"paid_in": -7200, "returned": 3600, "held": 3600})
            assert await causes(shop, booking_id) == [(Cause.LATE, 3600)]
        else:
            assert (booking.seats, sums) == (2, {"paid_in": -7200, "held": 7200})
            assert [each.actor_id for each in booking.history[-2:]] == [None, None]
            assert await seats_taken(shop.storage, booking.session_details) == 2


async def test_cancelling_before_the_difference_is_paid_voids_it_and_returns_only_what_was_paid(shop: Shop) -> None:
    learner, booking_id = await shop.paid(2, cancellation_policy=HALF, max_participants=6)
    await change(shop, learner, booking_id, 4)
    await shop.services.payments.pay(learner, booking_id)
    quote = await shop.services.cancellation_quotes.quote(learner, booking_id)
    assert (quote.paid, quote.refund) == (7200, 3600)
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.pay_by) == ("cancelled", None)
    assert sorted(each.status.value for each in await shop.payments(booking_id)) == ["paid", "voided"]
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 3600, "earned": 3240, "commission": 360}
    assert await causes(shop, booking_id) == [(Cause.CANCEL, 3600)]


async def test_number_of_added_seats_can_change_before_they_are_paid(shop: Shop) -> None:
    learner, booking_id = await shop.paid(2, cancellation_policy=HALF, max_participants=6)
    await change(shop, learner, booking_id, 4)
    first = (await shop.services.payments.pay(learner, booking_id)).resource
    shop.clock.advance(timedelta(minutes=5))
    await change(shop, learner, booking_id, 3)
    booking, due = await shop.booking(booking_id), await shown(shop, booking_id)
    assert (booking.pay_by, due.amount) == (shop.clock.now() + timedelta(minutes=10), 3600)
    second = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (first.amount, second.amount, first.id != second.id) == (7200, 3600, True)
    await shop.settle()

    # below what is paid, nothing is owed, and the paid seat is returned by the policy
    await change(shop, learner, booking_id, 1)
    booking = await shop.booking(booking_id)
    assert (booking.seats, booking.pay_by) == (1, None)
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 1800, "held": 5400}
    assert await causes(shop, booking_id) == [(Cause.SEATS, 1800)]
    assert sorted(each.status.value for each in await shop.payments(booking_id)) == ["paid", "voided", "voided"]


async def test_two_pages_that_are_both_paid_keep_only_what_the_seats_cost(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await change(shop, learner, booking_id, 2)
    first = (await shop.services.payments.pay(learner, booking_id)).resource
    await shop.services.seat_changes.change(learner, booking_id, 3)
    shop.provider.fail("void", "before", 1)
    second = (await shop.services.payments.pay(learner, booking_id)).resource
    assert (first.amount, second.amount) == (3600, 7200)
    shop.use_card(first.id)
    shop.use_card(second.id)
    await shop.notify()
    await shop.advance(timedelta(minutes=5))
    booking = await shop.booking(booking_id)
    assert (booking.seats, booking.pay_by) == (3, None)
    assert await shop.sums(booking_id) == {"paid_in": -14400, "returned": 3600, "held": 10800}


async def test_what_staff_returned_before_is_not_asked_for_again(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    learner, booking_id = await shop.paid()
    await shop.services.payment_admin.refund(staff, booking_id, 1000, WHY)
    await change(shop, learner, booking_id, 2)
    assert (await shown(shop, booking_id)).amount == 3600
    await pay_difference(shop, learner, booking_id)
    assert (await shop.booking(booking_id)).pay_by is None
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 1000, "held": 6200}


async def test_seat_that_is_given_back_and_taken_again_costs_the_same_before_and_after_its_refund(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    asked = []
    for is_returned in (False, True):
        learner, booking_id = await shop.paid(2)
        await shop.services.payment_admin.refund(staff, booking_id, 1000, WHY)
        await shop.services.seat_changes.change(learner, booking_id, 1)
        if is_returned:
            await shop.settle()
        await change(shop, learner, booking_id, 2)
        asked.append((await shown(shop, booking_id)).amount)
        await pay_difference(shop, learner, booking_id)

        booking, sums = await shop.booking(booking_id), await shop.sums(booking_id)
        assert (booking.seats, booking.pay_by, sums["held"]) == (2, None, 7200)
    # the refund by staff was an advance on that of the seat
    assert asked == [1000, 3600]


async def test_seat_that_is_taken_again_before_its_price_was_returned_is_paid(shop: Shop) -> None:
    learner, booking_id = await shop.paid(2)
    await shop.services.seat_changes.change(learner, booking_id, 1)
    await change(shop, learner, booking_id, 2)
    booking = await shop.booking(booking_id)
    assert (booking.seats, booking.pay_by) == (2, None)
    await shop.advance(QUARTER)
    assert (await shop.booking(booking_id)).seats == 2
    assert await shop.sums(booking_id) == {"paid_in": -7200, "held": 7200}
    assert (await shop.services.cancellation_quotes.quote(learner, booking_id)).refund == 7200


async def test_added_seats_that_are_given_back_later_return_the_newest_payment(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await change(shop, learner, booking_id, 2)
    payment_id = await pay_difference(shop, learner, booking_id)
    await change(shop, learner, booking_id, 1)
    assert await shop.sums(booking_id) == {"paid_in": -7200, "returned": 3600, "held": 3600}
    returned = {each.id: each.refunded for each in await shop.payments(booking_id)}
    assert returned == {booking_id: 0, payment_id: 3600}


async def test_receipts_name_the_seats_that_their_payments_paid_for(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await change(shop, learner, booking_id, 3)
    await pay_difference(shop, learner, booking_id)
    for seats in (3, 2):
        await change(shop, learner, booking_id, seats)
        found = await shop.services.payments.receipts(learner, booking_id)
        assert [(each.seats, each.payment.captured) for each in found] == [(1, 3600), (2, 7200)]


async def test_added_seats_follow_a_move_by_the_creator(shop: Shop) -> None:
    learner, booking_id = await shop.paid()
    await change(shop, learner, booking_id, 2)
    creator = a_principal((await shop.booking(booking_id)).creator_id)
    later = START + timedelta(days=1)
    await shop.services.bookings.reschedule(creator, booking_id, later)
    booking = await shop.booking(booking_id)
    assert (booking.starts_at, booking.seats, booking.pay_by) == (later, 2, shop.clock.now() + QUARTER)
    await shop.advance(QUARTER)
    booking = await shop.booking(booking_id)
    assert (booking.status, booking.seats, booking.pay_by) == ("confirmed", 1, None)


async def test_more_seats_of_a_paid_booking_are_refused_where_they_cannot_be_sold_or_paid(shop: Shop) -> None:
    learner, requested = await shop.paid(requires_confirmation=True)
    with pytest.raises(SeatsPaid):
        await change(shop, learner, requested, 2)
    await shop.services.bookings.act(a_principal((await shop.booking(requested)).creator_id), requested, "confirm")
    with pytest.raises(IllegalTransition):
        await change(shop, learner, requested, 2)

    full_learner, full = await shop.paid(max_participants=1)
    with pytest.raises(SoldOut):
        await change(shop, full_learner, full, 2)

    other, disputed = await shop.paid()
    found = shop.provider.provider.of_reference(disputed)
    assert found is not None
    shop.provider.provider.dispute(found.id)
    await shop.notify()
    with pytest.raises(SeatsPaid):
        await change(shop, other, disputed, 2)
