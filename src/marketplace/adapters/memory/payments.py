"""Payments in memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, moment_from, moment_text, newest_first, page_of
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_search import PaymentSearch
from marketplace.core.domain.payments import (
    OperationKind,
    OperationState,
    ParkedReason,
    Payment,
    PaymentOperation,
    PaymentStatus,
    ProviderEvent,
)
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.errors.payments import RefundExceedsPayment
from marketplace.core.ports.payments import PURGE_BATCH, ParkedPayment

BY_ID = attrgetter("id")
UNSETTLED = (OperationState.ASKED, OperationState.UNKNOWN)


def _operations(rows: Rows, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
    table = rows.database.money.operations
    return tuple(sorted((each for number in set(payment_ids) for each in rows.group(table, number)), key=moment))


def _payments(rows: Rows, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
    table = rows.database.money.payments
    return tuple(sorted((each for number in set(booking_ids) for each in rows.group(table, number)), key=BY_ID))


class MemoryPaymentLists:
    """`PaymentLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, payment_id: UUID) -> Payment | None:
        await asyncio.sleep(0)
        return self._database.money.payments.rows.get(payment_id)

    async def find_by_provider(self, provider: str, provider_id: str) -> Payment | None:
        await asyncio.sleep(0)
        wanted = (provider, provider_id)
        rows = self._database.money.payments.rows.values()
        return next((each for each in rows if (each.provider, each.provider_id) == wanted), None)

    async def of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        found = Rows(self._database).group(self._database.money.payments, booking_id)
        return tuple(sorted(found, key=lambda payment: payment.id))

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        return _payments(Rows(self._database), booking_ids)

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        await asyncio.sleep(0)
        return _operations(Rows(self._database), payment_ids)

    async def operation(self, operation_id: UUID) -> PaymentOperation | None:
        await asyncio.sleep(0)
        return self._database.money.operations.rows.get(operation_id)

    async def commission_of(self, creator_id: UUID) -> int | None:
        await asyncio.sleep(0)
        return self._database.money.commissions.rows.get(creator_id)

    async def unsettled(self, now: datetime, limit: int) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        can_be_paid = (PaymentStatus.DUE, PaymentStatus.OPEN)
        rows = self._database.money.payments.rows.values()
        late = (each for each in rows if each.status in can_be_paid and each.expires_at <= now)
        return tuple(sorted(late, key=lambda payment: (payment.expires_at, payment.id))[:limit])

    async def search(self, text: str, limit: int, after: str | None) -> Page[Payment]:
        await asyncio.sleep(0)
        wanted, rows = PaymentSearch.of(text), self._database.money.payments.rows.values()
        return newest_first([each for each in rows if wanted is None or wanted.matches(each)], limit, after)

    async def parked(self, limit: int, after: str | None) -> Page[ParkedPayment]:
        await asyncio.sleep(0)
        last = None if after is None else moment_from(json.loads(after))
        waiting = [each for each in self._database.money.parked.rows.values() if each.resolved_at is None]
        left = [each for each in waiting if last is None or (each.found_at, each.id) < last]
        left.sort(key=lambda each: (each.found_at, each.id), reverse=True)
        return page_of(left, limit, lambda each: json.dumps(moment_text((each.found_at, each.id))))

    async def find_parked(self, parked_id: UUID) -> ParkedPayment | None:
        await asyncio.sleep(0)
        return self._database.money.parked.rows.get(parked_id)

    async def created_since(self, since: datetime) -> AsyncIterator[Payment]:
        rows = self._database.money.payments.rows.values()
        for payment in sorted((each for each in rows if each.created_at >= since), key=moment):
            await asyncio.sleep(0)
            yield payment


class MemoryPaymentRecords:
    """`PaymentRecords` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        found = sorted(each.id for each in self._rows.group(self._database.money.payments, booking_id))
        return tuple([await self._acquire(payment_id) for payment_id in found])

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        return _payments(self._rows, booking_ids)

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
        return _operations(self._rows, payment_ids)

    async def ask(self, operation: PaymentOperation) -> bool:
        payment = await self._acquire(operation.payment_id)
        if any(each.once == operation.once for each in _operations(self._rows, [payment.id])):
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
        self._rows.put(table, key, now)
        return True

    async def purge_events(self, before: datetime) -> int:
        await asyncio.sleep(0)
        table = self._database.money.events
        old = sorted((at, key) for key, at in table.rows.items() if at < before)[:PURGE_BATCH]
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
