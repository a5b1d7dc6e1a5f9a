"""Recording disputes that a provider reports, within a transaction that has acquired their booking.

An open one parks its payment, and nothing is earned of it. A won one sets it free. A lost one is recorded as a refund
that the bank has made: what is held or was earned is taken back, and staff decide what becomes of the booking.
"""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.core.domain.disputes import DisputeState, PaymentDispute, ProviderDispute
from marketplace.core.domain.earnings import Bookkeeping
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payment_reasons import Cause, ParkedReason
from marketplace.core.domain.payments import OperationKind, Payment, ProviderReport
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.payment_balance import PaymentBalance
from marketplace.core.services.payment_records import LEASE, ProviderRecords


class PaymentDisputes:
    """Applies what is reported of disputes to an acquired payment, each state once, in whatever order it comes."""

    def __init__(self, *, records: ProviderRecords, balance: PaymentBalance, clock: Clock, ids: Ids) -> None:
        self._records = records
        self._balance = balance
        self._clock = clock
        self._ids = ids

    async def observe(
        self, tx: Transaction, payment: Payment, report: ProviderReport, unposted: Sequence[LedgerTransaction]
    ) -> tuple[Payment, list[LedgerTransaction]]:
        """Save what the report says of disputes. Return the payment as it is then, and what is posted besides."""
        if not report.disputes or report.currency != payment.currency:
            return payment, []
        known = {each.ref: each for each in await tx.payments.disputes([payment.id])}
        new = list[LedgerTransaction]()
        for dispute in report.disputes:
            before = known.get(dispute.ref)
            if before is None or not before.is_closed:
                payment = await self._open(tx, payment, dispute) if before is None else payment
                new += await self._close(tx, payment, dispute, before, [*unposted, *new])
            elif dispute.state not in {before.state, DisputeState.OPEN}:
                await self._records.park(
                    tx, payment, ParkedReason.REFUND_DIFFERS, expected=payment.refunded, found=report.returned
                )
        if not report.is_disputed:
            await tx.payments.lift(payment.id, ParkedReason.DISPUTED, self._clock.now())
            if payment.parked is ParkedReason.DISPUTED:
                await tx.payments.save(replace(payment, parked=None))
        fresh = {each.id: each for each in await tx.payments.acquire_of_booking(payment.booking_id)}
        return fresh[payment.id], new

    async def _open(self, tx: Transaction, payment: Payment, dispute: ProviderDispute) -> Payment:
        """Record a dispute that is new, and leave its payment to staff while it is open."""
        await self._save(tx, payment, replace(dispute, state=DisputeState.OPEN), None)
        if dispute.state is not DisputeState.OPEN:
            return payment
        await self._records.park(tx, payment, ParkedReason.DISPUTED, expected=0, found=dispute.amount)
        return await tx.payments.save(payment.parked_for(ParkedReason.DISPUTED))

    async def _close(
        self,
        tx: Transaction,
        payment: Payment,
        dispute: ProviderDispute,
        before: PaymentDispute | None,
        unposted: Sequence[LedgerTransaction],
    ) -> list[LedgerTransaction]:
        """Record how a dispute ended, and return what is posted for it."""
        if dispute.state is DisputeState.OPEN:
            return []
        posted = [*await tx.ledger.of_booking(payment.booking_id), *unposted]
        books, new = Bookkeeping(payment, tuple(posted), self._clock.now()), list[LedgerTransaction]()
        if dispute.state is DisputeState.LOST:
            lost = await self._lost(tx, payment, dispute, books)
            if lost is None:
                return []  # the next report tries again
            new.append(lost)
        if dispute.fee:
            new.append(books.dispute_fee(self._ids.new(), dispute.ref, dispute.fee))
        await self._save(tx, payment, dispute, before)
        return new

    async def _lost(
        self, tx: Transaction, payment: Payment, dispute: ProviderDispute, books: Bookkeeping
    ) -> LedgerTransaction | None:
        """Record what the bank has returned as a refund that is done. `None` if other refunds claim it."""
        fresh = {each.id: each for each in await tx.payments.acquire_of_booking(payment.booking_id)}[payment.id]
        if dispute.amount > fresh.refundable:
            await self._records.park(
                tx, payment, ParkedReason.REFUND_DIFFERS, expected=fresh.refundable, found=dispute.amount
            )
            return None
        asked = self._balance.operation(
            payment, OperationKind.REFUND, dispute.amount, Cause.DISPUTE, f"dispute-{dispute.ref}"
        )
        await tx.payments.ask(asked)
        claimed = await tx.payments.claim(asked.id, self._clock.now(), LEASE)
        if claimed is None or not await self._records.record_refund(tx, claimed, dispute.ref):
            return None
        await self._records.park(tx, payment, ParkedReason.DISPUTE_LOST, expected=0, found=dispute.amount)
        return books.refunded(self._ids.new(), claimed)

    async def _save(
        self, tx: Transaction, payment: Payment, dispute: ProviderDispute, before: PaymentDispute | None
    ) -> None:
        now = self._clock.now()
        await tx.payments.save_dispute(
            PaymentDispute(
                payment_id=payment.id,
                ref=dispute.ref,
                amount=dispute.amount,
                currency=payment.currency,
                state=dispute.state,
                opened_at=before.opened_at if before else now,
                closed_at=None if dispute.state is DisputeState.OPEN else now,
            )
        )
