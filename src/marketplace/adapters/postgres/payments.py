"""Payments within a transaction in PostgreSQL.

`ask` and `record` lock the payment before the operation, in the order of every other transaction. A claim moves
`leased_until`, which with the attempts is the fence of `record`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.payment_rows import (
    COMMISSION_OF,
    DISPUTE,
    DISPUTE_COLUMNS,
    DISPUTES,
    OF_BOOKING,
    OF_BOOKINGS,
    OPERATION,
    OPERATION_COLUMNS,
    OPERATIONS,
    PARKED,
    PARKED_COLUMNS,
    PAYMENT,
    PAYMENT_COLUMNS,
    placeholders,
    stored_dispute,
    stored_operation,
    stored_parked,
    stored_payment,
)
from marketplace.core.domain.disputes import PaymentDispute
from marketplace.core.domain.payment_reasons import ParkedReason
from marketplace.core.domain.payments import Payment, PaymentOperation, ProviderEvent
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.ports.payments import PURGE_BATCH, ParkedPayment

ACQUIRE_OF_BOOKING = f"{OF_BOOKING} FOR NO KEY UPDATE"
ADD = f"""
    INSERT INTO payments ({PAYMENT_COLUMNS}) VALUES ({placeholders(PAYMENT)}) ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - column names
SAVED = ("amount", "status", "provider_id", "url", "expires_at", "paid_at", "decline_reason", "captured", "parked")
SAVE = f"""
    UPDATE payments p SET {", ".join(f"{name} = ${place}" for place, name in enumerate(SAVED, 3))},
        receipt_number = CASE WHEN p.receipt_number IS NULL AND $4 = 'paid' THEN nextval('payment_receipt_numbers')
            ELSE p.receipt_number END
    WHERE p.id = $1 AND p.creator_id = $2 RETURNING {PAYMENT_COLUMNS}
"""  # noqa: S608 - column names
TYPES = MappingProxyType(
    dict.fromkeys(("id", "payment_id", "booking_id", "creator_id", "actor_id"), "uuid")
    | dict.fromkeys(("created_at", "settled_at", "leased_until"), "timestamptz")
    | {"amount": "bigint", "attempts": "smallint"}
)
NEW = ", ".join(f"${place}::{TYPES.get(name, 'text')}" for place, name in enumerate(OPERATION, 1))
PAYMENT_ID, CREATOR_ID = (f"${OPERATION.index(name) + 1}::uuid" for name in ("payment_id", "creator_id"))
ASK = f"""
    WITH locked AS (
        SELECT id FROM payments p WHERE p.id = {PAYMENT_ID} AND p.creator_id = {CREATOR_ID} FOR NO KEY UPDATE),
    asked AS (
        INSERT INTO payment_operations ({OPERATION_COLUMNS}) SELECT {NEW} FROM locked
        ON CONFLICT (payment_id, once) DO NOTHING RETURNING payment_id, creator_id, kind, amount),
    claimed AS (
        UPDATE payments p SET refund_claimed = p.refund_claimed + a.amount FROM asked a
        WHERE p.id = a.payment_id AND p.creator_id = a.creator_id AND a.kind = 'refund')
    SELECT EXISTS (SELECT FROM locked) AS is_known, EXISTS (SELECT FROM asked) AS is_new
"""  # noqa: S608 - column names
CLAIM = f"""
    WITH free AS (
        SELECT id FROM payment_operations
        WHERE id = $1 AND state IN ('asked', 'unknown') AND (leased_until IS NULL OR leased_until <= $2)
        FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE payment_operations o SET leased_until = $3, attempts = o.attempts + 1 FROM free WHERE o.id = free.id
    RETURNING {", ".join(f"o.{name}" for name in OPERATION)}
"""  # noqa: S608 - column names
RECORD = """
    WITH locked AS (SELECT id FROM payments p WHERE p.id = $1 AND p.creator_id = $2 FOR NO KEY UPDATE),
    recorded AS (
        UPDATE payment_operations o SET state = $6, settled_at = $7, provider_ref = $8, error = $9, leased_until = NULL
        FROM locked
        WHERE o.payment_id = locked.id AND o.creator_id = $2 AND o.id = $3 AND o.leased_until = $4 AND o.attempts = $5
        RETURNING o.payment_id, o.kind, o.state, o.amount),
    moved AS (
        UPDATE payments p SET refunded = p.refunded + CASE WHEN r.state = 'done' THEN r.amount ELSE 0 END,
            refund_claimed = p.refund_claimed - CASE WHEN r.state = 'refused' THEN r.amount ELSE 0 END
        FROM recorded r
        WHERE p.id = r.payment_id AND p.creator_id = $2 AND r.kind = 'refund' AND r.state IN ('done', 'refused'))
    SELECT 1 FROM recorded
"""
EVENT = ("provider", "id", "kind", "provider_id", "payment_id", "recorded_at")
ADD_EVENT = f"""
    INSERT INTO payment_events ({", ".join(EVENT)}) VALUES ({placeholders(EVENT)})
    ON CONFLICT (provider, id) DO NOTHING RETURNING id
"""  # noqa: S608 - column names
PURGE_EVENTS = """
    WITH old AS (
        SELECT provider, id FROM payment_events WHERE recorded_at < $1 ORDER BY recorded_at LIMIT $2
        FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM payment_events e USING old WHERE (e.provider, e.id) = (old.provider, old.id) RETURNING 1)
    SELECT count(*) AS number FROM purged
"""
PARK = f"""
    INSERT INTO parked_payments ({PARKED_COLUMNS}) VALUES ({placeholders(PARKED)})
    ON CONFLICT (reason, provider, provider_id, payment_id) WHERE resolved_at IS NULL DO NOTHING RETURNING id
"""  # noqa: S608 - column names
ACQUIRE_PARKED = f"SELECT {PARKED_COLUMNS} FROM parked_payments WHERE id = $1 FOR NO KEY UPDATE"  # noqa: S608 - the same
SAVE_DISPUTE = f"""
    INSERT INTO payment_disputes ({DISPUTE_COLUMNS}) VALUES ({placeholders(DISPUTE)})
    ON CONFLICT (payment_id, ref)
    DO UPDATE SET amount = excluded.amount, state = excluded.state, closed_at = excluded.closed_at
"""  # noqa: S608 - column names
LIFT = "UPDATE parked_payments SET resolved_at = $3 WHERE payment_id = $1 AND reason = $2 AND resolved_at IS NULL"
WAS_RESOLVED = """
    SELECT 1 FROM parked_payments WHERE payment_id = $1 AND reason = $2 AND resolved_at IS NOT NULL LIMIT 1
"""
RESOLVE = "UPDATE parked_payments SET resolved_at = $2, resolved_by = $3, resolution = $4 WHERE id = $1"
SAVE_COMMISSION = """
    INSERT INTO creator_commissions (creator_id, basis_points, set_by, set_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (creator_id)
    DO UPDATE SET basis_points = excluded.basis_points, set_by = excluded.set_by, set_at = excluded.set_at
"""


def event_values(provider: str, event: ProviderEvent, now: datetime) -> tuple[object, ...]:
    """Return the arguments of `ADD_EVENT`."""
    return (provider, event.id, event.kind, event.provider_id, event.payment_id, now)


class PostgresPaymentRecords:
    """`PaymentRecords` on a transaction's connection, which reads nothing ahead."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire_of_booking(self, booking_id: UUID) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._connection.fetch(ACQUIRE_OF_BOOKING, booking_id)))

    async def of_bookings(self, booking_ids: Sequence[UUID]) -> tuple[Payment, ...]:
        return tuple(map(stored_payment, await self._connection.fetch(OF_BOOKINGS, booking_ids)))

    async def disputes(self, payment_ids: Sequence[UUID]) -> tuple[PaymentDispute, ...]:
        return tuple(map(stored_dispute, await self._connection.fetch(DISPUTES, payment_ids)))

    async def save_dispute(self, dispute: PaymentDispute) -> None:
        await self._connection.execute(SAVE_DISPUTE, *(getattr(dispute, name) for name in DISPUTE))

    async def lift(self, payment_id: UUID, reason: ParkedReason, now: datetime) -> None:
        await self._connection.execute(LIFT, payment_id, reason.value, now)

    async def was_resolved(self, payment_id: UUID, reason: ParkedReason) -> bool:
        return await self._connection.fetchrow(WAS_RESOLVED, payment_id, reason.value) is not None

    async def add(self, payment: Payment) -> bool:
        return await self._connection.fetchrow(ADD, *(getattr(payment, name) for name in PAYMENT)) is not None

    async def save(self, payment: Payment) -> Payment:
        values = (getattr(payment, name) for name in SAVED)
        row = await self._connection.fetchrow(SAVE, payment.id, payment.creator_id, *values)
        if row is None:
            raise NotFound
        return stored_payment(row)

    async def operations(self, payment_ids: Sequence[UUID]) -> tuple[PaymentOperation, ...]:
        return tuple(map(stored_operation, await self._connection.fetch(OPERATIONS, payment_ids)))

    async def ask(self, operation: PaymentOperation) -> bool:
        row = await self._connection.fetchrow(ASK, *(getattr(operation, name) for name in OPERATION))
        if row is None or not row["is_known"]:
            raise NotFound
        return bool(row["is_new"])

    async def claim(self, operation_id: UUID, now: datetime, lease: timedelta) -> PaymentOperation | None:
        row = await self._connection.fetchrow(CLAIM, operation_id, now, now + lease)
        return stored_operation(row) if row else None

    async def record(self, claimed: PaymentOperation, after: PaymentOperation) -> bool:
        fence = (claimed.payment_id, claimed.creator_id, claimed.id, claimed.leased_until, claimed.attempts)
        outcome = (after.state, after.settled_at, after.provider_ref, after.error)
        return await self._connection.fetchrow(RECORD, *fence, *outcome) is not None

    async def add_event(self, provider: str, event: ProviderEvent, now: datetime) -> bool:
        return await self._connection.fetchrow(ADD_EVENT, *event_values(provider, event, now)) is not None

    async def purge_events(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE_EVENTS, before, PURGE_BATCH)
        return int(row["number"]) if row else 0

    async def park(self, parked: ParkedPayment) -> bool:
        return await self._connection.fetchrow(PARK, *(getattr(parked, name) for name in PARKED)) is not None

    async def resolve(self, parked_id: UUID, staff_id: UUID, resolution: str, now: datetime) -> ParkedPayment:
        row = await self._connection.fetchrow(ACQUIRE_PARKED, parked_id)
        if row is None:
            raise NotFound
        parked = stored_parked(row)
        if parked.resolved_at is not None:
            raise IllegalTransition("This was resolved already.")
        await self._connection.execute(RESOLVE, parked_id, now, staff_id, resolution)
        return replace(parked, resolved_at=now, resolved_by=staff_id, resolution=resolution)

    async def commission_of(self, creator_id: UUID) -> int | None:
        row = await self._connection.fetchrow(COMMISSION_OF, creator_id)
        return int(row["basis_points"]) if row else None

    async def save_commission(self, creator_id: UUID, basis_points: int, staff_id: UUID, now: datetime) -> None:
        await self._connection.execute(SAVE_COMMISSION, creator_id, basis_points, staff_id, now)
