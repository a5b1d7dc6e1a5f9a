"""Waitlists in PostgreSQL. The row lock of a slot guards its line, so entries are read without locks of their own."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.locks import LINES_OF
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.jobs.enqueue import enqueued_with, job_values
from marketplace.adapters.postgres.rows import (
    AFTER_BOOKED_SESSION,
    BOOKED_SESSION,
    COLUMN_NAMES,
    CONTACT,
    NEW_BOOKING,
    TERMS,
    booked_session,
    booking_row,
    columns,
    constructor,
    contact,
)
from marketplace.adapters.postgres.slots import SLOT_COLUMNS
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.pages import Page
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import MIN_OFFER_HOLD, WaitlistDetails, WaitlistEntry
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.waitlist import PURGE_BATCH, SlotKey

ENTRY = field_names(WaitlistEntry)
COLUMNS = columns("w", ENTRY)
OPEN = "w.status IN ('waiting', 'offered')"
SELECT = f"SELECT {COLUMNS} FROM waitlist_entries w"  # noqa: S608 - column names
DETAILS = f"""
    SELECT {COLUMNS}, {BOOKED_SESSION}, {columns("u", CONTACT, "u_")},
        CASE WHEN w.status = 'waiting' THEN 1 + (
            SELECT count(*) FROM waitlist_entries o
            WHERE o.session_id = w.session_id AND o.starts_at = w.starts_at AND o.status = 'waiting'
                AND o.number < w.number) END AS place
    FROM waitlist_entries w
        JOIN sessions s ON s.id = w.session_id
        JOIN users c ON c.id = w.creator_id
        JOIN users u ON u.id = w.user_id
"""  # noqa: S608 - column names
FIND_DETAILS = f"{DETAILS} WHERE w.id = $1"
FIND_ALL_DETAILS = f"{DETAILS} WHERE w.id = ANY($1)"
OPEN_DETAILS_OF_USER = f"{DETAILS} WHERE w.user_id = $1 AND {OPEN} ORDER BY w.starts_at, w.id"
OF_CREATOR = f"""
    {DETAILS} WHERE w.creator_id = $1 AND {OPEN} AND ($3::uuid IS NULL OR w.session_id = $3) {{after}}
    ORDER BY w.starts_at, w.number LIMIT $2
"""
FIRST, LATER = OF_CREATOR.format(after=""), OF_CREATOR.format(after="AND (w.starts_at, w.number) > ($4, $5)")
OF_USER = f"{SELECT} WHERE w.user_id = $1 AND ($3::uuid IS NULL OR w.id < $3) ORDER BY w.id DESC LIMIT $2"
ACQUIRE_SLOT = f"""
    SELECT {SLOT_COLUMNS} FROM slots l WHERE l.session_id = $1 AND l.starts_at = $2 FOR NO KEY UPDATE
"""  # noqa: S608 - column names
FIND = f"{SELECT} WHERE w.id = $1"
FIND_OPEN = f"{SELECT} WHERE w.user_id = $1 AND w.session_id = $2 AND w.starts_at = $3 AND {OPEN}"
OPEN_OF_USER = f"{SELECT} WHERE w.user_id = $1 AND {OPEN} ORDER BY w.starts_at, w.session_id"
OPEN_SLOTS = f"""
    SELECT DISTINCT w.session_id, w.starts_at FROM waitlist_entries w
    WHERE w.creator_id = coalesce($2, (SELECT creator_id FROM sessions WHERE id = $1)) AND {OPEN}
        AND ($1::uuid IS NULL OR w.session_id = $1)
    ORDER BY 2, 1
"""  # noqa: S608 - constant text
IN_LINE = "w.session_id = $1 AND w.starts_at = $2 AND w.status"
OPEN_OF_SLOT = f"""
    SELECT * FROM ({SELECT} WHERE {IN_LINE} = 'waiting' UNION ALL {SELECT} WHERE {IN_LINE} = 'offered') line
    ORDER BY number
"""  # noqa: S608 - column names
DUE_OFFERS = f"{SELECT} WHERE {IN_LINE} = 'offered' AND w.offer_until <= $3 ORDER BY w.number"
FIRST_OFFER_END = f"SELECT min(w.offer_until) AS at FROM waitlist_entries w WHERE {IN_LINE} = 'offered'"  # noqa: S608
# From one number of seats to the next, the first who waits for it: one row of the index each.
SMALLEST = f"""
    SELECT w.seats, w.number, w.id FROM waitlist_entries w WHERE {IN_LINE} = 'waiting' AND w.seats <= $3 {{more}}
    ORDER BY w.seats, w.number LIMIT 1
"""  # noqa: S608 - constant text
FIRST_FITTING = f"""
    WITH RECURSIVE firsts (seats, number, id) AS (
        ({SMALLEST.format(more="")})
        UNION ALL
        SELECT n.* FROM firsts f, LATERAL ({SMALLEST.format(more="AND w.seats > f.seats")}) n)
    SELECT {COLUMNS}, u.is_active AND NOT EXISTS (
            SELECT FROM bookings b WHERE b.user_id = w.user_id AND b.session_id = w.session_id
                AND b.starts_at = w.starts_at AND b.status IN ('pending', 'confirmed'))
        AND NOT EXISTS (
            SELECT FROM bookings b WHERE b.creator_id = w.creator_id AND b.session_id = w.session_id
                AND b.requested_start = w.starts_at AND b.user_id = w.user_id) AS is_able
    FROM (SELECT id FROM firsts ORDER BY number LIMIT 1) first
        JOIN waitlist_entries w ON w.id = first.id JOIN users u ON u.id = w.user_id
"""  # noqa: S608 - column names
PLACE_OF = f"""
    SELECT 1 + count(*) AS place FROM waitlist_entries w WHERE {IN_LINE} = 'waiting' AND ($3 = 0 OR w.number < $3)
"""  # noqa: S608 - constant text
SAVE_SLOT = """
    line AS (
        UPDATE slots SET seats_taken = $3, waiting = $4, seats_on_offer = $5, offers_until = $6
        WHERE session_id = $1 AND starts_at = $2)
"""
SAVED = {
    "id": "uuid",
    "status": "text",
    "closes_at": "timestamptz",
    "offered_at": "timestamptz",
    "offer_until": "timestamptz",
    "ended_at": "timestamptz",
}
SAVE = f"""
    WITH {SAVE_SLOT}
    UPDATE waitlist_entries w SET {", ".join(f"{name} = n.{name}" for name in SAVED if name != "id")}
    FROM unnest({", ".join(f"${place}::{kind}[]" for place, kind in enumerate(SAVED.values(), 7))})
        AS n ({", ".join(SAVED)})
    WHERE w.id = n.id
"""  # noqa: S608 - column names
NEW = tuple(name for name in ENTRY if name != "number")
ADD = f"""
    WITH {SAVE_SLOT},
    added AS (
        INSERT INTO waitlist_entries ({", ".join(NEW)})
        VALUES ({", ".join(f"${place}" for place in range(7, 7 + len(NEW)))}) RETURNING number),
    {enqueued_with("added", 7 + len(NEW))}
    SELECT number FROM added
"""  # noqa: S608 - column names
BOOKING_VALUES = (f"${place}{'::jsonb' if place == TERMS + 1 else ''}" for place in range(1, len(NEW_BOOKING) + 1))
BOOK = f"""
    WITH added AS (
        INSERT INTO bookings ({", ".join(COLUMN_NAMES.get(name, name) for name in NEW_BOOKING)})
        VALUES ({", ".join(BOOKING_VALUES)}) RETURNING id, user_id, created_at, status),
    {enqueued_with("added", len(NEW_BOOKING) + 1)}
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason)
    SELECT id, created_at, user_id, 'book', NULL, status, '' FROM added
"""  # noqa: S608 - column names
UNSETTLED = f"""
    SELECT {SLOT_COLUMNS} FROM slots l WHERE (l.session_id, l.starts_at) IN (
        SELECT w.session_id, w.starts_at FROM waitlist_entries w
        WHERE w.status = 'offered' AND w.offer_until <= $1 OR w.status = 'waiting' AND (
            w.closes_at <= $2 OR w.seats <= (
                SELECT f.capacity - f.seats_taken FROM slots f
                WHERE f.session_id = w.session_id AND f.starts_at = w.starts_at)))
    ORDER BY l.starts_at, l.session_id LIMIT $3
"""  # noqa: S608 - column names
PURGE = """
    WITH old AS (
        SELECT id FROM waitlist_entries WHERE ended_at <= $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED),
    purged AS (DELETE FROM waitlist_entries w USING old WHERE w.id = old.id RETURNING 1)
    SELECT count(*) AS n FROM purged
"""

_entry = constructor(WaitlistEntry)
_details = constructor(WaitlistDetails)


class PostgresWaitlists:
    """`Waitlists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistDetails, ...]:
        return tuple(map(details_from, await self._database.fetch(OPEN_DETAILS_OF_USER, user_id)))

    async def open_of_creator(
        self, creator_id: UUID, limit: int, after: str | None, session_id: UUID | None = None
    ) -> Page[WaitlistDetails]:
        if after is None:
            rows = await self._database.fetch(FIRST, creator_id, limit + 1, session_id)
        else:
            starts_at, number = json.loads(after)
            position = (datetime.fromisoformat(starts_at), number)
            rows = await self._database.fetch(LATER, creator_id, limit + 1, session_id, *position)
        items = tuple(map(details_from, rows[:limit]))
        last = json.dumps([items[-1].starts_at.isoformat(), items[-1].number]) if len(rows) > limit else None
        return Page(items, last)

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[WaitlistEntry]:
        rows = await self._database.fetch(OF_USER, user_id, limit + 1, None if after is None else UUID(after))
        items = tuple(_entry(*row) for row in rows[:limit])
        return Page(items, str(items[-1].id) if len(rows) > limit else None)

    async def find(self, entry_id: UUID) -> WaitlistDetails | None:
        row = await self._database.fetchrow(FIND_DETAILS, entry_id)
        return details_from(row) if row else None

    async def is_waiting(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> bool:
        return await self._database.fetchrow(FIND_OPEN, user_id, session_id, starts_at) is not None


class PostgresWaitlist:
    """`Waitlist` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire_slot(self, session_id: UUID, starts_at: datetime) -> Slot | None:
        row = await self._connection.fetchrow(ACQUIRE_SLOT, session_id, starts_at)
        return Slot(**row) if row else None

    async def find(self, entry_id: UUID) -> WaitlistEntry | None:
        row = await self._connection.fetchrow(FIND, entry_id)
        return _entry(*row) if row else None

    async def details(self, entry_ids: Collection[UUID]) -> Sequence[WaitlistDetails]:
        return [*map(details_from, await self._connection.fetch(FIND_ALL_DETAILS, list(entry_ids)))]

    async def find_open(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> WaitlistEntry | None:
        row = await self._connection.fetchrow(FIND_OPEN, user_id, session_id, starts_at)
        return _entry(*row) if row else None

    async def acquire_person(self, user_id: UUID) -> None:
        await self._connection.execute(LINES_OF, user_id)

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistEntry, ...]:
        return tuple(_entry(*row) for row in await self._connection.fetch(OPEN_OF_USER, user_id))

    async def open_slots(self, *, session_id: UUID | None = None, creator_id: UUID | None = None) -> Sequence[SlotKey]:
        rows = await self._connection.fetch(OPEN_SLOTS, session_id, creator_id)
        return [(row["session_id"], row["starts_at"]) for row in rows]

    async def open_of_slot(self, slot: Slot) -> tuple[WaitlistEntry, ...]:
        return tuple(_entry(*row) for row in await self._connection.fetch(OPEN_OF_SLOT, *slot.key))

    async def due_offers(self, slot: Slot, now: datetime) -> tuple[WaitlistEntry, ...]:
        return tuple(_entry(*row) for row in await self._connection.fetch(DUE_OFFERS, *slot.key, now))

    async def first_offer_end(self, slot: Slot) -> datetime | None:
        row = await self._connection.fetchrow(FIRST_OFFER_END, *slot.key)
        return row["at"] if row else None

    async def first_fitting(self, slot: Slot, seats: int) -> tuple[WaitlistEntry, bool] | None:
        row = await self._connection.fetchrow(FIRST_FITTING, *slot.key, seats)
        return (_entry(*row[: len(ENTRY)]), row["is_able"]) if row else None

    async def place_of(self, entry: WaitlistEntry) -> int:
        row = await self._connection.fetchrow(PLACE_OF, *entry.slot_key, entry.number)
        return int(row["place"]) if row else 1

    async def add(self, slot: Slot, entry: WaitlistEntry, job: Job) -> WaitlistEntry:
        values = [getattr(entry, name) for name in NEW]
        row = await self._connection.fetchrow(ADD, *_line(slot), *values, *job_values(job))
        return entry.numbered(row["number"] if row else 0)

    async def save(self, slot: Slot, *entries: WaitlistEntry) -> None:
        values = ([getattr(entry, name) for entry in entries] for name in SAVED)
        await self._connection.execute(SAVE, *_line(slot), *values)

    async def book(self, slot: Slot, entry: WaitlistEntry, booking: Booking, job: Job | None = None) -> None:
        await self.save(slot, entry)
        await self._connection.execute(BOOK, *booking_row(booking), *job_values(job))

    async def unsettled(self, now: datetime, limit: int) -> Sequence[Slot]:
        return [Slot(**row) for row in await self._connection.fetch(UNSETTLED, now, now + 2 * MIN_OFFER_HOLD, limit)]

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["n"]) if row else 0


def details_from(row: asyncpg.Record) -> WaitlistDetails:
    session = row[len(ENTRY) :]
    person = session[AFTER_BOOKED_SESSION : AFTER_BOOKED_SESSION + len(CONTACT)]
    return _details(*row[: len(ENTRY)], booked_session(session), contact(*person), row["place"])


def _line(slot: Slot) -> tuple[object, ...]:
    return (*slot.key, slot.seats_taken, slot.waiting, slot.seats_on_offer, slot.offers_until)
