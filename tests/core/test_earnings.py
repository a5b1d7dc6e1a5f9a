"""What becomes the creator's of a booking's payments."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

from builders import a_booking, a_history, a_principal, a_session, a_user
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.earnings import Bookkeeping, portions_earned
from marketplace.core.domain.refund_policies import RefundTier
from payment_records import a_paid_payment, an_operation

NOTHING_RETURNED = (RefundTier(0, 0),)


def a_cancelled_booking() -> BookingHistory:
    """Return a paid booking of €72 that its learner has cancelled, and of which everything is kept."""
    creator, learner = a_user(role="creator"), a_user()
    session = a_session(
        creator_id=creator.id, price=Decimal(72), cancellation_policy=NOTHING_RETURNED, payment_method="online"
    )
    held = a_history(a_booking(session, learner.id, status="pending", pay_by=NOW), session, creator, learner)
    booking, paid = held.paid(NOW, requires_confirmation=False)
    booking, cancelled = booking.after("cancel", a_principal(learner.id), NOW)
    return replace(booking, history=(*held.history, paid, cancelled))


def test_later_payment_is_earned_in_place_of_an_earning_that_was_returned() -> None:
    booking = a_cancelled_booking()
    first, later = a_paid_payment(booking, refunded=7_200, refund_claimed=7_200), a_paid_payment(booking)
    posted = [Bookkeeping(each, (), NOW).captured(uuid4(), 7_200) for each in (first, later)]
    [earned] = portions_earned(booking, [first], posted[:1])
    posted.append(Bookkeeping(first, tuple(posted), NOW).earned(uuid4(), earned))
    posted.append(Bookkeeping(first, tuple(posted), NOW).refunded(uuid4(), an_operation(first, amount=7_200)))

    found = portions_earned(booking, [first, later], posted)

    assert [(each.payment, each.amount, each.commission) for each in found] == [(later, 7_200, 720)]
