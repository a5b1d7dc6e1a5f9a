"""What a viewer of a booking sees of its payments."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Self
from uuid import UUID

from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.money import Currency, currency
from marketplace.core.domain.payment_options import ReceiptIssuer
from marketplace.core.domain.payment_plans import amount_due
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentOperation, PaymentStatus


class ShownStatus(StrEnum):
    """How far a payment got, as it is shown."""

    DUE = "due"
    """It was not started."""
    ASKING = "asking"
    """The provider was asked for a page and has not answered yet."""
    OPEN = "open"
    AUTHORIZED = "authorized"
    PAID = "paid"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPayment:
    """The payments of a booking as one. Amounts in minor units; `url` is where the learner pays, if they can."""

    id: UUID
    status: ShownStatus
    amount: int
    currency: str
    url: str | None
    expires_at: datetime | None
    decline_reason: str | None
    refunded: int

    def seen_by_others(self) -> Self:
        """Return what others than the learner see: the page and why a card was declined are the learner's alone."""
        return replace(self, url=None, decline_reason=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A payment that was made, with what was returned of it."""

    booking: BookingHistory
    payment: Payment
    refunds: tuple[PaymentOperation, ...]
    issuer: ReceiptIssuer | None = None

    @property
    def seats(self) -> int:
        """The seats that this payment paid for, whatever the booking has since; of a part of a price, those it has."""
        price = Currency.of(self.payment.currency).minor(self.booking.terms.price)
        number, rest = divmod(min(self.payment.amount, self.payment.captured), price)
        return number if number and not rest else self.booking.seats


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPayment:
    """A payment that its learner was asked for, paid or not, with what was returned of it."""

    payment: Payment
    refunds: tuple[PaymentOperation, ...]

    @classmethod
    def of(cls, payment: Payment, operations: Sequence[PaymentOperation]) -> Self:
        return cls(payment=payment, refunds=_refunds_of(payment, operations))


def is_charged(booking: Booking) -> bool:
    """Return whether the booking was sold for a payment through the marketplace."""
    return booking.terms.payment_method == "online" and bool(booking.amount)


def booking_payment(
    booking: BookingDetails, payments: Sequence[Payment], operations: Sequence[PaymentOperation], page: str
) -> BookingPayment | None:
    """Return the payments of a charged booking, or `None` if nothing was asked. `page` is where the learner pays.

    `operations` are needed if `reads_operations` says so.
    """
    refunded = sum(each.refunded for each in payments)
    if booking.asks_payment():
        due = _due(booking, payments, operations)
        current = next((each for each in reversed(payments) if each.is_payable and each.amount == due), None)
        last = current or next(iter(reversed(payments)), None)
        return BookingPayment(
            id=current.id if current else booking.id,
            status=ShownStatus.DUE if current is None else _shown(current),
            amount=current.amount if current else due,
            currency=current.currency if current else currency().code,
            url=current.url if current and current.url else page,
            expires_at=booking.pay_by,
            decline_reason=last.decline_reason if last else None,
            refunded=refunded,
        )
    made = [each for each in payments if each.status in {PaymentStatus.PAID, PaymentStatus.AUTHORIZED}]
    if not payments:
        return None
    first = (made or list(payments))[0]
    return BookingPayment(
        id=first.id,
        status=_shown(first),
        amount=sum(each.captured or each.amount for each in made) if made else first.amount,
        currency=first.currency,
        url=None,
        expires_at=None,
        decline_reason=None if made else first.decline_reason,
        refunded=refunded,
    )


def _due(booking: BookingDetails, payments: Sequence[Payment], operations: Sequence[PaymentOperation]) -> int:
    if payments and isinstance(booking, BookingHistory):
        return amount_due(booking, payments, operations)
    return currency().minor(booking.amount)


def receipts_of(
    booking: BookingHistory, payments: Sequence[Payment], operations: Sequence[PaymentOperation]
) -> tuple[Receipt, ...]:
    """Return the receipts of a booking, oldest first."""
    made = sorted((each for each in payments if each.receipt_number is not None), key=attrgetter("receipt_number"))
    return tuple(Receipt(booking=booking, payment=each, refunds=_refunds_of(each, operations)) for each in made)


def _refunds_of(payment: Payment, operations: Sequence[PaymentOperation]) -> tuple[PaymentOperation, ...]:
    wanted = (payment.id, OperationKind.REFUND, OperationState.DONE)
    return tuple(each for each in operations if (each.payment_id, each.kind, each.state) == wanted)


def _shown(payment: Payment) -> ShownStatus:
    if payment.status is PaymentStatus.DUE:
        return ShownStatus.ASKING
    return ShownStatus(payment.status.value)
