"""Local starts of sold slots in PostgreSQL. The core computes them: no statement converts to a zone (decision 0031)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import TIME_ZONE
from marketplace.core.domain.zone_changes import PromisedSlot, SlotKey, UnrecordedStart
from marketplace.core.ports.local_starts import LocalStart

PROMISED = """
    SELECT l.session_id, l.creator_id, s.title, l.starts_at, l.local_start, l.time_zone, l.seats_taken AS seats
    FROM slots l JOIN sessions s ON s.id = l.session_id
    WHERE l.occupied AND l.local_start IS NOT NULL
"""
# the primary key orders the pages
PAGE = f"""
    {PROMISED} AND l.starts_at > $1 AND (l.session_id, l.starts_at) > ($3, $4)
    ORDER BY l.session_id, l.starts_at LIMIT $2
"""
OF_CREATOR = f"""
    {PROMISED} AND l.creator_id = $1 AND l.blocked && tstzrange($2, NULL) AND l.starts_at > $2 ORDER BY l.starts_at
"""
# waits for no lock, so that it cannot deadlock with transactions that lock in another order
ACQUIRE_UNRECORDED = f"""
    SELECT b.id AS booking_id, b.session_id, b.starts_at, {TIME_ZONE} AS time_zone
    FROM bookings b
        JOIN slots l ON l.session_id = b.session_id AND l.starts_at = b.starts_at
        JOIN sessions s ON s.id = b.session_id
        JOIN users c ON c.id = b.creator_id
    WHERE b.status IN ('pending', 'confirmed') AND b.starts_at > $1 AND b.starts_at >= $2
        AND (b.local_start IS NULL OR l.local_start IS NULL)
    ORDER BY b.starts_at, b.id LIMIT $3 FOR NO KEY UPDATE OF b, l SKIP LOCKED
"""  # noqa: S608 - column names
RECORD = """
    WITH agreed AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamp[], $5::text[])
        WITH ORDINALITY AS agreed (booking_id, session_id, starts_at, local_start, time_zone, place)),
    of_slots AS (
        UPDATE slots l SET local_start = a.local_start, time_zone = a.time_zone
        FROM (SELECT DISTINCT ON (session_id, starts_at) * FROM agreed ORDER BY session_id, starts_at, place) a
        WHERE l.session_id = a.session_id AND l.starts_at = a.starts_at AND l.local_start IS NULL)
    UPDATE bookings b SET local_start = a.local_start, time_zone = a.time_zone
    FROM agreed a WHERE b.id = a.booking_id AND b.local_start IS NULL
"""


class PostgresPromisedSlots:
    """`PromisedSlots` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, now: datetime, limit: int, after: SlotKey | None) -> tuple[PromisedSlot, ...]:
        rows = await self._database.fetch(PAGE, now, limit, *(after or (UUID(int=0), now)))
        return tuple(PromisedSlot(**row) for row in rows)


class PostgresLocalStarts:
    """`LocalStarts` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_creator(self, creator_id: UUID, now: datetime) -> tuple[PromisedSlot, ...]:
        return tuple(PromisedSlot(**row) for row in await self._connection.fetch(OF_CREATOR, creator_id, now))

    async def acquire_unrecorded(self, now: datetime, since: datetime, maximum: int) -> tuple[UnrecordedStart, ...]:
        rows = await self._connection.fetch(ACQUIRE_UNRECORDED, now, since, maximum)
        return tuple(UnrecordedStart(**row) for row in rows)

    async def record(self, starts: Sequence[tuple[UnrecordedStart, LocalStart]]) -> None:
        if starts:
            values = (
                (start.booking_id, start.session_id, start.starts_at, local_start, time_zone)
                for start, (local_start, time_zone) in starts
            )
            await self._connection.execute(RECORD, *map(list, zip(*values, strict=True)))
