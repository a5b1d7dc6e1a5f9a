"""Comparing our payments and the ledger with what the provider has, daily and on request."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.ledger import TransactionKind
from marketplace.core.domain.payment_reasons import LEFT_TO_STAFF, ParkedReason
from marketplace.core.domain.payments import OperationKind, Payment, PaymentStatus, ProviderReport
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.ledger import LedgerBooks
from marketplace.core.ports.payment_providers import Unknown
from marketplace.core.ports.payments import PaymentLists
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.payment_gateway import PaymentGateway
from marketplace.core.services.payment_records import ProviderRecords
from marketplace.core.services.payment_settlement import PaymentSettlement
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries

LOG = logging.getLogger(__name__)

DAY = timedelta(days=1)
COMPARED = 3 * DAY
"""How far the daily comparison looks back."""
MIN_AGE = timedelta(minutes=10)
"""Payments that were asked for later are under way, and not compared."""
EVENTS_KEPT_FOR = 90 * DAY
UNSETTLED_AT_ONCE = 500
OLDER_AT_ONCE = 1_000
"""Older payments that can still change and are compared in one night, longest known first."""
PASSING = frozenset({ParkedReason.AMOUNT, ParkedReason.REFUND_DIFFERS})
"""Differences that a report has, too, if the payment went on after it was read."""


class Drift(NamedTuple):
    """A difference between us and the provider. Amounts in minor units."""

    reason: ParkedReason
    payment_id: UUID | None
    provider_id: str | None
    expected: int | None = None
    found: int | None = None
    currency: str | None = None


class Reconciliation:
    """Settles what notices were lost for, and leaves every other difference to staff, each once."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        gateway: PaymentGateway,
        lists: PaymentLists,
        books: LedgerBooks,
        settlement: PaymentSettlement,
        records: ProviderRecords,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._gateway = gateway
        self._lists = lists
        self._books = books
        self._settlement = settlement
        self._records = records
        self._clock = clock

    async def begin(self) -> None:
        """Enqueue the comparison for tonight; it then repeats daily."""
        if self._gateway.is_on:
            await self._compare_at(self._clock.now())

    async def run(self, _: UUID | None = None) -> None:
        """Compare the last days, and enqueue the next comparison. The handler of `reconcile_payments`."""
        if not self._gateway.is_on:
            return
        now = self._clock.now()
        await self.compare(now - COMPARED)
        await self._compare_at(now)

    async def purge(self, _: UUID | None = None) -> None:
        """Delete old notices, and enqueue the next purge. The handler of `sweep_payment_events`."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.payments.purge_events(now - EVENTS_KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_payment_events", now, purge)

    async def compare(self, since: datetime) -> tuple[Drift, ...]:
        """Compare payments that were created, refunded or disputed since, and older ones that can still change.

        Return the differences, of which new ones are parked.

        Raises `NotFound` if payments are off, and `ProviderAway`.
        """
        now = self._clock.now()
        for payment in await self._lists.unsettled(now - MIN_AGE, UNSETTLED_AT_ONCE):
            await self._settlement.look(payment)
        seen, drifts = dict[UUID, str](), list[Drift]()
        async for report in self._gateway.get().changed_since(since):
            found = await self._compare_report(report, seen, now)
            drifts += await self._compare_again(found, now) if any(each.reason in PASSING for each in found) else found
        async for payment in self._lists.created_since(since):
            if payment.created_at <= now - MIN_AGE:
                drifts += await self._compare_payment(payment, seen.keys())
        for payment in await self._lists.changeable(since, OLDER_AT_ONCE):
            if payment.id not in seen:
                drifts += await self._compare_payment(payment, seen.keys())
        for drift in drifts:
            await self._park(drift)
        for imbalance in await self._books.imbalances():
            LOG.error("The ledger is out of balance: %s", imbalance)
        return tuple(drifts)

    async def _compare_report(self, report: ProviderReport, seen: dict[UUID, str], now: datetime) -> list[Drift]:
        payment = None if report.payment_id is None else await self._lists.find(report.payment_id)
        if payment is None:
            return [_drift(ParkedReason.MISSING_HERE, report, found=report.captured or report.amount)]
        known = payment.provider_id or report.provider_id
        if {seen.setdefault(payment.id, report.provider_id), known} != {report.provider_id}:
            return [_drift(ParkedReason.TWICE, report, expected=payment.captured, found=report.captured)]
        if payment.created_at > now - MIN_AGE:
            return []
        after = await self._settlement.apply(payment, report) if _differs(payment, report) else payment
        return [] if payment.parked in LEFT_TO_STAFF else await self._compare_amounts(after, report)

    async def _compare_amounts(self, payment: Payment, report: ProviderReport) -> list[Drift]:
        if report.currency != payment.currency:
            return [_drift(ParkedReason.CURRENCY, report, expected=payment.amount, found=report.amount)]
        if report.amount != payment.amount or report.captured != payment.captured:
            expected, found = (
                (payment.amount, report.amount)
                if report.amount != payment.amount
                else (
                    payment.captured,
                    report.captured,
                )
            )
            return [_drift(ParkedReason.AMOUNT, report, expected=expected, found=found)]
        return await self._compare_refunds(payment, report)

    async def _compare_again(self, drifts: list[Drift], now: datetime) -> list[Drift]:
        """Compare with the payment as it is now: the report may be older than what was recorded since."""
        [drift] = drifts
        payment = None if drift.payment_id is None else await self._lists.find(drift.payment_id)
        report = None if payment is None else await self._gateway.get().look_up(payment)
        return drifts if report is None or isinstance(report, Unknown) else await self._compare_report(report, {}, now)

    async def _compare_refunds(self, payment: Payment, report: ProviderReport) -> list[Drift]:
        fresh = await self._lists.find(payment.id) or payment
        returned = report.returned
        operations = await self._lists.operations([payment.id])
        is_under_way = any(each.kind is OperationKind.REFUND and not each.is_settled for each in operations)
        if returned == fresh.refunded or is_under_way:
            return []
        return [_drift(ParkedReason.REFUND_DIFFERS, report, expected=fresh.refunded, found=returned)]

    async def _compare_payment(self, payment: Payment, seen: Collection[UUID]) -> list[Drift]:
        drifts = []
        if payment.id not in seen and payment.provider_id is not None:
            found = await self._gateway.get().look_up(payment)
            if found is None:
                drifts.append(_of_ours(ParkedReason.MISSING_THERE, payment, payment.captured or payment.amount, 0))
            elif not isinstance(found, Unknown):
                drifts += await self._compare_report(found, {}, self._clock.now())
        fresh = await self._lists.find(payment.id) or payment
        if fresh.status is PaymentStatus.PAID:
            posted = [each for each in await self._books.of_booking(fresh.booking_id) if each.payment_id == fresh.id]
            taken = sum(
                entry.amount
                for each in posted
                if each.kind is TransactionKind.PAYMENT
                for entry in each.entries
                if entry.amount > 0
            )
            if taken != fresh.captured:
                drifts.append(_of_ours(ParkedReason.LEDGER, fresh, fresh.captured, taken))
        return drifts

    async def _park(self, drift: Drift) -> None:
        name = self._gateway.get().name

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                about = drift.payment_id if drift.reason is ParkedReason.CURRENCY else None
                if about is not None and await tx.payments.was_resolved(about, drift.reason):
                    return
                await self._records.park_report(
                    tx,
                    drift.reason,
                    name,
                    drift.provider_id,
                    payment_id=drift.payment_id,
                    expected=drift.expected,
                    found=drift.found,
                    currency=drift.currency,
                )

        await with_retries(operation)

    async def _compare_at(self, now: datetime) -> None:
        tonight = now.replace(hour=3, minute=0, second=0, microsecond=0)
        run_at = tonight if tonight > now else tonight + DAY
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="reconcile_payments", subject=None, run_at=run_at))


def _differs(payment: Payment, report: ProviderReport) -> bool:
    ours = (payment.status, payment.captured, payment.refunded, payment.amount, payment.currency)
    theirs = (report.status, report.captured, report.returned, report.amount, report.currency)
    return ours != theirs or bool(report.disputes)


def _drift(
    reason: ParkedReason, report: ProviderReport, *, expected: int | None = None, found: int | None = None
) -> Drift:
    return Drift(reason, report.payment_id, report.provider_id, expected, found, report.currency)


def _of_ours(reason: ParkedReason, payment: Payment, expected: int, found: int) -> Drift:
    return Drift(reason, payment.id, payment.provider_id, expected, found, payment.currency)
