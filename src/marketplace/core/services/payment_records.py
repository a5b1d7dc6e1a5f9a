"""Recording what a provider reports of a payment, within a transaction that has acquired its booking."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.earnings import Bookkeeping
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import (
    OperationKind,
    OperationState,
    Payment,
    PaymentOperation,
    ProviderRefund,
    ProviderReport,
)
from marketplace.core.ports.payments import ParkedPayment
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.payment_balance import PaymentBalance

LOG = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
"""How long an operation is claimed: longer than a provider takes to answer a look-up and a call."""
LAST_REPORT = timedelta(minutes=10)
"""How old a report can be when it is applied, at most."""


class ProviderRecords:
    """Applies reports to acquired payments, each at most once, and returns what has to be posted in the ledger."""

    def __init__(self, *, clock: Clock, ids: Ids, balance: PaymentBalance) -> None:
        self._clock = clock
        self._ids = ids
        self._balance = balance

    async def observe(
        self, tx: Transaction, payment: Payment, report: ProviderReport, *, is_news: bool = False
    ) -> tuple[Payment, list[LedgerTransaction]]:
        """Save what the report says of an acquired payment: its status, refunds and fee.

        `is_news`: the provider has just said that something changed.
        """
        now = self._clock.now()
        after = payment.observed(report, now)
        if after.parked is not None and after.parked is not payment.parked:
            await self.park(tx, after, after.parked, expected=payment.amount, found=report.amount)
        if after != payment:
            after = await tx.payments.save(after)
        posted = [*await tx.ledger.of_booking(payment.booking_id)] if report.refunds else []
        new = self._captured(after, after.captured - payment.captured, posted, report.fee, now)
        if after.parked not in {ParkedReason.AMOUNT, ParkedReason.CURRENCY}:
            for refund in report.refunds:
                new += await self._observe_refund(tx, after, refund, [*posted, *new])
            if is_news:  # or staff could not resolve it: it would be found again
                await self._park_lost_refund(tx, after, _on_the_way_back(report), now)
        return after, new

    async def _park_lost_refund(self, tx: Transaction, payment: Payment, returned: int, now: datetime) -> None:
        """Leave a refund to staff that was done and came back: the card's bank can refuse it days later.

        The report may be older than a refund of these minutes, which it lacks.
        """
        if payment.refunded <= returned:
            return
        known = await tx.payments.operations([payment.id])
        settled = [each.settled_at for each in known if each.kind is OperationKind.REFUND and each.settled_at]
        if max(settled, default=now) <= now - LAST_REPORT:
            await self.park(tx, payment, ParkedReason.REFUND_DIFFERS, expected=payment.refunded, found=returned)

    def captured(self, payment: Payment, amount: int) -> list[LedgerTransaction]:
        """Return what is posted for an amount that was captured just now."""
        return self._captured(payment, amount, [], None, self._clock.now())

    def _captured(
        self, payment: Payment, amount: int, posted: list[LedgerTransaction], fee: int | None, now: datetime
    ) -> list[LedgerTransaction]:
        books, new = Bookkeeping(payment, tuple(posted), now), list[LedgerTransaction]()
        if amount > 0:
            new.append(books.captured(self._ids.new(), amount))
        if fee and payment.captured:
            new.append(books.fee(self._ids.new(), fee))
        return new

    async def _observe_refund(
        self, tx: Transaction, payment: Payment, refund: ProviderRefund, posted: list[LedgerTransaction]
    ) -> list[LedgerTransaction]:
        """Record a refund that the provider has made: one of ours whose answer was lost, or one of its dashboard."""
        if not refund.is_done:
            return []
        known = await tx.payments.operations([payment.id])
        own = next((each for each in known if each.id == refund.operation_id or each.provider_ref == refund.ref), None)
        if own is None:
            own = self._balance.operation(
                payment, OperationKind.REFUND, refund.amount, Cause.PROVIDER, f"provider-{refund.ref}"
            )
            fresh = {each.id: each for each in await tx.payments.acquire_of_booking(payment.booking_id)}[payment.id]
            if refund.amount > fresh.refundable:
                await self.park(tx, payment, ParkedReason.REFUND_DIFFERS, expected=0, found=refund.amount)
                return []
            await tx.payments.ask(own)
        if own.is_settled:
            return []
        claimed = await tx.payments.claim(own.id, self._clock.now(), LEASE)
        return [] if claimed is None else await self.refunded(tx, payment, claimed, refund.ref, posted)

    async def refunded(
        self,
        tx: Transaction,
        payment: Payment,
        claimed: PaymentOperation,
        ref: str | None,
        posted: list[LedgerTransaction],
    ) -> list[LedgerTransaction]:
        """Record that a claimed refund is done, and return what is posted: nothing if another worker took it over."""
        return self.posted_refund(payment, claimed, posted) if await self.record_refund(tx, claimed, ref) else []

    async def record_refund(self, tx: Transaction, claimed: PaymentOperation, ref: str | None) -> bool:
        """Record that a claimed refund is done. Return `False` if another worker took it over."""
        return await tx.payments.record(claimed, self.settled(claimed, OperationState.DONE, ref=ref))

    def posted_refund(
        self, payment: Payment, done: PaymentOperation, posted: list[LedgerTransaction]
    ) -> list[LedgerTransaction]:
        """Return what is posted for a refund that is done, besides what is in the ledger already."""
        return [Bookkeeping(payment, tuple(posted), self._clock.now()).refunded(self._ids.new(), done)]

    def settled(
        self, claimed: PaymentOperation, state: OperationState, *, ref: str | None = None, error: str | None = None
    ) -> PaymentOperation:
        """Return the operation with its outcome. `unknown` settles nothing, nor does what the provider has started."""
        at = None if state in {OperationState.ASKED, OperationState.UNKNOWN} else self._clock.now()
        ref = ref or claimed.provider_ref
        return replace(claimed, state=state, settled_at=at, provider_ref=ref, error=error, leased_until=None)

    async def park(
        self,
        tx: Transaction,
        payment: Payment,
        reason: ParkedReason,
        *,
        expected: int | None = None,
        found: int | None = None,
        provider_id: str | None = None,
    ) -> None:
        """Add a payment to what waits for staff."""
        await self.park_report(
            tx,
            reason,
            payment.provider,
            provider_id or payment.provider_id,
            payment_id=payment.id,
            expected=expected,
            found=found,
            currency=payment.currency,
        )

    async def park_report(  # noqa: PLR0913 - one argument per fact
        self,
        tx: Transaction,
        reason: ParkedReason,
        provider: str,
        provider_id: str | None,
        *,
        payment_id: UUID | None = None,
        expected: int | None = None,
        found: int | None = None,
        currency: str | None = None,
    ) -> bool:
        """Add something to what waits for staff. Return whether it is new."""
        parked = ParkedPayment(
            id=self._ids.new(),
            reason=reason,
            payment_id=payment_id,
            provider=provider,
            provider_id=provider_id,
            expected=expected,
            found=found,
            currency=currency,
            found_at=self._clock.now(),
        )
        is_new = await tx.payments.park(parked)
        if is_new:
            LOG.warning("Payment %s (%s) waits for staff: %s", payment_id or "-", provider, reason.value)
        return is_new


def _on_the_way_back(report: ProviderReport) -> int:
    return sum(each.amount for each in report.refunds) + report.lost
