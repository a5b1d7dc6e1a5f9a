"""Payments in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.payment_lists import disputes_of, operations_of, payments_of
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import (
    OperationKind,
    OperationState,
    Payment,
    PaymentOperation,
    PaymentStatus,
    ProviderEvent,
    ReceivedNotice,
)
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.payments import PURGE_BATCH, Notice, ParkedPayment, ReadAhead

BY_ID = attrgetter("id")
UNSETTLED = (OperationState.ASKED, OperationState.UNKNOWN)


class MemoryPaymentRecords:
    """`PaymentRecords` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def read_ahead(
        self,
        booking_id: UUID,
        *,
        learner_id: UUID | None = None,
        notice: Notice | None = None,  # noqa: ARG002 - each is read when it is needed
        seen: ReadAhead | None = None,  # noqa: ARG002 - likewise
    ) -> None:
        await asyncio.sleep(0)
        is_there = self._rows.find(self._database.bookings, booking_id) is not None
        if not is_there or (learner_id and self._rows.find(self._database.users, learner_id) is None):
            raise NotFound

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        found = sorted(each.id for each in self._rows.group(self._database.money.payments, booking_id))
        return tuple([await self._acquire(payment_id) for payment_id in found])

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        return payments_of(self._rows, booking_ids)

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        await asyncio.sleep(0)
        return disputes_of(self._rows, payment_ids)

    async def save_dispute(self, dispute: PaymentDispute) -> None:
        table, key = self._database.money.disputes, (dispute.payment_id, dispute.ref)
        before = await self._rows.acquire_key(table, key)
        opened_at = before.opened_at if before is not None else dispute.opened_at
        self._rows.put(table, key, replace(dispute, opened_at=opened_at))

    async def lift(self, payment_id: UUID, reason: ParkedReason, now: datetime) -> None:
        about = (payment_id, reason, None)
        for each in self._rows.all(self._database.money.parked):
            if (each.payment_id, each.reason, each.resolved_at) == about:
                await self._rows.lock(self._database.money.parked, each.id)
                self._rows.put(self._database.money.parked, each.id, replace(each, resolved_at=now))

    async def was_resolved(self, payment_id: UUID, reason: ParkedReason) -> bool:
        await asyncio.sleep(0)
        about = (payment_id, reason)
        parked = self._rows.all(self._database.money.parked)
        return any((each.payment_id, each.reason) == about and each.resolved_at is not None for each in parked)

    async def _acquire(self, payment_id: UUID) -> Payment:
        payment = await self._rows.acquire(self._database.money.payments, payment_id)
        if payment is None:
            raise NotFound
        return payment

    async def add(self, payment: Payment) -> bool:
        if await self._rows.acquire_key(self._database.money.payments, payment.id) is not None:
            return False
        self._put(payment)
        return True

    def _put(self, payment: Payment) -> None:
        if not 0 <= payment.refunded <= payment.refund_claimed <= payment.captured:
            raise RefundExceedsPayment
        self._rows.put(self._database.money.payments, payment.id, payment)

    async def save(self, payment: Payment) -> Payment:
        before = await self._acquire(payment.id)
        number = before.receipt_number
        if number is None and payment.status is PaymentStatus.PAID:
            number = next(self._database.money.receipt_numbers)
        saved = replace(
            before,
            amount=payment.amount,
            status=payment.status,
            provider_id=payment.provider_id,
            url=payment.url,
            expires_at=payment.expires_at,
            paid_at=payment.paid_at,
            decline_reason=payment.decline_reason,
            captured=payment.captured,
            parked=payment.parked,
            receipt_number=number,
        )
        self._put(saved)
        return saved

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        await asyncio.sleep(0)
        return operations_of(self._rows, payment_ids)

    async def ask(self, operation: PaymentOperation) -> bool:
        payment = await self._acquire(operation.payment_id)
        if any(each.once == operation.once for each in operations_of(self._rows, [payment.id])):
            return False
        if operation.kind is OperationKind.REFUND:
            self._put(replace(payment, refund_claimed=payment.refund_claimed + operation.amount))
        self._rows.put(self._database.money.operations, operation.id, operation)
        return True

    async def claim(self, operation_id: UUID, now: datetime, lease: timedelta) -> PaymentOperation | None:
        await asyncio.sleep(0)
        table = self._database.money.operations
        if not self._database.locks.try_acquire(self._rows, (table.name, operation_id)):
            return None
        found = self._rows.find(table, operation_id)
        if found is None or found.state not in UNSETTLED or (found.leased_until or now) > now:
            return None
        claimed = replace(found, leased_until=now + lease, attempts=found.attempts + 1)
        self._rows.put(table, operation_id, claimed)
        return claimed

    async def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        payment = await self._acquire(claimed.payment_id)
        found = await self._rows.acquire(self._database.money.operations, claimed.id)
        if found is None or found.leased_until is None:
            return False
        if (found.leased_until, found.attempts) != (claimed.leased_until, claimed.attempts):
            return False
        outcome = replace(
            found,
            state=after.state,
            settled_at=after.settled_at,
            provider_ref=after.provider_ref,
            error=after.error,
            leased_until=None,
        )
        self._rows.put(self._database.money.operations, found.id, outcome)
        if outcome.kind is OperationKind.REFUND:
            self._put(_after_refund(payment, outcome))
        return True

    async def add_event(self, provider: str, event: ProviderEvent, now: datetime) -> bool:
        table, key = self._database.money.events, (provider, event.id)
        if await self._rows.acquire_key(table, key) is not None:
            return False
        notice = ReceivedNotice(id=event.id, kind=event.kind, recorded_at=now)
        self._rows.put(table, key, (event.payment_id, notice))
        return True

    async def purge_events(self, before: datetime) -> int:
        await asyncio.sleep(0)
        table = self._database.money.events
        old = sorted((each.recorded_at, key) for key, (_, each) in table.rows.items() if each.recorded_at < before)
        old = old[:PURGE_BATCH]
        for _, key in old:
            self._rows.drop(table, key)
        return len(old)

    async def park(self, parked: ParkedPayment) -> bool:
        await self._rows.lock_name(("parked", *_same(parked)))
        waiting = (each for each in self._rows.all(self._database.money.parked) if each.resolved_at is None)
        if any(_same(each) == _same(parked) for each in waiting):
            return False
        self._rows.put(self._database.money.parked, parked.id, parked)
        return True

    async def resolve(self, parked_id: UUID, staff_id: UUID, resolution: str, now: datetime) -> ParkedPayment:
        parked = await self._rows.acquire(self._database.money.parked, parked_id)
        if parked is None:
            raise NotFound
        if parked.resolved_at is not None:
            raise IllegalTransition("This was resolved already.")
        resolved = replace(parked, resolved_at=now, resolved_by=staff_id, resolution=resolution)
        self._rows.put(self._database.money.parked, parked_id, resolved)
        return resolved

    async def commission_of(self, creator_id: UUID) -> int | None:
        await asyncio.sleep(0)
        return self._rows.find(self._database.money.commissions, creator_id)

    async def save_commission(
        self,
        creator_id: UUID,
        basis_points: int,
        staff_id: UUID,  # noqa: ARG002 - the audit log has it
        now: datetime,  # noqa: ARG002 - likewise
    ) -> None:
        await self._rows.lock(self._database.money.commissions, creator_id)
        self._rows.put(self._database.money.commissions, creator_id, basis_points)


def _after_refund(payment: Payment, outcome: PaymentOperation) -> Payment:
    if outcome.state is OperationState.DONE:
        return replace(payment, refunded=payment.refunded + outcome.amount)
    if outcome.state is OperationState.REFUSED:
        return replace(payment, refund_claimed=payment.refund_claimed - outcome.amount)
    return payment


def _same(parked: ParkedPayment) -> tuple[object, ...]:
    return parked.reason, parked.provider, parked.provider_id, parked.payment_id
