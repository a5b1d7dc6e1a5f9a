"""Lists of payments in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.payment_drafts import READ, PaymentDraft
from marketplace.adapters.postgres.payment_rows import (
    COMMISSION_OF,
    DISPUTES,
    OF_BOOKING,
    OF_BOOKINGS,
    OPERATION_COLUMNS,
    OPERATIONS,
    PARKED_COLUMNS,
    PAYMENT_COLUMNS,
    stored_dispute,
    stored_operation,
    stored_parked,
    stored_payment,
)
from marketplace.adapters.postgres.positions import page_of, position_from
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.pages import Page
from marketplace.core.domain.payment_search import PaymentSearch
from marketplace.core.domain.payments import Payment, PaymentOperation, ReceivedNotice
from marketplace.core.ports.payments import MAX_NOTICES, Notice, ParkedPayment, ReadAhead

CHUNK = 500
FROM_PAYMENTS = f"SELECT {PAYMENT_COLUMNS} FROM payments"  # noqa: S608 - column names
FIND = f"{FROM_PAYMENTS} WHERE id = $1"
FIND_BY_PROVIDER = f"{FROM_PAYMENTS} WHERE provider_id = $2 AND provider = $1"
FIND_OPERATION = f"SELECT {OPERATION_COLUMNS} FROM payment_operations WHERE id = $1"  # noqa: S608 - column names
UNSETTLED = f"""
    {FROM_PAYMENTS} WHERE status IN ('due', 'open') AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2
"""
NEWEST = f"{FROM_PAYMENTS} ORDER BY created_at DESC, id DESC LIMIT $1"
OLDER = f"{FROM_PAYMENTS} WHERE (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $1"
# One scan per index: joined by OR, the planner may read the list until it has enough.
SEARCH = f"""
    WITH found AS MATERIALIZED (
        SELECT id FROM payments WHERE id = $2::uuid UNION SELECT id FROM payments WHERE booking_id = $2
        UNION SELECT id FROM payments WHERE provider_id = $3 UNION SELECT id FROM payments WHERE receipt_number = $4)
    {FROM_PAYMENTS} JOIN found USING (id) {{after}} ORDER BY created_at DESC, id DESC LIMIT $1
"""  # noqa: S608 - column names
FIRST_FOUND, LATER_FOUND = SEARCH.format(after=""), SEARCH.format(after="WHERE (created_at, id) < ($5, $6)")
WAITING = f"""
    SELECT {PARKED_COLUMNS} FROM parked_payments WHERE resolved_at IS NULL {{after}}
    ORDER BY found_at DESC, id DESC LIMIT $1
"""  # noqa: S608 - column names
FIRST_WAITING, LATER_WAITING = WAITING.format(after=""), WAITING.format(after="AND (found_at, id) < ($2, $3)")
NOTICES = """
    SELECT id, kind, recorded_at FROM payment_events WHERE payment_id = $1 ORDER BY recorded_at DESC, id DESC LIMIT $2
"""
FIND_PARKED = f"SELECT {PARKED_COLUMNS} FROM parked_payments WHERE id = $1"  # noqa: S608 - column names
CHANGEABLE = f"""
    WITH found AS MATERIALIZED (
        SELECT id FROM payments WHERE status = 'authorized'
        UNION SELECT payment_id FROM payment_operations WHERE state IN ('asked', 'unknown')
        UNION SELECT payment_id FROM payment_disputes WHERE state = 'open')
    {FROM_PAYMENTS} JOIN found USING (id) WHERE created_at < $1 ORDER BY created_at, id LIMIT $2
"""  # noqa: S608 - column names
CREATED_SINCE = f"{FROM_PAYMENTS} WHERE created_at >= $1 ORDER BY created_at, id LIMIT $2"
CREATED_AFTER = f"{FROM_PAYMENTS} WHERE (created_at, id) > ($1, $3) ORDER BY created_at, id LIMIT $2"


class PostgresPaymentLists:
    """`PaymentLists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, payment_id: UUID) -> Payment | None:
        row = await self._database.fetchrow(FIND, payment_id)
        return stored_payment(row) if row else None

    async def read_ahead(self, payment_id: UUID, notice: Notice) -> ReadAhead | None:
        row = await self._database.fetchrow(READ, None, None, *notice, payment_id)
        return None if row is None else PaymentDraft(row, None, notice)

    async def find_by_provider(self, provider: str, provider_id: str) -> Payment | None:
        row = await self._database.fetchrow(FIND_BY_PROVIDER, provider, provider_id)
        return stored_payment(row) if row else None

    async def of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._database.fetch(OF_BOOKING, booking_id)))

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._database.fetch(OF_BOOKINGS, booking_ids)))

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        return tuple(map(stored_operation, await self._database.fetch(OPERATIONS, payment_ids)))

    async def operation(self, operation_id: UUID) -> PaymentOperation | None:
        row = await self._database.fetchrow(FIND_OPERATION, operation_id)
        return stored_operation(row) if row else None

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        return tuple(map(stored_dispute, await self._database.fetch(DISPUTES, payment_ids)))

    async def notices(self, payment_id: UUID) -> tuple[ReceivedNotice, ...]:
        rows = await self._database.fetch(NOTICES, payment_id, MAX_NOTICES)
        return tuple(ReceivedNotice(**row) for row in reversed(rows))

    async def commission_of(self, creator_id: UUID) -> int | None:
        row = await self._database.fetchrow(COMMISSION_OF, creator_id)
        return int(row["basis_points"]) if row else None

    async def unsettled(self, now: datetime, limit: int) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._database.fetch(UNSETTLED, now, limit)))

    async def search(self, text: str, limit: int, after: str | None) -> Page[Payment]:
        position, wanted = position_from(after), PaymentSearch.of(text)
        if wanted is None:
            rows = await self._database.fetch(NEWEST if after is None else OLDER, limit + 1, *position)
        else:
            statement = FIRST_FOUND if after is None else LATER_FOUND
            rows = await self._database.fetch(statement, limit + 1, *wanted, *position)
        return page_of([*map(stored_payment, rows)], limit, lambda each: (each.created_at, each.id))

    async def parked(self, limit: int, after: str | None) -> Page[ParkedPayment]:
        statement = FIRST_WAITING if after is None else LATER_WAITING
        rows = await self._database.fetch(statement, limit + 1, *position_from(after))
        return page_of([*map(stored_parked, rows)], limit, lambda each: (each.found_at, each.id))

    async def find_parked(self, parked_id: UUID) -> ParkedPayment | None:
        row = await self._database.fetchrow(FIND_PARKED, parked_id)
        return stored_parked(row) if row else None

    async def changeable(self, before: datetime, limit: int) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._database.fetch(CHANGEABLE, before, limit)))

    async def created_since(self, since: datetime) -> AsyncIterator[Payment]:
        rows = await self._database.fetch(CREATED_SINCE, since, CHUNK)
        while rows:
            payments = [*map(stored_payment, rows)]
            for payment in payments:
                yield payment
            last = payments[-1]
            rows = await self._database.fetch(CREATED_AFTER, last.created_at, CHUNK, last.id)
