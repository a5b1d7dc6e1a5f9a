"""Payment endpoints for staff."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.disputes import DisputeState
from marketplace.core.domain.earnings import earning_row, fee_of
from marketplace.core.domain.fields import OptionalStaffReason, StaffReason, Text
from marketplace.core.domain.money import Amount, AmountChange, Currency
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import OperationKind, OperationState, Payment, PaymentOperation, PaymentStatus
from marketplace.core.domain.sessions import Title
from marketplace.core.errors import IllegalTransition, Invalid, NotFound, NotYours
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.payments import ParkedPayment
from marketplace.core.services.admin.payments import PaymentAdminService, PaymentTimeline
from marketplace.core.services.idempotency import Outcome
from marketplace.http.api.admin.commissions import percent_of
from marketplace.http.api.earnings import EarningOut
from marketplace.http.api.payments import CurrencyCode
from marketplace.http.conversions import converted
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.parsing import read_body, read_query

PaymentSearch = Annotated[
    str, Text(1, 200, example="1042", description="An ID of a payment, booking or provider, or a receipt's number.")
]

REFUND_ERRORS = (NotFound, NotYours, RefundExceedsPayment)
RESOLUTION_ERRORS = (NotFound, NotYours, IllegalTransition)


class PaymentsQuery(PageQuery, kw_only=True):
    """A search, and the page."""

    search: PaymentSearch | None = None


class RefundIn(msgspec.Struct, kw_only=True):
    """How much is returned, and why."""

    amount: Amount
    reason: StaffReason


class ParkedResolutionIn(msgspec.Struct, kw_only=True):
    """What was done about it."""

    resolution: StaffReason


class PaymentRecordOut(msgspec.Struct):
    """A payment as staff see it. `refund_claimed` is what refunds return or were asked to."""

    id: UUID
    booking: UUID
    creator: UUID
    user: UUID
    title: Title
    status: PaymentStatus
    amount: Amount
    captured: Amount
    refund_claimed: Amount
    refunded: Amount
    currency: CurrencyCode
    provider: str
    provider_id: str | None
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    receipt_number: int | None
    decline_reason: str | None
    parked: ParkedReason | None
    commission: str


class OperationOut(msgspec.Struct, rename={"actor_id": "by"}):
    """Something that was asked of the provider. `reason` was written by staff."""

    id: UUID
    kind: OperationKind
    amount: Amount
    cause: Cause
    state: OperationState
    created_at: datetime
    settled_at: datetime | None
    attempts: int
    provider_ref: str | None
    error: str | None
    actor_id: UUID | None
    reason: OptionalStaffReason


class PostedOut(EarningOut):
    """What was posted in the ledger. `fee` is the provider's, paid out of the commission."""

    fee: AmountChange


class DisputeOut(msgspec.Struct):
    """A dispute at the learner's bank. `ref` is the provider's ID."""

    ref: str
    amount: Amount
    state: DisputeState
    opened_at: datetime
    closed_at: datetime | None


class ReceivedNoticeOut(msgspec.Struct):
    """A notice of the provider. `kind` is its word."""

    id: str
    kind: str
    recorded_at: datetime


class PaymentTimelineOut(PaymentRecordOut):
    """A payment with all that is known of it: what was asked, posted, disputed and noticed, each oldest first.

    Notices are kept for 90 days; the last 100 are listed.
    """

    operations: list[OperationOut]
    transactions: list[PostedOut]
    disputes: list[DisputeOut]
    notices: list[ReceivedNoticeOut]


class ParkedPaymentOut(msgspec.Struct, rename={"payment_id": "payment"}):
    """Something that waits for staff: what we expected and what the provider has, in amounts of `currency`."""

    id: UUID
    reason: ParkedReason
    payment_id: UUID | None
    provider: str
    provider_id: str | None
    expected: Decimal | None
    found: Decimal | None
    currency: str | None
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: UUID | None
    resolution: OptionalStaffReason


class PaymentAdminController(Controller):
    """Payments."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/payments",
        operation_id="admin_list_payments",
        summary="List payments",
        opt=opt(Access.STAFF, query=PaymentsQuery, errors=(NotFound,), headers=LINK),
    )
    async def list_payments(
        self, request: Request[Any, Any, Any], payments: FromDishka[PaymentAdminService], cursors: FromDishka[Cursors]
    ) -> Response[list[PaymentRecordOut]]:
        """Newest first."""
        parsed = read_query(request, PaymentsQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        page = await payments.search(query.search or "", query.limit, cursors.open(request, query.cursor))
        shown = page.with_items(tuple(PaymentRecordOut(**_record(each.payment, each.title)) for each in page.items))
        return cursors.answer(request, shown).response()

    @get(
        "/payments/{payment_id:uuid}",
        operation_id="admin_get_payment",
        summary="Get a payment",
        opt=opt(Access.STAFF, errors=(NotFound,)),
    )
    async def retrieve(
        self, payment_id: FromPath[UUID], payments: FromDishka[PaymentAdminService]
    ) -> PaymentTimelineOut:
        """With its timeline."""
        return _timeline(await payments.get(payment_id))

    @post(
        "/payments/{payment_id:uuid}/refund",
        status_code=200,
        operation_id="admin_refund_payment",
        summary="Return a part of a payment",
        opt=opt(Access.STAFF, body=RefundIn, proof=Proof.ALWAYS, is_keyed=True, errors=REFUND_ERRORS),
    )
    async def refund(
        self, request: Request[Any, Any, Any], payment_id: FromPath[UUID], payments: FromDishka[PaymentAdminService]
    ) -> Response[PaymentTimelineOut]:
        """Any part that was paid and not returned yet, whatever the booking's policy. The booking stays as it is.

        Only other staff can return what a staff member paid.
        """
        parsed = await read_body(request, RefundIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        money = await payments.currency_of(payment_id)
        if money.excess(data.amount):
            raise Invalid({"amount": [f"Enter an amount of {money.code}, with at most {money.digits} decimals."]})
        amount = money.minor(data.amount)
        done = await payments.refund(principal_of(request), payment_id, amount, data.reason, key=key)
        return answer(Outcome(_timeline(done.resource), is_replay=done.is_replay), PaymentTimelineOut)

    @get(
        "/parked-payments",
        operation_id="admin_list_parked_payments",
        summary="List payments that wait for staff",
        opt=opt(Access.STAFF, query=PageQuery, errors=(NotFound,), headers=LINK),
    )
    async def list_parked(
        self, request: Request[Any, Any, Any], payments: FromDishka[PaymentAdminService], cursors: FromDishka[Cursors]
    ) -> Response[list[ParkedPaymentOut]]:
        """Unresolved ones, newest first."""
        parsed = read_query(request, PageQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        page = await payments.parked(query.limit, cursors.open(request, query.cursor))
        return cursors.answer(request, page.with_items(tuple(map(_parked, page.items)))).response()

    @post(
        "/parked-payments/{parked_id:uuid}/resolve",
        status_code=200,
        operation_id="admin_resolve_parked_payment",
        summary="Resolve a payment that waits for staff",
        opt=opt(Access.STAFF, body=ParkedResolutionIn, proof=Proof.ALWAYS, is_keyed=True, errors=RESOLUTION_ERRORS),
    )
    async def resolve(
        self, request: Request[Any, Any, Any], parked_id: FromPath[UUID], payments: FromDishka[PaymentAdminService]
    ) -> Response[ParkedPaymentOut]:
        """Then the marketplace looks the payment up, and asks again for what it needs.

        `amount_differs`: what was paid counts as it is. What is too much is returned; too little leaves the rest to
        pay, and is returned if that isn't paid in time. `currency_differs`: the payment counts as none, and you return
        it at the provider. `disputed`: the payment goes on as any other, so settle the dispute first.
        `dispute_lost`: the bank has returned the amount, which is recorded; you decide what becomes of the booking.

        Only other staff can resolve what a staff member paid or receives.
        """
        parsed = await read_body(request, ParkedResolutionIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        done = await payments.resolve(principal_of(request), parked_id, data.resolution, key=key)
        return answer(Outcome(_parked(done.resource), is_replay=done.is_replay), ParkedPaymentOut)


def _record(payment: Payment, title: str) -> dict[str, Any]:
    money = Currency.of(payment.currency)
    kept = (
        *("id", "status", "currency", "provider", "provider_id", "created_at", "expires_at", "paid_at"),
        *("receipt_number", "decline_reason", "parked"),
    )
    amounts = ("amount", "captured", "refund_claimed", "refunded")
    return {
        **{name: getattr(payment, name) for name in kept},
        **{name: money.of_minor(getattr(payment, name)) for name in amounts},
        "booking": payment.booking_id,
        "creator": payment.creator_id,
        "user": payment.user_id,
        "title": title,
        "commission": percent_of(payment.commission),
    }


def _timeline(found: PaymentTimeline) -> PaymentTimelineOut:
    payment, title = found.payment, found.booking.terms.title
    money = Currency.of(payment.currency)

    def operation_out(each: PaymentOperation) -> OperationOut:
        return converted(each, OperationOut, {"amount": money.of_minor(each.amount)})

    return PaymentTimelineOut(
        **_record(payment, title),
        operations=[operation_out(each) for each in found.operations],
        transactions=[
            converted(earning_row(each, title), PostedOut, {"fee": fee_of(each)}) for each in found.transactions
        ],
        disputes=[converted(each, DisputeOut, {"amount": money.of_minor(each.amount)}) for each in found.disputes],
        notices=[converted(each, ReceivedNoticeOut) for each in found.notices],
    )


def _parked(parked: ParkedPayment) -> ParkedPaymentOut:
    money = Currency.of(parked.currency) if parked.currency else None
    amounts = {
        name: None if money is None or getattr(parked, name) is None else money.of_minor(getattr(parked, name))
        for name in ("expected", "found")
    }
    return converted(parked, ParkedPaymentOut, amounts)
