"""Paying for a booking, its receipts, and the notices of the payment provider."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.money import Amount, Currency
from marketplace.core.domain.payment_views import BookingPayment, OwnPayment, Receipt, ShownStatus
from marketplace.core.domain.payments import PaymentOperation, PaymentStatus
from marketplace.core.domain.sessions import Title
from marketplace.core.errors import NotFound, RateLimited
from marketplace.core.errors.payments import InvalidNotice, InvalidSignature, NothingToPay, PaymentExpired, ProviderAway
from marketplace.core.services.payment_settlement import PaymentSettlement
from marketplace.core.services.payments import PaymentService
from marketplace.http.answers import Answer, Ask, body_of, json_answer
from marketplace.http.api.users import PublicUserOut
from marketplace.http.conversions import converted
from marketplace.http.idempotency import key_of, replayed_header, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import ParsedBody, ignore_body

MAX_NOTICE = 64 * 1024
"""Bytes of a notice."""

CurrencyCode = Annotated[str, msgspec.Meta(min_length=3, max_length=3)]


class PaymentOut(msgspec.Struct):
    """The payment of a booking. `url` is where the learner pays: this site's page until the provider's is opened.

    `asking`: the provider was asked and has not answered yet. `decline_reason` is the provider's word of the last
    attempt. Both are `null` to others than the learner. `refunded` is what was returned of `amount`.
    """

    id: UUID
    status: ShownStatus
    amount: Amount
    currency: CurrencyCode
    url: str | None
    expires_at: datetime | None
    decline_reason: str | None
    refunded: Amount


class RefundOut(msgspec.Struct):
    """A part of a payment that was returned."""

    amount: Amount
    at: datetime


class ReceiptIssuerOut(msgspec.Struct):
    """Who issues a receipt, in the operator's words; empty text says nothing."""

    name: str
    address: str
    tax_number: str


class ReceiptOut(msgspec.Struct):
    """The receipt of a payment. `number` is unique and ascends, with gaps."""

    number: int
    payment: UUID
    booking: UUID
    title: Title
    booking_date: datetime
    seats: int
    amount: Amount
    currency: CurrencyCode
    paid_at: datetime
    refunds: list[RefundOut]
    creator_details: PublicUserOut
    user_details: PublicUserOut
    issuer: ReceiptIssuerOut | None


class OwnPaymentOut(msgspec.Struct):
    """A payment in the copy of one's data, made or not."""

    id: UUID
    booking: UUID
    receipt_number: int | None
    status: PaymentStatus
    amount: Amount
    currency: CurrencyCode
    created_at: datetime
    paid_at: datetime | None
    refunds: list[RefundOut]


def payment_out(payment: BookingPayment | None) -> PaymentOut | None:
    """Convert the payment of a booking; `None` where nothing is asked."""
    if payment is None:
        return None
    money = Currency.of(payment.currency)
    amounts: dict[str, Decimal] = {
        "amount": money.of_minor(payment.amount),
        "refunded": money.of_minor(payment.refunded),
    }
    return converted(payment, PaymentOut, amounts)


async def pay_booking(ask: Ask, booking_id: UUID, payments: PaymentService) -> Answer:
    """Ask for the page where a booking is paid, and answer with its payment."""
    ignore_body(ask, ask.body)
    nothing = ParsedBody(msgspec.Struct, {}, {})
    nothing.checked(validate_key(ask))
    paid = await payments.pay(principal_of(ask), booking_id, key=key_of(ask, nothing))
    return json_answer(payment_out(paid.resource), headers=replayed_header(paid))


class PaymentController(Controller):
    """Payments of a booking."""

    path = "/api/bookings/{booking_id:uuid}"
    tags = ["payments"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/pay",
        status_code=200,
        operation_id="pay_booking",
        summary="Pay for a booking",
        opt=opt(
            Access.SIGNED_IN,
            is_keyed=True,
            errors=(NotFound, NothingToPay, PaymentExpired, RateLimited),
        ),
    )
    async def pay(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], payments: FromDishka[PaymentService]
    ) -> Response[PaymentOut]:
        """For the learner, while the booking has `pay_by`. Leads to the page in `url`; can be repeated.

        A page that was opened before is looked up, so a learner who comes back from it sees what came of it. If the
        provider doesn't answer, the seats stay held and the `status` is `asking`. At most 60 look-ups in 15 minutes.
        """
        return (await pay_booking(await Ask.with_body(request), booking_id, payments)).response()

    @get(
        "/receipts",
        operation_id="list_receipts",
        summary="List the receipts of a booking",
        opt=opt(Access.SIGNED_IN, scope="read", errors=(NotFound,)),
    )
    async def receipts(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], payments: FromDishka[PaymentService]
    ) -> list[ReceiptOut]:
        """For its learner and creator, one for each payment, oldest first."""
        return [_receipt_out(each) for each in await payments.receipts(principal_of(request), booking_id)]


class WebhookController(Controller):
    """Notices of payment providers."""

    path = "/api/payments/webhooks"
    tags = ["payments"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/{provider:str}",
        status_code=204,
        request_max_body_size=MAX_NOTICE,
        operation_id="receive_payment_notice",
        summary="Receive a notice of a payment provider",
        opt=opt(Access.PUBLIC, errors=(NotFound, InvalidSignature, InvalidNotice, ProviderAway)),
    )
    async def receive(
        self, request: Request[Any, Any, Any], provider: FromPath[str], settlement: FromDishka[PaymentSettlement]
    ) -> None:
        """For the provider: its signed notice, as it sends it. Answered once what it is about is committed."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.scope["headers"]}
        await settlement.receive(provider, await body_of(request), headers)


def own_payment_out(own: OwnPayment) -> OwnPaymentOut:
    """Return a payment for the copy of one's data."""
    payment, money = own.payment, Currency.of(own.payment.currency)
    return OwnPaymentOut(
        id=payment.id,
        booking=payment.booking_id,
        receipt_number=payment.receipt_number,
        status=payment.status,
        amount=money.of_minor(payment.captured or payment.amount),
        currency=payment.currency,
        created_at=payment.created_at,
        paid_at=payment.paid_at,
        refunds=_refunds(own.refunds, money),
    )


def _refunds(refunds: Sequence[PaymentOperation], money: Currency) -> list[RefundOut]:
    return [RefundOut(money.of_minor(each.amount), each.settled_at or each.created_at) for each in refunds]


def _receipt_out(receipt: Receipt) -> ReceiptOut:
    payment, booking = receipt.payment, receipt.booking
    money = Currency.of(payment.currency)
    return ReceiptOut(
        number=payment.receipt_number or 0,
        payment=payment.id,
        booking=booking.id,
        title=booking.terms.title,
        booking_date=booking.starts_at,
        seats=receipt.seats,
        amount=money.of_minor(payment.captured),
        currency=payment.currency,
        paid_at=payment.paid_at or payment.created_at,
        refunds=_refunds(receipt.refunds, money),
        creator_details=converted(booking.session_details.creator_details, PublicUserOut),
        user_details=converted(booking.user_details, PublicUserOut),
        issuer=None if receipt.issuer is None else converted(receipt.issuer, ReceiptIssuerOut),
    )
