"""Events in PostgreSQL: rows with a time to deliver them at, NULL once delivered.

A claim locks the oldest undelivered row of each subject and skips rows that another relay has locked. The next row of
the subject can be claimed only after the first was committed as delivered, so the order is kept. No high-water mark of
ids is used: it would lose the rows of a transaction that takes its id early and commits late.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast, get_args
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.announcements import CHANNEL
from marketplace.adapters.postgres.bookings import STEP, booking_step
from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.rows import BOOKING_COLUMNS, columns, stored_booking
from marketplace.core.domain.events import (
    BookingEvent,
    Delivery,
    EventId,
    RecordedEvent,
    SessionEvent,
    SessionEventKind,
    UserEvent,
    UserEventKind,
    WaitlistEvent,
    WaitlistEventKind,
    as_it_was,
)
from marketplace.core.ports.events import PURGE_BATCH

ADD = """
    INSERT INTO events (kind, at, actor_id, subject_id, facts, deliver_at) VALUES ($1, $2, $3, $4, $5::jsonb, $2)
"""
CLAIM_STEPS = f"""
    WITH due AS (
        SELECT h.id FROM booking_steps h
        WHERE h.deliver_at <= $1 AND NOT EXISTS (
            SELECT FROM booking_steps e
            WHERE e.booking_id = h.booking_id AND e.id < h.id AND e.deliver_at IS NOT NULL)
        ORDER BY h.id LIMIT $2 FOR NO KEY UPDATE OF h SKIP LOCKED)
    SELECT {BOOKING_COLUMNS}, h.id AS number, h.delivery_attempts AS attempts, ({columns("h", tuple(STEP))}) AS step,
        coalesce((SELECT n.from_start FROM booking_steps n
            WHERE n.booking_id = h.booking_id AND n.id > h.id AND n.from_start IS NOT NULL ORDER BY n.id LIMIT 1),
            b.starts_at) AS starts_at_then,
        coalesce((SELECT n.from_seats FROM booking_steps n
            WHERE n.booking_id = h.booking_id AND n.id > h.id AND n.from_seats IS NOT NULL ORDER BY n.id LIMIT 1),
            b.seats) AS seats_then
    FROM due JOIN booking_steps h ON h.id = due.id JOIN bookings b ON b.id = h.booking_id
        JOIN sessions s ON s.id = b.session_id
    ORDER BY h.id
"""  # noqa: S608 - column names
CLAIM_EVENTS = """
    SELECT e.id AS number, e.delivery_attempts AS attempts, e.kind, e.at, e.actor_id, e.subject_id, e.facts
    FROM events e
    WHERE e.deliver_at <= $1 AND NOT EXISTS (
        SELECT FROM events o WHERE o.subject_id = e.subject_id AND o.id < e.id AND o.deliver_at IS NOT NULL)
    ORDER BY e.id LIMIT $2 FOR NO KEY UPDATE OF e SKIP LOCKED
"""
TABLES = {"step": "booking_steps", "event": "events"}
MARK_DELIVERED = "UPDATE {table} SET deliver_at = NULL WHERE id = ANY($1)"
POSTPONE = """
    UPDATE {table} SET deliver_at = $3, delivery_attempts = delivery_attempts + 1
    WHERE id = $1 AND delivery_attempts = $2 AND deliver_at IS NOT NULL
"""
# Identical notifications of a transaction are sent once.
ANNOUNCE = "SELECT pg_notify($1, creator_id::text) FROM unnest($2::uuid[]) creator_id"
PURGE = """
    WITH old AS (
        SELECT id FROM events WHERE at <= $1 AND deliver_at IS NULL ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM events e USING old WHERE e.id = old.id RETURNING 1)
    SELECT count(*) FROM purged
"""


class PostgresEvents:
    """`Events` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, event: RecordedEvent) -> None:
        values = (event.kind, event.at, event.actor_id, event.subject_id, json.dumps(_payload(event)))
        await self._connection.execute(ADD, *values)

    async def claim(self, now: datetime, limit: int) -> Sequence[Delivery]:
        steps = await self._connection.fetch(CLAIM_STEPS, now, limit)
        events = await self._connection.fetch(CLAIM_EVENTS, now, limit)
        return [*map(_delivery_of_step, steps), *map(_delivery, events)]

    async def mark_delivered(self, ids: Sequence[EventId]) -> None:
        for source, table in TABLES.items():
            numbers = [event_id.number for event_id in ids if event_id.source == source]
            if numbers:
                await self._connection.execute(MARK_DELIVERED.format(table=table), numbers)

    async def announce(self, creator_ids: Collection[UUID]) -> None:
        if creator_ids:
            await self._connection.execute(ANNOUNCE, CHANNEL, list(creator_ids))

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        statement = POSTPONE.format(table=TABLES[delivery.id.source])
        await self._connection.execute(statement, delivery.id.number, delivery.attempts, until)

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["count"]) if row else 0


def _delivery_of_step(row: asyncpg.Record) -> Delivery:
    step = booking_step(row["step"], row["user_id"])
    then = as_it_was(stored_booking(row), row["starts_at_then"], row["seats_then"])
    event = BookingEvent.of(step, then)
    return Delivery(id=EventId("step", row["number"]), event=event, attempts=row["attempts"])


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(id=EventId("event", row["number"]), event=_event(row), attempts=row["attempts"])


def _payload(event: RecordedEvent) -> dict[str, Any]:
    """Return the fields that not every kind of event has.

    The release before knows no event of a user but `user.registered`, and reads all others as one of a session.
    """
    if isinstance(event, WaitlistEvent):
        of_entry = {name: str(getattr(event, name)) for name in ("session_id", "user_id")}
        times = {"starts_at": event.starts_at.isoformat(), "seats": event.seats}
        return {"creator_id": str(event.creator_id), "title": "", "changed": (), **of_entry, **times}
    title = event.title if isinstance(event, SessionEvent) else ""
    review_id = event.review_id if isinstance(event, SessionEvent) else None
    optional = {} if review_id is None else {"review_id": str(review_id)}
    return {"creator_id": str(event.creator_id), "title": title, "changed": event.changed, **optional}


def _event(row: asyncpg.Record) -> RecordedEvent:
    kind, payload = row["kind"], json.loads(row["facts"])
    if kind in get_args(UserEventKind):
        changed = tuple(payload.get("changed", ()))
        return UserEvent(kind=kind, at=row["at"], actor_id=row["actor_id"], user_id=row["subject_id"], changed=changed)
    if kind in get_args(WaitlistEventKind):
        return WaitlistEvent(
            kind=kind,
            at=row["at"],
            entry_id=row["subject_id"],
            session_id=UUID(payload["session_id"]),
            creator_id=UUID(payload["creator_id"]),
            user_id=UUID(payload["user_id"]),
            starts_at=datetime.fromisoformat(payload["starts_at"]),
            seats=payload["seats"],
            actor_id=row["actor_id"],
        )
    return SessionEvent(
        kind=cast("SessionEventKind", kind),
        at=row["at"],
        actor_id=row["actor_id"],
        session_id=row["subject_id"],
        creator_id=UUID(payload["creator_id"]),
        title=payload["title"],
        changed=tuple(payload["changed"]),
        review_id=UUID(payload["review_id"]) if "review_id" in payload else None,
    )
