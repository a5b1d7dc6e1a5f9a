"""Keeping a booking's payments in balance with its history: what is asked of the provider, and what is earned."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.earnings import SETTLED, Bookkeeping, portions_earned
from marketplace.core.domain.ledger import LedgerTransaction
from marketplace.core.domain.payment_plans import cause_of, is_covered, plan
from marketplace.core.domain.payment_reasons import Cause
from marketplace.core.domain.payments import OperationKind, Payment, PaymentOperation, PaymentStatus
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.booking_payments import BookingPayments
from marketplace.core.services.payment_notices import PaymentNotices
from marketplace.core.services.retries import with_retries

OPEN_GRACE = timedelta(seconds=20)
"""How long the request that opens a payment has to itself, before a job asks for it too."""


class PaymentBalance:
    """Asks for what follows from a booking and its payments. Everything here is idempotent."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, bookings: BookingPayments, notices: PaymentNotices, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._bookings = bookings
        self._notices = notices
        self._clock = clock
        self._ids = ids

    async def settle(self, booking_id: UUID | None) -> None:
        """Ask for what a step of the booking requires. The handler of `settle_booking`."""
        if booking_id is None:
            return

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.payments.read_ahead(booking_id)
                booking = await tx.bookings.acquire(booking_id)
                payments = await tx.payments.acquire_of_booking(booking_id)
                operations = await tx.payments.operations([each.id for each in payments])
                if is_covered(booking, payments, operations):
                    later = any(each.captures_later for each in payments if each.status is PaymentStatus.AUTHORIZED)
                    booking = await self._bookings.apply(tx, booking, requires_confirmation=later)
                await self.apply(tx, booking, payments=payments, operations=operations)

        with suppress(NotFound):
            await with_retries(operation)

    async def apply(
        self,
        tx: Transaction,
        booking: BookingHistory,
        transactions: Sequence[LedgerTransaction] = (),
        *,
        payments: Sequence[Payment] | None = None,
        operations: Sequence[PaymentOperation] | None = None,
    ) -> None:
        """Ask for everything that follows from an acquired booking, and post what happened and what is earned.

        Who is concerned by what is posted is told in the same transaction. `payments` and `operations` are all of the
        booking as they are now in this transaction, read unless they are given.
        Post nothing else in the same transaction: the balances of the ledger are locked last.
        """
        if payments is None:
            payments = await tx.payments.acquire_of_booking(booking.id)
        if not payments:
            return
        if operations is None:
            operations = await tx.payments.operations([each.id for each in payments])
        number = len(operations)
        for wanted in plan(booking, payments, operations):
            cause = Cause.CANCEL if wanted.kind is OperationKind.VOID else cause_of(booking, wanted.payment)
            # one that was refused is asked for again after staff have resolved it
            once = f"{wanted.kind.value}-{number}"
            await self.ask(tx, self.operation(wanted.payment, wanted.kind, wanted.amount, cause, once))
            number += 1
        if booking.status in SETTLED:
            payments = await tx.payments.acquire_of_booking(booking.id)
            transactions = (*transactions, *await self._earned(tx, booking, payments, transactions))
        if transactions:
            await self._notices.write(tx, booking, transactions)
            await tx.ledger.post(*transactions)

    async def ask(self, tx: Transaction, operation: PaymentOperation, delay: timedelta = timedelta(0)) -> bool:
        """Record an operation and enqueue the job that asks the provider for it."""
        if not await tx.payments.ask(operation):
            return False
        await tx.jobs.enqueue(Job(kind="settle_operation", subject=operation.id, run_at=operation.created_at + delay))
        return True

    def operation(  # noqa: PLR0913, PLR0917 - one argument per fact
        self,
        payment: Payment,
        kind: OperationKind,
        amount: int,
        cause: Cause,
        once: str,
        actor_id: UUID | None = None,
        reason: str = "",
    ) -> PaymentOperation:
        """Return a new operation of a payment."""
        return PaymentOperation(
            id=self._ids.new(),
            payment_id=payment.id,
            booking_id=payment.booking_id,
            creator_id=payment.creator_id,
            kind=kind,
            amount=amount,
            cause=cause,
            once=once,
            created_at=self._clock.now(),
            actor_id=actor_id,
            reason=reason,
        )

    async def _earned(
        self,
        tx: Transaction,
        booking: BookingHistory,
        payments: Sequence[Payment],
        unposted: Sequence[LedgerTransaction],
    ) -> list[LedgerTransaction]:
        posted, now = (*await tx.ledger.of_booking(booking.id), *unposted), self._clock.now()
        return [
            Bookkeeping(portion.payment, posted, now).earned(self._ids.new(), portion)
            for portion in portions_earned(booking, payments, posted)
        ]


def back_off(since: datetime, now: datetime) -> datetime:
    """Return when to look again for a payment that should have ended at `since`: later each time, at most an hour."""
    return now + min(max(now - since, timedelta(minutes=1)), timedelta(hours=1))
