"""Payments as staff see them: search, timeline, refunds, what waits for a decision, and commissions."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from marketplace.core.domain.audit import AuditValues, Target
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.ledger import MAX_COMMISSION, LedgerTransaction
from marketplace.core.domain.money import Currency
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_reasons import Cause
from marketplace.core.domain.payments import OperationKind, Payment, PaymentOperation, ReceivedNotice
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import Invalid, NotFound, NotYours
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.ledger import LedgerBooks
from marketplace.core.ports.payments import ParkedPayment, PaymentLists
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.idempotency import Outcome, idempotently, no_replay
from marketplace.core.services.payment_balance import PaymentBalance
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_operations import PaymentOperations
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff, acquire_with_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A payment and what its booking was sold as."""

    payment: Payment
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTimeline:
    """A payment with all that was asked of the provider, and what was posted in the ledger, oldest first."""

    payment: Payment
    booking: BookingHistory
    operations: tuple[PaymentOperation, ...]
    transactions: tuple[LedgerTransaction, ...]
    disputes: tuple[PaymentDispute, ...]
    notices: tuple[ReceivedNotice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatorCommission:
    """What the marketplace keeps of a creator's payments, in basis points; `is_own` unless it is the marketplace's."""

    basis_points: int
    is_own: bool


class PaymentAdminService:
    """Payments for staff. Every change has a reason and an entry in the audit log."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        gateway: PaymentGateway,
        lists: PaymentLists,
        books: LedgerBooks,
        bookings: BookingLists,
        directory: UserDirectory,
        operations: PaymentOperations,
        balance: PaymentBalance,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._lists = lists
        self._books = books
        self._bookings = bookings
        self._directory = directory
        self._operations = operations
        self._balance = balance
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def search(self, text: str, limit: int, after: str | None) -> Page[PaymentRow]:
        """Return a page of payments, newest first. Raises `NotFound` if payments are off."""
        self._gateway.get()
        page = await self._lists.search(text, limit, after)
        found = await self._bookings.histories(sorted({each.booking_id for each in page.items}))
        titles = {each.id: each.terms.title for each in found}
        return page.with_items(
            tuple(PaymentRow(payment=each, title=titles.get(each.booking_id, "")) for each in page.items)
        )

    async def get(self, payment_id: UUID) -> PaymentTimeline:
        """Return a payment with its timeline. Raises `NotFound`."""
        self._gateway.get()
        payment = await self._lists.find(payment_id)
        booking = None if payment is None else await self._bookings.find(payment.booking_id)
        if payment is None or booking is None:
            raise NotFound
        posted = await self._books.of_booking(payment.booking_id)
        return PaymentTimeline(
            payment=payment,
            booking=booking,
            operations=await self._lists.operations([payment_id]),
            transactions=tuple(each for each in posted if each.payment_id == payment_id),
            disputes=await self._lists.disputes([payment_id]),
            notices=await self._lists.notices(payment_id),
        )

    async def currency_of(self, payment_id: UUID) -> Currency:
        """Return the currency that was paid in, which need not be the marketplace's anymore. Raises `NotFound`."""
        self._gateway.get()
        payment = await self._lists.find(payment_id)
        if payment is None:
            raise NotFound
        return Currency.of(payment.currency)

    async def refund(
        self, staff: Principal, payment_id: UUID, amount: int, reason: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[PaymentTimeline]:
        """Return a part of a payment, in minor units, to the learner, and ask the provider for it.

        It is taken from what is held, then from what was earned, by the commission that it was earned with. Raises
        `Invalid`, `NotFound`, `NotStaff`, `NotYours` for their own, `RefundExceedsPayment`, `KeyReused`.
        """
        self._gateway.get()
        require(validate_field("reason", StaffReason, reason))
        if amount <= 0:
            raise Invalid({"amount": ["Enter an amount above zero."]})
        payment = await self._lists.find(payment_id)
        if payment is None:
            raise NotFound
        operation = partial(self._ask_refund, staff, payment, amount, reason)
        now = self._clock.now()
        async with self._audit.refusals(staff, "payment_refunded", ("payment", payment_id)):
            asked = await idempotently(
                self._unit_of_work, operation, no_replay, key=key, resource_id=payment_id, now=now
            )
        if asked.resource is not None:
            await self._operations.settle(asked.resource)
        return Outcome(await self.get(payment_id), is_replay=asked.is_replay)

    async def _ask_refund(
        self, staff: Principal, seen: Payment, amount: int, reason: str, tx: Transaction
    ) -> UUID | None:
        current = await acquire_staff(tx, staff)
        await tx.bookings.acquire(seen.booking_id)
        payments = {each.id: each for each in await tx.payments.acquire_of_booking(seen.booking_id)}
        payment = payments[seen.id]
        if current.user_id == payment.user_id:
            raise NotYours("Only other staff can return your own payment.")
        if amount > payment.refundable:
            raise RefundExceedsPayment
        operation = self._balance.operation(
            payment, OperationKind.REFUND, amount, Cause.STAFF, "", current.actor_id, reason
        )
        await self._balance.ask(tx, replace(operation, once=f"staff-{operation.id}"))
        returned: AuditValues = {"amount": str(Currency.of(payment.currency).of_minor(amount))}
        await self._audit.write(tx, staff, "payment_refunded", ("payment", payment.id), ({}, returned), reason)
        return operation.id

    async def parked(self, limit: int, after: str | None) -> Page[ParkedPayment]:
        """Return a page of what waits for staff. Raises `NotFound` if payments are off."""
        self._gateway.get()
        return await self._lists.parked(limit, after)

    async def resolve(
        self, staff: Principal, parked_id: UUID, resolution: str, *, key: IdempotencyKey | None = None
    ) -> Outcome[ParkedPayment]:
        """Resolve what waits for staff. The payment goes on: it is looked up, and what follows is asked for again.

        Of another amount or currency, see `Payment.resolved`.

        Raises `Invalid`, `NotFound`, `NotStaff`, `NotYours` for their own, `IllegalTransition`, `KeyReused`.
        """
        self._gateway.get()
        require(validate_field("resolution", StaffReason, resolution))

        parked = await self._lists.find_parked(parked_id)
        if parked is None:
            raise NotFound
        payment = None if parked.payment_id is None else await self._lists.find(parked.payment_id)

        async def operation(tx: Transaction) -> ParkedPayment:
            current, now = await acquire_staff(tx, staff), self._clock.now()
            if payment is not None and current.user_id in {payment.user_id, payment.creator_id}:
                raise NotYours("Only other staff can resolve a payment that you made or receive.")
            if payment is not None:
                await self._resume(tx, payment, parked, now)
            resolved = await tx.payments.resolve(parked_id, current.actor_id, resolution, now)
            change: AuditValues = {"parked": str(parked_id), "reason": resolved.reason.value}
            target: Target | None = ("payment", resolved.payment_id) if resolved.payment_id else None
            await self._audit.write(tx, staff, "payment_resolved", target, ({}, change), resolution)
            return resolved

        async def replay(_: UUID) -> ParkedPayment:
            return await self._lists.find_parked(parked_id) or parked

        now = self._clock.now()
        async with self._audit.refusals(staff, "payment_resolved", ("payment", parked.payment_id or parked_id)):
            return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=parked_id, now=now)

    async def _resume(self, tx: Transaction, seen: Payment, parked: ParkedPayment, now: datetime) -> None:
        """Let the marketplace ask the provider again for what the payment needs, unless it also waits for another."""
        await tx.bookings.acquire(seen.booking_id)
        payments = {each.id: each for each in await tx.payments.acquire_of_booking(seen.booking_id)}
        resolved = payments[seen.id].resolved(parked.reason, parked.found)
        if resolved.parked is None:
            await tx.payments.save(resolved)
            await tx.jobs.enqueue(Job(kind="settle_payment", subject=seen.id, run_at=now))

    async def commission(self, user_id: UUID) -> CreatorCommission:
        """Return the commission of payments asked for from now on. Raises `NotFound` unless it is a creator's."""
        self._gateway.get()
        if (await self._directory.get(user_id)).role != "creator":
            raise NotFound
        own = await self._lists.commission_of(user_id)
        return CreatorCommission(basis_points=self._gateway.commission if own is None else own, is_own=own is not None)

    async def set_commission(self, staff: Principal, user_id: UUID, basis_points: int, reason: str) -> int:
        """Set a creator's own commission, for payments that are asked for from now on. Return it.

        Raises `Invalid`, `NotFound`, `NotStaff`, `Oneself`, and `NotSuperuser` for staff's.
        """
        self._gateway.get()
        require(validate_field("reason", StaffReason, reason))
        if not 0 <= basis_points <= MAX_COMMISSION:
            raise Invalid({"percent": [f"Enter a percentage from 0 to {MAX_COMMISSION // 100}."]})

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current)
                if user.role != "creator":
                    raise NotFound
                before = await tx.payments.commission_of(user_id)
                await tx.payments.save_commission(user_id, basis_points, staff.user_id, self._clock.now())
                change = ({"commission": before}, {"commission": basis_points})
                await self._audit.write(tx, staff, "commission_changed", ("user", user_id), change, reason)

        async with self._audit.refusals(staff, "commission_changed", ("user", user_id)):
            await with_retries(operation)
        return basis_points
