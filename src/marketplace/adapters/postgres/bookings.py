"""Bookings in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Rows
from marketplace.adapters.postgres.rows import (
    BOOKING_DETAILS,
    STORED_BOOKING,
    booking_details_values,
    columns,
    constructor,
)
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import LIVE, BookingStep, StepAction
from marketplace.core.domain.bookings import Booking
from marketplace.core.errors import NotFound

STEP = {
    "booking_id": "uuid",
    "at": "timestamptz",
    "actor_id": "uuid",
    "action": "text",
    "from_status": "text",
    "to_status": "text",
    "reason": "text",
    "batch_id": "uuid",
    "from_start": "timestamptz",
    "to_start": "timestamptz",
    "from_seats": "int",
    "to_seats": "int",
}
"""The columns of a step and their types."""

DETAILS = f"""
    SELECT {BOOKING_DETAILS}
    FROM bookings b
        JOIN sessions s ON s.id = b.session_id
        JOIN users c ON c.id = b.creator_id
        JOIN users u ON u.id = b.user_id
"""  # noqa: S608 - column names
HISTORIES = f"""
    SELECT found.*, ARRAY(SELECT ({columns("h", tuple(STEP))}) FROM booking_steps h
        WHERE h.booking_id = found.id ORDER BY h.id) AS history
    FROM found ORDER BY id
"""  # noqa: S608 - column names
FIND = f"WITH found AS ({DETAILS} WHERE b.id = $1) {HISTORIES}"
OF_SLOT = "b.session_id = $1 AND b.starts_at = $2 AND b.status IN ('pending', 'confirmed', 'cancelled', 'completed')"
FIND_OF_SLOT = f"WITH found AS ({DETAILS} WHERE {OF_SLOT}) {HISTORIES}"
FIND_ALL = f"WITH found AS ({DETAILS} WHERE b.id = ANY($1)) {HISTORIES}"
UPCOMING_STARTS = """
    SELECT starts_at FROM bookings WHERE user_id = $1 AND status IN ('pending', 'confirmed') AND starts_at > $2
    ORDER BY starts_at LIMIT 100
"""
WITHOUT_ADDRESS = """
    SELECT DISTINCT starts_at FROM bookings
    WHERE session_id = $1 AND status IN ('pending', 'confirmed') AND starts_at > $2 AND address IS NULL
    ORDER BY starts_at LIMIT 100
"""
IS_HOLDER = "SELECT id FROM bookings WHERE user_id = $1 AND session_id = $2 AND status <> 'cancelled' LIMIT 1"
HAS_SEAT = "SELECT id FROM bookings WHERE user_id = $1 AND session_id = $2 AND status = 'confirmed' LIMIT 1"
ACQUIRE = "SELECT FROM bookings WHERE id = $1 FOR NO KEY UPDATE"
ACQUIRE_OF_SLOT = """
    SELECT id FROM bookings WHERE id = ANY(ARRAY(
        SELECT id FROM bookings WHERE session_id = $1 AND starts_at = $2 AND status IN ('pending', 'confirmed')
        UNION ALL
        SELECT b.id FROM sessions s JOIN bookings b ON b.creator_id = s.creator_id AND b.session_id = s.id
        WHERE s.id = $1 AND b.requested_start = $2))
    ORDER BY id FOR NO KEY UPDATE
"""
ACQUIRE_OF_CREATOR = """
    SELECT id FROM bookings WHERE creator_id = $1 AND starts_at > $2 AND status IN ('pending', 'confirmed')
    ORDER BY id FOR NO KEY UPDATE
"""
# as migration 0026: a started slot keeps its length, and the amount says the price; waits for no lock
RECORD_TERMS = """
    UPDATE bookings b SET terms = jsonb_build_object(
        'title', s.title,
        'duration', (SELECT (extract(epoch FROM l.ends_at - l.starts_at) / 60)::int FROM slots l
            WHERE l.session_id = b.session_id AND l.starts_at = b.starts_at),
        'price', (CASE WHEN s.price * b.seats = b.amount THEN s.price ELSE round(b.amount / b.seats, 2) END)::text,
        'cancellation_notice', s.cancellation_notice)
    FROM sessions s WHERE s.id = b.session_id AND b.id = ANY(ARRAY(
        SELECT id FROM bookings WHERE terms IS NULL ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING b.id
"""
SAVED = ("status", "respond_by", "pay_by", "requested_start", "held_seats")
SAVE = f"""
    WITH changed AS (
        SELECT * FROM unnest(
            $1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::int[],
            {", ".join(f"${n}::{kind}[]" for n, kind in enumerate(STEP.values(), 6))})
        AS changed (status, answer_by, pay_by, requested_start, held_seats, {", ".join(STEP)})),
    saved AS (
        UPDATE bookings b SET status = c.status, answer_by = c.answer_by, pay_by = c.pay_by,
            requested_start = c.requested_start, held_seats = c.held_seats
        FROM changed c WHERE b.id = c.booking_id)
    INSERT INTO booking_steps ({", ".join(STEP)}) SELECT {", ".join(STEP)} FROM changed
"""  # noqa: S608 - column names

_booking_history = constructor(BookingHistory, STORED_BOOKING)


class PostgresBookings:
    """`Bookings` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record_missing_terms(self, maximum: int) -> int:
        return len(await self._connection.fetch(RECORD_TERMS, maximum))

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        row = await self._connection.fetchrow(FIND, booking_id)
        return booking_history(row) if row else None

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        return tuple(map(booking_history, await self._connection.fetch(FIND_ALL, list(booking_ids))))

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        """Lock in a separate statement, so that the second one sees the changes it waited for."""
        await self._connection.execute(ACQUIRE, booking_id)
        row = await self._connection.fetchrow(FIND, booking_id)
        if row is None:
            raise NotFound
        return booking_history(row)

    async def acquire_of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        found = await self._locked(await self._connection.fetch(ACQUIRE_OF_SLOT, session_id, starts_at))
        of_slot = (booking for booking in found if starts_at in {booking.starts_at, booking.requested_start})
        return tuple(booking for booking in of_slot if booking.status in LIVE)

    async def acquire_of_creator(self, creator_id: UUID, now: datetime) -> tuple[BookingHistory, ...]:
        return await self._locked(await self._connection.fetch(ACQUIRE_OF_CREATOR, creator_id, now))

    async def _locked(self, locked: Rows) -> tuple[BookingHistory, ...]:
        return await self.histories([row["id"] for row in locked])

    async def upcoming_starts(self, user_id: UUID, now: datetime) -> tuple[datetime, ...]:
        return tuple(row["starts_at"] for row in await self._connection.fetch(UPCOMING_STARTS, user_id, now))

    async def starts_without_address(self, session_id: UUID, now: datetime) -> tuple[datetime, ...]:
        return tuple(row["starts_at"] for row in await self._connection.fetch(WITHOUT_ADDRESS, session_id, now))

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        return await self._connection.fetchrow(IS_HOLDER, user_id, session_id) is not None

    async def save(self, booking: Booking, step: BookingStep) -> None:
        await self.save_all([(booking, step)])

    async def save_all(self, changes: Sequence[tuple[Booking, BookingStep]]) -> None:
        if changes:
            values = ([getattr(booking, name) for booking, _ in changes] for name in SAVED)
            steps = ([getattr(step, name) for _, step in changes] for name in STEP)
            await self._connection.execute(SAVE, *values, *steps)


def booking_history(row: asyncpg.Record) -> BookingHistory:
    """Convert a row that starts with the columns of `HISTORIES`."""
    steps = tuple(booking_step(step, row["user_id"]) for step in row["history"])
    return _booking_history(*booking_details_values(row), steps)


def booking_step(composite: Sequence[Any], user_id: UUID) -> BookingStep:
    """Convert a `STEP` composite; `user_id` is the learner of the booking."""
    values = dict(zip(STEP, composite, strict=True))
    if values["action"] is None:  # written by a release before migration 0016 that ran next to this one
        values["action"] = _action(values, user_id)
    return BookingStep(**values)


def _action(values: dict[str, Any], user_id: UUID) -> StepAction:
    """Derive the action of a step from its statuses. Migration 0017 has the same rule in SQL."""
    before, after, actor_id = values["from_status"], values["to_status"], values["actor_id"]
    if before is None:
        return "book"
    if after in {before, "pending"}:
        return "reschedule"
    if after != "cancelled":
        return "confirm" if after == "confirmed" else "complete"
    if before == "pending" and actor_id is None:
        return "expire"
    is_decline = before == "pending" and actor_id != user_id and values["batch_id"] is None
    return "decline" if is_decline else "cancel"
