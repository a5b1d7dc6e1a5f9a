"""Who is told of payments and refunds, and how, run on either storage."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import ADDRESSES, principal_of, stored_user
from contracts.mail import TOKENS
from fakes import NOW
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import MONEY_KINDS, MessageKind
from marketplace.core.domain.notifications import NotificationDetails
from marketplace.core.ports.mail_composer import Letter, MovedMoney
from marketplace.core.ports.storage import Storage
from marketplace.core.services.letters import Letters, NotSendable
from paid_bookings import HALF, START, TWICE, Shop

WHY = "Asked for by e-mail."
MONEY = {"paid", "refunded", "earning_returned"}


@pytest.fixture
def shop(storage: Storage) -> Shop:
    return Shop(storage)


async def told(shop: Shop, user_id: UUID, booking_id: UUID) -> list[tuple[str, str]]:
    """Return what the bell of a person says of the money of a booking, oldest first."""
    feed = (await shop.storage.notifications.of_user(user_id, 100, None)).items
    return [
        (each.kind, f"{each.amount} {each.currency}")
        for each in reversed(feed)
        if each.booking_id == booking_id and _is_about_money(each)
    ]


def _is_about_money(each: NotificationDetails) -> bool:
    assert (each.amount is not None) is (each.kind in MONEY)
    return each.kind in MONEY


async def mails(shop: Shop, user_id: UUID) -> list[tuple[MessageKind, str]]:
    found = (await shop.storage.messages.of_user(user_id, 100, None)).items
    return [(each.kind, each.subject) for each in reversed(found) if each.kind in MONEY_KINDS]


async def test_learner_is_told_of_each_payment_and_refund_once_and_the_creator_of_neither(shop: Shop) -> None:
    learner, booking_id = await shop.paid(2, cancellation_policy=HALF)
    creator_id = (await shop.booking(booking_id)).creator_id
    await shop.services.seat_changes.change(learner, booking_id, 1)
    await shop.settle()
    await shop.services.payment_settlement.settle(booking_id)
    await shop.services.payment_balance.settle(booking_id)
    assert await told(shop, learner.user_id, booking_id) == [("paid", "72.00 EUR"), ("refunded", "18.00 EUR")]
    [payment] = await shop.payments(booking_id)
    refund = (await shop.storage.payments.operations([payment.id]))[-1]
    expected = [
        (MessageKind.PAYMENT_RECEIVED, str(payment.id)),
        (MessageKind.PAYMENT_REFUNDED, str(refund.id)),
    ]
    assert await mails(shop, learner.user_id) == expected
    assert (await told(shop, creator_id, booking_id), await mails(shop, creator_id)) == ([], [])


async def test_creator_is_told_what_a_refund_takes_of_their_earning(shop: Shop) -> None:
    staff = principal_of(await stored_user(shop.storage, is_staff=True))
    learner, booking_id = await shop.paid()
    creator_id = (await shop.booking(booking_id)).creator_id
    await shop.advance(START - shop.clock.now() + (await shop.booking(booking_id)).ends_at - START)
    await shop.services.payment_admin.refund(staff, booking_id, 1000, WHY)
    assert await told(shop, learner.user_id, booking_id) == [("paid", "36.00 EUR"), ("refunded", "10.00 EUR")]
    assert await told(shop, creator_id, booking_id) == [("earning_returned", "9.00 EUR")]
    assert await mails(shop, creator_id) == []


async def test_card_that_is_charged_twice_has_one_receipt_and_a_refund(shop: Shop) -> None:
    session, learner = await shop.session(), await shop.learner()
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id, TWICE)
    await shop.notify()
    kinds = [kind for kind, _ in await mails(shop, learner.user_id)]
    assert kinds == [MessageKind.PAYMENT_RECEIVED, MessageKind.PAYMENT_REFUNDED]


async def test_mails_of_money_say_what_was_paid_and_returned_as_it_is_when_they_are_due(shop: Shop) -> None:
    session, person = await shop.session(), await stored_user(shop.storage, email_verified_at=NOW)
    learner = principal_of(person)
    booking_id = await shop.book(session, learner)
    await shop.pay(learner, booking_id)
    await shop.notify()
    await shop.services.bookings.act(learner, booking_id, "cancel")
    await shop.settle()
    found = (await shop.storage.messages.of_user(learner.user_id, 100, None)).items
    receipt, refund = (
        next(each for each in found if each.kind is kind)
        for kind in (MessageKind.PAYMENT_RECEIVED, MessageKind.PAYMENT_REFUNDED)
    )
    unmade = [replace(each, id=uuid7(), subject=str(uuid7())) for each in (receipt, refund)]
    letters = Letters(addresses=ADDRESSES, unsubscribe_tokens=TOKENS, clock=shop.clock)
    async with shop.storage.unit_of_work() as tx:
        decided = await letters.about_bookings(tx, [receipt, refund, *unmade])
    [payment] = await shop.payments(booking_id)
    number = payment.receipt_number or 0
    for message in (receipt, refund):
        letter = decided[message.id]
        assert isinstance(letter, Letter)
        assert letter.money == MovedMoney(amount=Decimal("36.00"), currency="EUR", receipt_number=number)
        assert letter.link.endswith(f"/dashboard?booking={booking_id}")
    for message in unmade:
        refused = decided[message.id]
        assert isinstance(refused, NotSendable)
        assert refused.reason is MessageReason.NO_PAYMENT
