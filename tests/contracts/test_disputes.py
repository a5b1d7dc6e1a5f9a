"""Disputes of payments: held while they are open, free once they are won, and taken back once they are lost."""

from datetime import timedelta

import pytest

from builders import principal_of, stored_user
from marketplace.core.domain.disputes import DisputeState, PaymentDispute
from marketplace.core.domain.ledger import Purpose
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import Payment, PaymentOperation
from marketplace.core.domain.principals import Principal
from marketplace.core.ports.storage import Storage
from paid_bookings import START, Shop
from payment_records import stored_paid_payment

WHY = "Asked for by e-mail."
A_DAY = timedelta(days=1)


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def disputed(shop: Shop) -> tuple[Principal, Payment]:
    learner, booking_id = await shop.paid()
    [payment] = await shop.payments(booking_id)
    shop.provider.provider.dispute(payment.provider_id or "")
    await shop.notify()
    [payment] = await shop.payments(booking_id)
    return learner, payment


async def decide(shop: Shop, payment: Payment, *, is_won: bool) -> None:
    shop.provider.provider.close_dispute(payment.provider_id or "", is_won=is_won)
    await shop.notify()


async def disputes(shop: Shop, payment: Payment) -> list[tuple[DisputeState, int, bool]]:
    found = await shop.storage.payments.disputes([payment.id])
    return [(each.state, each.amount, each.closed_at is not None) for each in found]


async def waiting(shop: Shop, payment: Payment) -> list[ParkedReason]:
    return [each.reason for each in await shop.parked() if each.payment_id == payment.id]


async def refunds(shop: Shop, payment: Payment) -> list[PaymentOperation]:
    return [each for each in await shop.storage.payments.operations([payment.id]) if each.kind.value == "refund"]


async def fees(shop: Shop, payment: Payment) -> int:
    posted = await shop.storage.ledger.of_booking(payment.booking_id)
    return sum(each.amount for one in posted for each in one.entries if each.account.purpose is Purpose.FEE)


async def test_open_dispute_holds_what_the_booking_would_earn(shop: Shop) -> None:
    _, payment = await disputed(shop)

    assert payment.parked is ParkedReason.DISPUTED
    assert await disputes(shop, payment) == [(DisputeState.OPEN, 3600, False)]
    assert await waiting(shop, payment) == [ParkedReason.DISPUTED]
    await shop.advance(START - shop.clock.now() + A_DAY)
    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "held": 3600}


async def test_won_dispute_sets_the_payment_free_to_be_earned(shop: Shop) -> None:
    _, payment = await disputed(shop)
    await shop.advance(START - shop.clock.now() + A_DAY)

    await decide(shop, payment, is_won=True)

    assert await disputes(shop, payment) == [(DisputeState.WON, 3600, True)]
    assert await waiting(shop, payment) == []
    [after] = await shop.payments(payment.booking_id)
    assert after.parked is None
    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "earned": 3240, "commission": 360}


async def test_won_dispute_lets_the_refund_of_a_cancelled_booking_go_on(shop: Shop) -> None:
    learner, payment = await disputed(shop)
    await shop.services.bookings.act(learner, payment.booking_id, "cancel")
    await shop.settle()
    assert await refunds(shop, payment) == []

    await decide(shop, payment, is_won=True)

    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_lost_dispute_takes_back_what_is_held_once_and_leaves_the_booking_to_staff(shop: Shop) -> None:
    _, payment = await disputed(shop)
    fee = await fees(shop, payment)

    await decide(shop, payment, is_won=False)
    for _ in range(2):
        await shop.services.payment_settlement.look(payment)
        await shop.settle()

    assert await disputes(shop, payment) == [(DisputeState.LOST, 3600, True)]
    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "returned": 3600}
    assert [(each.cause, each.amount, each.state.value) for each in await refunds(shop, payment)] == [
        (Cause.DISPUTE, 3600, "done")
    ]
    assert await fees(shop, payment) == fee + 1500
    assert await waiting(shop, payment) == [ParkedReason.DISPUTE_LOST]
    [after] = await shop.payments(payment.booking_id)
    assert (after.parked, after.refunded) == (None, 3600)
    assert (await shop.booking(payment.booking_id)).status == "confirmed"
    shop.clock.advance(A_DAY)
    found = await shop.services.reconciliation.compare(shop.clock.now() - 2 * A_DAY)
    assert [each for each in found if each.payment_id == payment.id] == []


async def test_lost_dispute_takes_back_what_was_earned_by_its_own_commission(shop: Shop) -> None:
    _, booking_id = await shop.paid()
    await shop.advance(START - shop.clock.now() + A_DAY)
    [payment] = await shop.payments(booking_id)
    assert await shop.sums(booking_id) == {"paid_in": -3600, "earned": 3240, "commission": 360}

    shop.provider.provider.dispute(payment.provider_id or "")
    await decide(shop, payment, is_won=False)

    assert await shop.sums(booking_id) == {"paid_in": -3600, "returned": 3600}
    bell = (await shop.storage.notifications.of_user(payment.creator_id, 10, None)).items
    assert [each.kind for each in bell if each.booking_id == booking_id][:1] == ["earning_returned"]
    told = (await shop.storage.notifications.of_user(payment.user_id, 10, None)).items
    assert "refunded" not in {each.kind for each in told if each.booking_id == booking_id}


async def test_refund_that_is_made_during_a_dispute_is_not_taken_back_twice(shop: Shop) -> None:
    _, payment = await disputed(shop)
    shop.provider.provider.refund_here(payment.provider_id or "", 1000)
    await shop.notify()

    await decide(shop, payment, is_won=False)

    assert await disputes(shop, payment) == [(DisputeState.LOST, 2600, True)]
    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_comparison_records_a_dispute_whose_notices_were_lost(shop: Shop) -> None:
    _, payment = await disputed(shop)
    shop.provider.provider.close_dispute(payment.provider_id or "", is_won=False)
    shop.provider.notices()
    shop.clock.advance(timedelta(hours=1))

    await shop.services.reconciliation.compare(shop.clock.now() - A_DAY)

    assert await disputes(shop, payment) == [(DisputeState.LOST, 3600, True)]
    assert await shop.sums(payment.booking_id) == {"paid_in": -3600, "returned": 3600}


async def test_second_dispute_waits_for_staff_as_the_first_did(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    _, payment = await disputed(shop)
    [parked] = [each for each in await shop.parked() if each.payment_id == payment.id]
    await shop.services.payment_admin.resolve(staff, parked.id, WHY)
    await shop.settle()
    assert await waiting(shop, payment) == []
    await decide(shop, payment, is_won=True)

    shop.clock.advance(timedelta(minutes=1))
    shop.provider.provider.dispute(payment.provider_id or "")
    await shop.notify()

    assert await waiting(shop, payment) == [ParkedReason.DISPUTED]
    assert [each.state for each in await shop.storage.payments.disputes([payment.id])] == [
        DisputeState.WON,
        DisputeState.OPEN,
    ]


async def test_older_report_reopens_no_dispute(shop: Shop) -> None:
    _, payment = await disputed(shop)
    older = shop.provider.provider.get(payment.provider_id or "").report()
    await decide(shop, payment, is_won=True)

    await shop.services.payment_settlement.apply(payment, older)

    assert [state for state, _, _ in await disputes(shop, payment)] == [DisputeState.WON]
    assert await waiting(shop, payment) == []


async def test_staff_see_the_disputes_of_a_payment(shop: Shop) -> None:
    _, payment = await disputed(shop)
    await decide(shop, payment, is_won=False)

    [seen] = (await shop.services.payment_admin.get(payment.id)).disputes

    assert (seen.state, seen.amount, seen.currency) == (DisputeState.LOST, 3600, "EUR")


async def test_dispute_is_stored_by_its_own_id_and_keeps_when_it_was_opened(storage: Storage) -> None:
    payment = await stored_paid_payment(storage)
    now = payment.created_at
    first = PaymentDispute(
        payment_id=payment.id, ref="dp_1", amount=100, currency="EUR", state=DisputeState.OPEN, opened_at=now
    )
    closed = PaymentDispute(
        payment_id=payment.id,
        ref="dp_1",
        amount=90,
        currency="EUR",
        state=DisputeState.WON,
        opened_at=now + A_DAY,
        closed_at=now + A_DAY,
    )
    async with storage.unit_of_work() as tx:
        await tx.payments.save_dispute(first)
        await tx.payments.save_dispute(closed)
        [inside] = await tx.payments.disputes([payment.id])

    assert inside == PaymentDispute(
        payment_id=payment.id,
        ref="dp_1",
        amount=90,
        currency="EUR",
        state=DisputeState.WON,
        opened_at=now,
        closed_at=now + A_DAY,
    )
    assert await storage.payments.disputes([payment.id]) == (inside,)


async def test_comparison_finds_a_dispute_of_a_payment_that_is_weeks_old(shop: Shop) -> None:
    _, booking_id = await shop.paid()
    [payment] = await shop.payments(booking_id)
    await shop.advance(timedelta(weeks=8))
    shop.provider.provider.dispute(payment.provider_id or "")
    shop.provider.notices()
    shop.clock.advance(timedelta(hours=1))

    await shop.services.reconciliation.compare(shop.clock.now() - 3 * A_DAY)

    assert [state for state, _, _ in await disputes(shop, payment)] == [DisputeState.OPEN]


async def test_comparison_finds_how_an_old_dispute_ended(shop: Shop) -> None:
    _, payment = await disputed(shop)
    await shop.advance(timedelta(weeks=8))
    shop.provider.provider.close_dispute(payment.provider_id or "", is_won=False)
    shop.provider.notices()

    await shop.services.reconciliation.compare(shop.clock.now() - 3 * A_DAY)

    assert [state for state, _, _ in await disputes(shop, payment)] == [DisputeState.LOST]
