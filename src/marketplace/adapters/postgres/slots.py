"""Slots in PostgreSQL.

Bookings are written by `booking_quotes.py`; this module moves them, and resizes and releases slots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.booking_quotes import (
    LINE,
    QUOTE,
    SLOT,
    quote_from,
)
from marketplace.adapters.postgres.booking_writes import BookingEntry, write_bookings
from marketplace.adapters.postgres.connection.locks import AS_BUYER, BOOKINGS_OF, SEATS_OF
from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.jobs.enqueue import enqueued_with, job_values
from marketplace.adapters.postgres.rows import columns
from marketplace.core.domain.booking_quotes import BookingQuote, seats_of
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import AlreadyBooked, NotFound, TooManyBookings
from marketplace.core.ports.jobs import Job

SLOT_COLUMNS = f"{columns('l', (*SLOT, *LINE))}, lower(l.blocked) AS blocked_from, upper(l.blocked) AS blocked_until"
"""A slot `l`, by the names of the fields of `Slot`."""

# FOR KEY SHARE is the lock that the foreign keys acquire anyway. After waiting for an edit, it also reads the new rows
# of session, creator and buyer, although the snapshot of the statement is older. The slot is checked again when taking
# seats.
QUOTED = """
    sessions s
        JOIN users c ON c.id = s.creator_id
        JOIN users b ON b.id = $3
        LEFT JOIN slots l ON l.session_id = s.id AND l.starts_at = $2 AND l.creator_id = s.creator_id
    WHERE s.id = $1
"""
_QUOTE = QUOTE.format(session="$1", start="$2", buyer="$3")
ACQUIRE_QUOTE = f"WITH {AS_BUYER} SELECT {_QUOTE} FROM turn, {QUOTED} FOR KEY SHARE OF s, c, b"  # noqa: S608 - column names
OCCUPY = """
    taken AS (
        INSERT INTO slots AS l (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken, local_start,
            time_zone)
        VALUES ({session}, {creator}, {start}, {end}, tstzrange({blocked_from}, {blocked_until}), {capacity}, {seats},
            {local_start}::timestamp, {time_zone})
        ON CONFLICT (session_id, starts_at) DO UPDATE
            SET seats_taken = l.seats_taken + {seats}, capacity = {capacity},
                ends_at = CASE WHEN l.occupied THEN greatest(l.ends_at, {end}) ELSE {end} END,
                blocked = tstzrange({blocked_from}, {blocked_until})
                    + CASE WHEN l.occupied THEN l.blocked ELSE 'empty' END,
                local_start = CASE WHEN l.occupied THEN l.local_start ELSE {local_start}::timestamp END,
                time_zone = CASE WHEN l.occupied THEN l.time_zone ELSE {time_zone} END
            WHERE l.seats_taken + {seats} <= {capacity}
        RETURNING 1)
"""
MOVE = """
    WITH {},
    moved AS (
        UPDATE bookings SET starts_at = $3, status = $8, answer_by = $9, requested_start = NULL, held_seats = 0,
            local_start = $17::timestamp, time_zone = $18, pay_by = $24
        FROM taken WHERE id = $7 RETURNING id),
    {}
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason, from_start, to_start)
    SELECT id, $10, $11, $22, $12, $8, $13, $14, $23 FROM moved RETURNING booking_id
""".format(  # noqa: S608 - constant text
    OCCUPY.format(
        session="$1",
        creator="$2",
        start="$3",
        end="$4",
        capacity="$5",
        seats="$6",
        blocked_from="$15",
        blocked_until="$16",
        local_start="$17",
        time_zone="$18",
    ),
    enqueued_with("moved", 19),
)
HOLD = "WITH {} SELECT FROM taken".format(
    OCCUPY.format(
        session="$1",
        creator="$2",
        start="$3",
        end="$4",
        capacity="$5",
        seats="$6",
        blocked_from="$7",
        blocked_until="$8",
        local_start="$9",
        time_zone="$10",
    )
)
IS_BOOKED = """
    SELECT 1 FROM bookings WHERE creator_id = $1 AND session_id = $2 AND starts_at = $3 AND user_id = $4
        AND status IN ('pending', 'confirmed')
"""
COUNT_LIVE = """
    SELECT count(*) AS live FROM (
        SELECT FROM bookings WHERE user_id = $1 AND status IN ('pending', 'confirmed') AND starts_at > $2 LIMIT $3
    ) AS upcoming
"""
ACQUIRE_FOR_MOVE = """
    SELECT FROM slots WHERE session_id = $1 AND starts_at = ANY ($2)
        OR creator_id = $3 AND occupied AND blocked && tstzrange($4, $5)
    ORDER BY starts_at, session_id FOR NO KEY UPDATE
"""
CHANGE_SEATS = """
    WITH taken AS (
        UPDATE slots SET seats_taken = seats_taken + $6 - $5
        WHERE session_id = $1 AND starts_at = $2 AND seats_taken + $6 - $5 <= capacity RETURNING 1),
    changed AS (UPDATE bookings SET seats = $6, amount = $4, pay_by = $11 FROM taken WHERE id = $3 RETURNING id, status)
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason, from_seats, to_seats)
    SELECT id, $7, $8, $9, status, status, $10, $5, $6 FROM changed RETURNING booking_id
"""
RELEASE = f"""
    UPDATE slots l SET seats_taken = l.seats_taken - CASE WHEN $4 OR l.waiting = 0 THEN $3 ELSE 0 END
    WHERE l.session_id = $1 AND l.starts_at = $2 RETURNING {SLOT_COLUMNS}
"""  # noqa: S608 - column names
ACQUIRE_UPCOMING = f"""
    SELECT {SLOT_COLUMNS} FROM slots l WHERE session_id = $1 AND starts_at > $2 AND occupied
    ORDER BY starts_at FOR UPDATE
"""  # noqa: S608 - column names
FIND_OCCUPIED = f"""
    SELECT {SLOT_COLUMNS} FROM slots l
    WHERE creator_id = $1 AND occupied AND blocked && tstzrange($2, $3) ORDER BY starts_at
"""  # noqa: S608 - column names
SOLD_DURATIONS = """
    SELECT starts_at, max((terms->>'duration')::int) AS duration FROM (
        SELECT starts_at, terms FROM bookings
        WHERE session_id = $1 AND starts_at > $2 AND status IN ('pending', 'confirmed')
        UNION ALL
        SELECT b.requested_start, b.terms
        FROM sessions s JOIN bookings b ON b.creator_id = s.creator_id AND b.session_id = s.id
        WHERE s.id = $1 AND b.requested_start > $2 AND b.status IN ('pending', 'confirmed')) AS sold
    WHERE terms IS NOT NULL GROUP BY starts_at
"""
RESIZED = """
    unnest($2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::int[])
        AS r (starts_at, ends_at, blocked_from, blocked_until, capacity)
    WHERE l.session_id = $1 AND l.starts_at = r.starts_at AND l.occupied
"""
SHRINK = f"""
    UPDATE slots l SET blocked = l.blocked * tstzrange(r.blocked_from, r.blocked_until) FROM {RESIZED}
"""  # noqa: S608 - constant text
RESIZE = f"""
    UPDATE slots l SET capacity = r.capacity, ends_at = r.ends_at, blocked = tstzrange(r.blocked_from, r.blocked_until)
    FROM {RESIZED}
"""  # noqa: S608 - constant text


class PostgresSlots:
    """`Slots` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        row = await self._connection.fetchrow(ACQUIRE_QUOTE, session_id, starts_at, buyer_id)
        if row is None:
            raise NotFound
        return quote_from(row, starts_at)

    async def require_room(self, user_id: UUID, now: datetime, max_live: int) -> None:
        await self._connection.execute(BOOKINGS_OF, user_id)
        row = await self._connection.fetchrow(COUNT_LIVE, user_id, now, max_live)
        if row is not None and row["live"] >= max_live:
            raise TooManyBookings

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> bool:
        return await write_bookings(self._connection.fetchrow, [BookingEntry(quote=quote, booking=booking, job=job)])

    async def acquire_creator(self, creator_id: UUID) -> None:
        await self._connection.execute(SEATS_OF, creator_id)

    async def acquire_for_move(self, slot: Slot, booking: Booking) -> None:
        starts = [booking.starts_at, booking.requested_start, slot.starts_at]
        await self._connection.execute(ACQUIRE_FOR_MOVE, slot.session_id, starts, slot.creator_id, *_blocked(slot))

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        place = (slot.session_id, slot.creator_id, slot.starts_at, slot.ends_at, slot.capacity, booking.seats)
        kept = (booking.id, booking.status, booking.respond_by)
        step_values = (step.at, step.actor_id, step.from_status, step.reason, step.from_start)
        agreed = (booking.local_start, booking.time_zone)
        values = (*place, *kept, *step_values, *_blocked(slot), *agreed, *job_values(job), step.action)
        return await self._connection.fetchrow(MOVE, *values, step.to_start, booking.pay_by) is not None

    async def hold(self, slot: Slot, held: Booking) -> bool:
        # read under the lock of the slot, so it sees a booking that was waited for
        if await self._connection.fetchrow(IS_BOOKED, slot.creator_id, *slot.key, held.user_id) is not None:
            raise AlreadyBooked
        place = (slot.session_id, slot.creator_id, slot.starts_at, slot.ends_at, slot.capacity, held.seats)
        agreed = (held.local_start, held.time_zone)
        return await self._connection.fetchrow(HOLD, *place, *_blocked(slot), *agreed) is not None

    async def change_seats(self, booking: Booking, step: BookingStep) -> bool:
        kept = (booking.session_id, booking.starts_at, booking.id, booking.amount)
        step_values = (step.from_seats, step.to_seats, step.at, step.actor_id, step.action, step.reason)
        return await self._connection.fetchrow(CHANGE_SEATS, *kept, *step_values, booking.pay_by) is not None

    async def release(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        return await self._release(seats_of(bookings), with_lines=with_lines)

    async def release_held(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        return await self._release(seats_of(bookings, only_held=True), with_lines=with_lines)

    async def _release(self, seats: Sequence[tuple[datetime, UUID, int]], *, with_lines: bool) -> Sequence[Slot]:
        freed = list[Slot]()
        for starts_at, session_id, number in seats:
            row = await self._connection.fetchrow(RELEASE, session_id, starts_at, number, with_lines)
            if row is not None:
                slot = Slot(**row)
                is_saved = with_lines or not slot.waiting
                freed.append(slot if is_saved else replace(slot, seats_taken=slot.seats_taken - number))
        return freed

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        return tuple(Slot(**row) for row in await self._connection.fetch(ACQUIRE_UPCOMING, session_id, now))

    async def find_occupied(self, creator_id: UUID, begin: datetime, end: datetime) -> tuple[Slot, ...]:
        rows = await self._connection.fetch(FIND_OCCUPIED, creator_id, begin, end)
        return tuple(Slot(**row) for row in rows)

    async def find_sold_durations(self, session_id: UUID, now: datetime) -> Mapping[datetime, int]:
        rows = await self._connection.fetch(SOLD_DURATIONS, session_id, now)
        return {row["starts_at"]: row["duration"] for row in rows}

    async def resize(self, slots: Sequence[Slot]) -> None:
        if slots:
            names = ("starts_at", "ends_at", "blocked_from", "blocked_until", "capacity")
            values = [[getattr(slot, name) for slot in slots] for name in names]
            # the exclusion constraint is checked row by row: shrink all slots first, then grow them
            for statement in (SHRINK, RESIZE):
                await self._connection.execute(statement, slots[0].session_id, *values)


def _blocked(slot: Slot) -> tuple[datetime, datetime]:
    return slot.blocked_from, slot.blocked_until
