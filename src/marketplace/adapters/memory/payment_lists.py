"""Lists of payments in memory."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, moment_from, moment_text, newest_first, page_of
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_search import PaymentSearch
from marketplace.core.domain.payments import OperationState, Payment, PaymentOperation, PaymentStatus, ReceivedNotice
from marketplace.core.ports.payments import MAX_NOTICES, Notice, ParkedPayment, ReadAhead

BY_ID = attrgetter("id")
UNSETTLED = (OperationState.ASKED, OperationState.UNKNOWN)


def operations_of(rows: Rows, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
    table = rows.database.money.operations
    return tuple(sorted((each for number in set(payment_ids) for each in rows.group(table, number)), key=moment))


def payments_of(rows: Rows, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
    table = rows.database.money.payments
    return tuple(sorted((each for number in set(booking_ids) for each in rows.group(table, number)), key=BY_ID))


def disputes_of(rows: Rows, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
    table = rows.database.money.disputes
    found = (each for number in set(payment_ids) for each in rows.group(table, number))
    return tuple(sorted(found, key=attrgetter("opened_at", "payment_id", "ref")))


@dataclass(frozen=True, slots=True)
class MemoryReadAhead:
    """`ReadAhead` of committed rows."""

    payments: dict[UUID, Payment]
    is_recorded: bool


class MemoryPaymentLists:
    """`PaymentLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, payment_id: UUID) -> Payment | None:
        await asyncio.sleep(0)
        return self._database.money.payments.rows.get(payment_id)

    async def read_ahead(self, payment_id: UUID, notice: Notice) -> ReadAhead | None:
        await asyncio.sleep(0)
        tables = self._database.money
        payment = tables.payments.rows.get(payment_id)
        if payment is None:
            return None
        payments = {each.id: each for each in payments_of(Rows(self._database), [payment.booking_id])}
        return MemoryReadAhead(payments, is_recorded=notice in tables.events.rows)

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
        return payments_of(Rows(self._database), booking_ids)

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        await asyncio.sleep(0)
        return operations_of(Rows(self._database), payment_ids)

    async def operation(self, operation_id: UUID) -> PaymentOperation | None:
        await asyncio.sleep(0)
        return self._database.money.operations.rows.get(operation_id)

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        await asyncio.sleep(0)
        return disputes_of(Rows(self._database), payment_ids)

    async def notices(self, payment_id: UUID) -> tuple[ReceivedNotice, ...]:
        await asyncio.sleep(0)
        found = (notice for about, notice in self._database.money.events.rows.values() if about == payment_id)
        return tuple(sorted(found, key=attrgetter("recorded_at", "id")))[-MAX_NOTICES:]

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

    async def changeable(self, before: datetime, limit: int) -> tuple[Payment, ...]:
        await asyncio.sleep(0)
        money = self._database.money
        ids = {each.id for each in money.payments.rows.values() if each.status is PaymentStatus.AUTHORIZED}
        ids |= {each.payment_id for each in money.operations.rows.values() if not each.is_settled}
        ids |= {each.payment_id for each in money.disputes.rows.values() if not each.is_closed}
        found = (each for each in money.payments.rows.values() if each.id in ids and each.created_at < before)
        return tuple(sorted(found, key=moment)[:limit])

    async def created_since(self, since: datetime) -> AsyncIterator[Payment]:
        rows = self._database.money.payments.rows.values()
        for payment in sorted((each for each in rows if each.created_at >= since), key=moment):
            await asyncio.sleep(0)
            yield payment
