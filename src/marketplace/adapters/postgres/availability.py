"""Availability in PostgreSQL: what a session's starts are evaluated with, and the booked slots of a creator."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from marketplace.adapters.postgres.booking_quotes import LINE, SLOT, stored_slot
from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.creator_hours import hours_from
from marketplace.adapters.postgres.rows import SESSION_WITH_CREATOR, columns, session_details
from marketplace.adapters.postgres.schedules import schedule_from
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot
from marketplace.core.domain.pages import Page

AVAILABILITIES = f"""
    SELECT {SESSION_WITH_CREATOR}, s.schedule, ARRAY(
        SELECT ({columns("l", SLOT)}, lower(l.blocked), upper(l.blocked), {columns("l", LINE)}) FROM slots l
        WHERE l.creator_id = s.creator_id AND l.occupied AND l.blocked && tstzrange(
            $2::timestamptz - make_interval(mins => coalesce((s.schedule->>'buffer_before')::int, 0)),
            $3::timestamptz
                + make_interval(mins => s.duration + coalesce((s.schedule->>'buffer_after')::int, 0)))) AS occupied,
        (SELECT h.hours FROM creator_hours h WHERE h.creator_id = s.creator_id AND s.schedule IS NULL) AS hours
    FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = {{wanted}}
"""  # noqa: S608 - column names
AVAILABILITY, SEVERAL_AVAILABILITIES = (AVAILABILITIES.format(wanted=wanted) for wanted in ("$1", "ANY($1::uuid[])"))
NEXT_START = """least(
        (SELECT min(starts_at) FROM bookings WHERE creator_id = $1 AND status = 'pending' AND starts_at > {since}),
        (SELECT min(starts_at) FROM bookings WHERE creator_id = $1 AND status = 'confirmed' AND starts_at > {since}))"""
# from start to start, however many bookings each has; a creator has one booked slot at a time, so a start names it
SOLD = f"""
    WITH RECURSIVE page (starts_at, place) AS (
        SELECT {NEXT_START.format(since="$2")}, 1
        UNION ALL
        SELECT {NEXT_START.format(since="p.starts_at")}, place + 1
        FROM page p WHERE p.starts_at IS NOT NULL AND place < $3)
    SELECT b.session_id, s.title, b.starts_at, l.ends_at, b.seats, b.booking_ids
    FROM page p,
        LATERAL (SELECT session_id, starts_at, sum(seats)::int AS seats, array_agg(id ORDER BY id) AS booking_ids
            FROM bookings
            WHERE creator_id = $1 AND starts_at = p.starts_at AND status IN ('pending', 'confirmed')
            GROUP BY session_id, starts_at) AS b
        JOIN slots l ON l.session_id = b.session_id AND l.starts_at = b.starts_at
        JOIN sessions s ON s.id = b.session_id
    ORDER BY b.starts_at
"""  # noqa: S608 - constant text


class PostgresAvailabilities:
    """`Availabilities` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        row = await self._database.fetchrow(AVAILABILITY, session_id, begin, end)
        return None if row is None else _availability(row)

    async def find_all(self, session_ids: Sequence[UUID], begin: datetime, end: datetime) -> tuple[Availability, ...]:
        rows = await self._database.fetch(SEVERAL_AVAILABILITIES, list(session_ids), begin, end)
        return tuple(map(_availability, rows))

    async def booked_slots(
        self, creator_id: UUID, now: datetime, limit: int, after: str | None = None
    ) -> Page[BookedSlot]:
        since = now if after is None else max(now, datetime.fromisoformat(after))
        rows = await self._database.fetch(SOLD, creator_id, since, limit + 1)
        slots = tuple(BookedSlot(**dict(row) | {"booking_ids": tuple(row["booking_ids"])}) for row in rows[:limit])
        return Page(slots, slots[-1].starts_at.isoformat() if len(rows) > limit else None)


def _availability(row: Record) -> Availability:
    return Availability(
        session=session_details(row),
        schedule=schedule_from(row["schedule"]),
        occupied=tuple(stored_slot(*slot) for slot in row["occupied"]),
        hours=hours_from(row["hours"]),
    )
