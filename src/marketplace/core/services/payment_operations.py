"""Asking the provider: claim, commit, call, record.

An operation whose answer was lost is looked up before it is asked for again, always under the same idempotency key.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import (
    PROGRESS,
    RETRY_FIRST,
    RETRY_MAX,
    OperationKind,
    OperationState,
    Payment,
    PaymentOperation,
    PaymentStatus,
    ProviderReport,
)
from marketplace.core.domain.users import User
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.payment_providers import Charge, Done, Opened, Pending, Refused, Unknown
from marketplace.core.ports.payments import PaymentLists, ReadAhead
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.payment_balance import PaymentBalance
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_records import LEASE, ProviderRecords
from marketplace.core.services.reported_operations import EXPIRED, Result, as_reported
from marketplace.core.services.retries import with_retries

LOG = logging.getLogger(__name__)

Observer = Callable[[PaymentOperation], None]

LOOK_AGAIN = timedelta(hours=6)
"""How long until what the provider has started is looked up, if no notice comes."""


class Outcome(NamedTuple):
    """What came of an operation, and what the provider reported if it was looked up."""

    result: Result
    report: ProviderReport | None = None


class _Recorded(NamedTuple):
    """An operation after an attempt, and the payments of its booking if they are known."""

    operation: PaymentOperation
    payments: Sequence[Payment] | None = None


class PaymentOperations:
    """Settles operations. Several can run concurrently, in requests and in workers."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        gateway: PaymentGateway,
        lists: PaymentLists,
        users: UserDirectory,
        balance: PaymentBalance,
        records: ProviderRecords,
        addresses: SiteAddresses,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._lists = lists
        self._users = users
        self._balance = balance
        self._records = records
        self._addresses = addresses
        self._clock = clock
        self._observer: Observer | None = None

    def call_with_attempts(self, observer: Observer) -> None:
        """Call a function with each operation after an attempt, by requests and jobs of this process."""
        self._observer = observer

    async def settle(self, operation_id: UUID | None) -> None:
        """Ask the provider for an operation that is not settled. The handler of `settle_operation`."""
        found = None if operation_id is None else await self._lists.operation(operation_id)
        if operation_id is None or found is None or found.is_settled:
            return
        if not self._gateway.is_on:
            LOG.warning("Operation %s (%s) waits, since payments are off", found.id, found.kind.value)
            await self._come_back(found.id, self._clock.now() + RETRY_MAX)
            return
        claimed, booking = await with_retries(lambda: self._claim(operation_id))
        if claimed is None:
            # once the lease of the one who has claimed it is over: they may have died; if it is, they are recording
            now = self._clock.now()
            await self._come_back(found.id, max(found.leased_until or now + LEASE, now + RETRY_FIRST))
            return
        payment = await self._lists.find(claimed.payment_id)
        if payment is None or booking is None:
            return
        await self.carry_out(claimed, payment, booking)

    async def carry_out(
        self,
        claimed: PaymentOperation,
        payment: Payment,
        booking: BookingHistory,
        learner: User | None = None,
        seen: ReadAhead | None = None,
    ) -> Sequence[Payment] | None:
        """Ask the provider for a claimed operation of a payment, and record what came of it.

        The learner is read, if their language is needed and they are not given. Returns the payments of the booking if
        all that came of it is an open page.
        """
        outcome = await self._outcome(claimed, payment, booking, learner)
        recorded = await with_retries(lambda: self._record(claimed, outcome, seen))
        if recorded is None:
            return None
        self._tell(recorded.operation)
        return recorded.payments

    async def _claim(self, operation_id: UUID) -> tuple[PaymentOperation | None, BookingHistory | None]:
        async with self._unit_of_work() as tx:
            claimed = await tx.payments.claim(operation_id, self._clock.now(), LEASE)
            return claimed, None if claimed is None else await tx.bookings.find(claimed.booking_id)

    async def _come_back(self, operation_id: UUID, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="settle_operation", subject=operation_id, run_at=run_at))

    async def _outcome(
        self, claimed: PaymentOperation, payment: Payment, booking: BookingHistory, learner: User | None
    ) -> Outcome:
        report = None
        if claimed.attempts > 1 or (claimed.kind is OperationKind.VOID and payment.status is PaymentStatus.DUE):
            found = await self._gateway.get().look_up(payment)
            if isinstance(found, Unknown):
                return Outcome(found)
            report = found
            known = as_reported(claimed, report, is_over=self._clock.now() >= payment.expires_at)
            if known is not None:
                return Outcome(known, report)
        result = await self._call(claimed, payment, booking, learner)
        if claimed.kind is OperationKind.VOID and isinstance(result, Refused):
            return await self._unvoidable(payment, result)
        return Outcome(result, report)

    async def _unvoidable(self, payment: Payment, refused: Refused) -> Outcome:
        """Look up a payment that the provider would not void: it was paid meanwhile, or is closed already."""
        report = await self._gateway.get().look_up(payment)
        if isinstance(report, Unknown):
            return Outcome(report)
        if report is None or report.status is PaymentStatus.VOIDED:
            return Outcome(Done(), report)
        return Outcome(refused, report)

    async def _call(
        self, claimed: PaymentOperation, payment: Payment, booking: BookingHistory, learner: User | None
    ) -> Result:
        provider = self._gateway.get()
        match claimed.kind:
            case OperationKind.OPEN:
                if self._clock.now() >= payment.expires_at:
                    return Refused(EXPIRED)
                return await provider.open(await self._charge(payment, booking, learner), claimed.id)
            case OperationKind.CAPTURE:
                return await provider.capture(payment, claimed.amount, claimed.id)
            case OperationKind.VOID:
                return await provider.void(payment, claimed.id)
            case OperationKind.REFUND:
                return await provider.refund(payment, claimed.amount, claimed.id)

    async def _charge(self, payment: Payment, booking: BookingHistory, learner: User | None) -> Charge:
        locale = (learner or await self._users.get(payment.user_id)).locale
        return Charge(
            payment_id=payment.id,
            amount=payment.amount,
            currency=payment.currency,
            captures_later=payment.captures_later,
            title=booking.terms.title,
            return_url=self._addresses.pay(booking.id),
            expires_at=payment.expires_at,
            locale=locale or "",
        )

    async def _record(self, claimed: PaymentOperation, outcome: Outcome, seen: ReadAhead | None) -> "_Recorded | None":
        """Record the outcome with all that follows from it. Return `None` if another worker has taken over."""
        now, state, result = self._clock.now(), _state_of(outcome.result), outcome.result
        error = result.code if isinstance(result, Refused | Unknown) else None
        ref = (
            result.ref
            if isinstance(result, Done | Pending)
            else result.provider_id
            if isinstance(result, Opened)
            else None
        )
        after = self._records.settled(claimed, state, ref=ref, error=error)
        async with self._unit_of_work() as tx:
            await tx.payments.read_ahead(claimed.booking_id, seen=seen)
            booking = await tx.bookings.acquire(claimed.booking_id)
            payments = {each.id: each for each in await tx.payments.acquire_of_booking(claimed.booking_id)}
            if not await tx.payments.record(claimed, after):
                return None
            if not after.is_settled:
                run_at = now + LOOK_AGAIN if isinstance(result, Pending) else claimed.retry_at(now)
                await tx.jobs.enqueue(Job(kind="settle_operation", subject=claimed.id, run_at=run_at))
                return _Recorded(after)
            payment = payments[claimed.payment_id]
            if isinstance(result, Opened):
                payments[payment.id] = await tx.payments.save(payment.opened(result.provider_id, result.url))
                await self._balance.apply(tx, booking, payments=[*payments.values()])
                return _Recorded(after, [*payments.values()])
            if claimed.kind is OperationKind.VOID and _is_paid(outcome):
                await self._look(tx, payment, now)  # paid meanwhile: perhaps the booking takes its seats again
                return _Recorded(after)
            new = await self._effects(tx, claimed, payment, outcome, now)
            await self._balance.apply(tx, booking, new)
        return _Recorded(after)

    async def _effects(
        self, tx: Transaction, claimed: PaymentOperation, payment: Payment, outcome: Outcome, now: datetime
    ) -> list[LedgerTransaction]:
        """Change the payment as its operation changed it at the provider. Return what is posted in the ledger."""
        result = outcome.result
        if isinstance(result, Refused):
            await self._refused(tx, claimed, payment, outcome, now)
            return []
        match claimed.kind:
            case OperationKind.OPEN:
                if outcome.report is not None:
                    # it went on meanwhile: paid for, or closed
                    await self._look(tx, payment, now)
            case OperationKind.CAPTURE:
                taken = payment.taken(claimed.amount, now)
                if taken.captured > payment.captured:
                    saved = await tx.payments.save(taken)
                    return self._records.captured(saved, saved.captured - payment.captured)
            case OperationKind.VOID:
                await tx.payments.save(payment.voided())
            case OperationKind.REFUND:
                posted = [*await tx.ledger.of_booking(payment.booking_id)]
                return self._records.posted_refund(payment, claimed, posted)
        return []

    async def _refused(
        self, tx: Transaction, claimed: PaymentOperation, payment: Payment, outcome: Outcome, now: datetime
    ) -> None:
        if claimed.kind is OperationKind.OPEN:
            if PROGRESS[payment.status] <= PROGRESS[PaymentStatus.OPEN] and isinstance(outcome.result, Refused):
                await tx.payments.save(payment.declined(outcome.result.code).voided())
            return
        await tx.payments.save(payment.parked_for(ParkedReason.REFUSED))
        await self._records.park(tx, payment, ParkedReason.REFUSED, expected=claimed.amount)
        await self._look(tx, payment, now)

    async def _look(self, tx: Transaction, payment: Payment, now: datetime) -> None:
        await tx.jobs.enqueue(Job(kind="settle_payment", subject=payment.id, run_at=now))

    def _tell(self, settled: PaymentOperation) -> None:
        is_well = settled.state in {OperationState.DONE, OperationState.ASKED}
        level = logging.INFO if is_well else logging.WARNING
        LOG.log(
            level,
            "Operation %s (%s) of payment %s is %s, attempt %d%s",
            settled.id,
            settled.kind.value,
            settled.payment_id,
            settled.state.value,
            settled.attempts,
            f": {settled.error}" if settled.error else "",
        )
        if self._observer is not None:
            self._observer(settled)


def _is_paid(outcome: Outcome) -> bool:
    return outcome.report is not None and outcome.report.status is PaymentStatus.PAID


def _state_of(result: Result) -> OperationState:
    if isinstance(result, Unknown):
        return OperationState.UNKNOWN
    if isinstance(result, Pending):
        return OperationState.ASKED
    return OperationState.REFUSED if isinstance(result, Refused) else OperationState.DONE
