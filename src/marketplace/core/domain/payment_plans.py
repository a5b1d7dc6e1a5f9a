"""What has to be asked of the provider, so that what is kept of a booking's payments is what its history says.

The plan is computed from the booking, its payments and the operations that are under way, so it is the same however
often and in whatever order steps and reports arrive.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.payment_reasons import Cause
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentOperation, PaymentStatus
from marketplace.core.domain.seat_changes import given_back
from marketplace.core.domain.settlements import kept_now, price_of_unpaid

UNSETTLED = frozenset({OperationState.ASKED, OperationState.UNKNOWN})
_by_age = attrgetter("created_at", "id")


class Wanted(NamedTuple):
    """An effect to ask of the provider."""

    payment: Payment
    kind: OperationKind
    amount: int


def covered(payments: Sequence[Payment]) -> int:
    """Return what the learner has paid or authorized, less what refunds claim. In minor units."""
    authorized = sum(each.amount for each in payments if each.status is PaymentStatus.AUTHORIZED)
    return sum(each.refundable for each in payments) + authorized


def is_being_released(payment: Payment, operations: Sequence[PaymentOperation]) -> bool:
    """Return whether an authorization may end any moment, as that of a page being closed: it pays for nothing."""
    is_authorized = payment.status is PaymentStatus.AUTHORIZED
    return is_authorized and any(
        (each.payment_id, each.kind) == (payment.id, OperationKind.VOID) and each.state in UNSETTLED
        for each in operations
    )


def lasting(payments: Sequence[Payment], operations: Sequence[PaymentOperation]) -> list[Payment]:
    """Return the payments without authorizations that may end any moment."""
    return [each for each in payments if not is_being_released(each, operations)]


def reads_operations(booking: Booking, payments: Sequence[Payment]) -> bool:
    """Return whether what the learner has to pay depends on operations: an authorization may be being released."""
    return booking.asks_payment() and any(each.status is PaymentStatus.AUTHORIZED for each in payments)


def amount_due(booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]) -> int:
    """Return what the learner still has to pay for a booking that asks for a payment.

    An authorization that is being released pays for nothing. Of a booking that owes seats it is at most their price:
    what staff returned of an earlier payment is not asked for again.
    """
    due = max(0, kept_now(booking, payments) - covered(lasting(payments, operations)))
    return min(due, price_of_unpaid(booking, payments)) if booking.owes_seats() else due


def pays_all(
    booking: BookingHistory,
    before: Sequence[Payment],
    after: Sequence[Payment],
    operations: Sequence[PaymentOperation],
) -> bool:
    """Return whether what came between two states of the payments leaves nothing to pay."""
    if booking.owes_seats():
        return covered(after) - covered(before) >= amount_due(booking, before, operations)
    return not amount_due(booking, after, operations)


def has_lapsed(booking: BookingHistory, before: Payment, after: Payment) -> bool:
    """Return whether the provider released an authorization that the booking needs, without being asked to.

    One that is parked already waits for staff for that reason.
    """
    is_released = (before.status, after.status) == (PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED)
    return is_released and after.parked is None and kept_now(booking, [after]) > 0


def is_covered(booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]) -> bool:
    """Return whether a booking that asks for a payment needs no more than was paid or authorized.

    It has fewer seats than when it was paid, or got seats back before their price was returned.
    """
    return booking.asks_payment() and 0 < kept_now(booking, payments) <= covered(lasting(payments, operations))


def payable(
    booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]
) -> Payment | None:
    """Return the payment that the learner can make for the booking as it is, if one was asked for."""
    due = amount_due(booking, payments, operations)
    voiding = {each.payment_id for each in operations if each.kind is OperationKind.VOID}
    fitting = (each for each in payments if each.is_payable and each.parked is None and each.id not in voiding)
    return next((each for each in fitting if each.amount == due), None)


def plan(
    booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]
) -> tuple[Wanted, ...]:
    """Return what to ask now. Parked payments are left to staff."""
    free = sorted((each for each in payments if each.parked is None), key=_by_age)
    asked = {(each.payment_id, each.kind) for each in operations if each.state in UNSETTLED}
    if booking.asks_payment():
        due = amount_due(booking, payments, operations)
        wanted = [_void(each) for each in free if each.is_payable and each.amount != due]
    else:
        wanted = [_void(each) for each in free if each.is_payable]
        wanted += _of_authorized(booking, payments, lasting(free, operations))
        wanted += _refunds(free, sum(each.refundable for each in payments) - kept_now(booking, payments))
    return tuple(each for each in wanted if not _is_under_way(each, asked))


def _of_authorized(booking: BookingHistory, payments: Sequence[Payment], free: Sequence[Payment]) -> list[Wanted]:
    """Capture what is needed of authorized payments, oldest first, and release the rest."""
    authorized = [each for each in free if each.status is PaymentStatus.AUTHORIZED]
    missing, wanted = kept_now(booking, payments) - sum(each.refundable for each in payments), list[Wanted]()
    for each in authorized:
        taken = min(each.amount, max(0, missing))
        missing -= taken
        if not taken:
            wanted.append(_void(each))
        elif booking.status != "pending":
            wanted.append(Wanted(each, OperationKind.CAPTURE, taken))
    return wanted


def _refunds(free: Sequence[Payment], excess: int) -> list[Wanted]:
    """Return an excess, from the newest payment on: it is the one that was not needed."""
    wanted = []
    for each in reversed(free):
        amount = min(each.refundable, excess)
        if amount > 0:
            wanted.append(Wanted(each, OperationKind.REFUND, amount))
            excess -= amount
    return wanted


def _void(payment: Payment) -> Wanted:
    return Wanted(payment, OperationKind.VOID, payment.amount)


def _is_under_way(wanted: Wanted, asked: set[tuple[UUID, OperationKind]]) -> bool:
    """Return whether the same was asked, or its opposite, whose outcome has to be known first."""
    kinds = {OperationKind.CAPTURE, OperationKind.VOID}
    return wanted.kind in kinds and any((wanted.payment.id, kind) in asked for kind in kinds)


def cause_of(booking: BookingHistory, payment: Payment) -> Cause:
    """Return why a payment, or a part of it, is captured, voided or returned."""
    if booking.status == "cancelled":
        return Cause.LATE if payment.paid_at and booking.pay_by else Cause.CANCEL
    missing = given_back(booking)
    if missing is not None and payment.paid_at is not None and payment.created_at <= missing.at <= payment.paid_at:
        return Cause.LATE
    since = payment.paid_at or payment.created_at
    is_fewer = any(
        each.at >= since and (each.to_seats or 0) < (each.from_seats or 0)
        for each in booking.history
        if each.action == "seats"
    )
    if is_fewer:
        return Cause.SEATS
    return Cause.CONFIRM if payment.status is PaymentStatus.AUTHORIZED else Cause.TWICE
