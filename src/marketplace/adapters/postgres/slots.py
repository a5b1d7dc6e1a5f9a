"""Slots in PostgreSQL: seats are taken here.

The row of a busy slot is the bottleneck, so taking seats, adding the booking and enqueueing its job are one statement,
followed by the commit.
"""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.locks import AS_BUYER, SEATS_OF
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.jobs.enqueue import enqueued_with, job_values
from marketplace.adapters.postgres.rows import (
    BOOKING,
    CONTACT,
    SESSION_WITH_CONTACT,
    SESSION_WITH_CREATOR,
    booked_session,
    columns,
    contact,
    session_details,
)
from marketplace.adapters.postgres.schedules import schedule_from
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot, BookingQuote
from marketplace.core.domain.bookings import Booking, BookingStep
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import NotFound
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.slots import Reservation

SLOT = ("session_id", "creator_id", "starts_at", "ends_at", "capacity", "seats_taken")
SLOT_FIELDS = (*SLOT, "blocked_from", "blocked_until")
BLOCKED = "lower(l.blocked) AS blocked_from, upper(l.blocked) AS blocked_until"

# FOR KEY SHARE is the lock that the foreign keys acquire anyway. After waiting for an edit, it also reads the new rows
# of session and creator, although the snapshot of the statement is older. The slot is checked again when taking seats.
ACQUIRE_QUOTE = f"""
    WITH {AS_BUYER}
    SELECT {SESSION_WITH_CONTACT}, ({columns("b", CONTACT)}) AS buyer, l.session_id IS NOT NULL AS opened,
        ({columns("l", SLOT)}, lower(l.blocked), upper(l.blocked)) AS slot, s.schedule,
        EXISTS (SELECT FROM bookings k WHERE k.user_id = $3 AND k.session_id = $1 AND k.starts_at = $2
            AND k.status IN ('pending', 'confirmed')) AS already_booked
    FROM turn, sessions s
        JOIN users c ON c.id = s.creator_id
        JOIN users b ON b.id = $3
        LEFT JOIN slots l ON l.session_id = s.id AND l.starts_at = $2
    WHERE s.id = $1
    FOR KEY SHARE OF s, c
"""  # noqa: S608 - column names
BOOKED = f"""
    booked AS (
        INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at,
            answer_by)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM taken RETURNING id),
    {enqueued_with("booked", 11)}
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason)
    SELECT id, $9, $4, 'book', NULL, $8, '' FROM booked RETURNING booking_id
"""  # noqa: S608 - constant text
TAKE = f"""
    WITH taken AS (
        UPDATE slots SET seats_taken = seats_taken + $6
        WHERE session_id = $2 AND starts_at = $5 AND occupied AND seats_taken + $6 <= capacity
        RETURNING 1),
    {BOOKED}
"""  # noqa: S608 - constant text
OCCUPY = """
    taken AS (
        INSERT INTO slots AS l (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
        VALUES ({session}, {creator}, {start}, {end}, tstzrange({blocked_from}, {blocked_until}), {capacity}, {seats})
        ON CONFLICT (session_id, starts_at) DO UPDATE
            SET seats_taken = l.seats_taken + {seats}, ends_at = {end}, capacity = {capacity},
                blocked = tstzrange({blocked_from}, {blocked_until})
            WHERE l.seats_taken + {seats} <= {capacity}
        RETURNING 1)
"""
OPEN = "WITH {}, {}".format(
    OCCUPY.format(
        session="$2",
        creator="$3",
        start="$5",
        end="$14",
        capacity="$15",
        seats="$6",
        blocked_from="$16",
        blocked_until="$17",
    ),
    BOOKED,
)
MOVE = """
    WITH {},
    moved AS (UPDATE bookings SET starts_at = $3, status = $8, answer_by = $9 FROM taken WHERE id = $7 RETURNING id),
    {}
    INSERT INTO booking_steps (booking_id, at, actor_id, action, from_status, to_status, reason, from_start, to_start)
    SELECT id, $10, $11, 'reschedule', $12, $8, $13, $14, $3 FROM moved RETURNING booking_id
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
    ),
    enqueued_with("moved", 17),
)
RELEASE = "UPDATE slots SET seats_taken = seats_taken - $3 WHERE session_id = $1 AND starts_at = $2"
ACQUIRE_UPCOMING = f"""
    SELECT {columns("l", SLOT)}, {BLOCKED} FROM slots l WHERE session_id = $1 AND starts_at > $2 AND occupied
    ORDER BY starts_at FOR UPDATE
"""  # noqa: S608 - column names
FIND_OCCUPIED = f"""
    SELECT {columns("l", SLOT)}, {BLOCKED} FROM slots l
    WHERE creator_id = $1 AND occupied AND blocked && tstzrange($2, $3) ORDER BY starts_at
"""  # noqa: S608 - column names
SHRINK = """
    UPDATE slots SET blocked = blocked * tstzrange(
        starts_at - make_interval(mins => $4::int), starts_at + make_interval(mins => $3::int + $5::int))
    WHERE session_id = $1 AND starts_at > $2 AND occupied
"""
RESIZE = """
    UPDATE slots SET capacity = $3, ends_at = starts_at + make_interval(mins => $4),
        blocked = tstzrange(starts_at - make_interval(mins => $5), starts_at + make_interval(mins => $4 + $6))
    WHERE session_id = $1 AND starts_at > $2 AND occupied
"""


AVAILABILITY = f"""
    SELECT {SESSION_WITH_CREATOR}, s.schedule, ARRAY(
        SELECT ({columns("l", SLOT)}, lower(l.blocked), upper(l.blocked)) FROM slots l
        WHERE l.creator_id = s.creator_id AND l.occupied AND l.blocked && tstzrange(
            $2::timestamptz - make_interval(mins => coalesce((s.schedule->>'buffer_before')::int, 0)),
            $3::timestamptz
                + make_interval(mins => s.duration + coalesce((s.schedule->>'buffer_after')::int, 0)))) AS occupied
    FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = $1
"""  # noqa: S608 - column names
SOLD = """
    SELECT b.session_id, s.title, b.starts_at, l.ends_at, sum(b.seats)::int AS seats,
        array_agg(b.id ORDER BY b.id) AS booking_ids
    FROM bookings b
        JOIN slots l ON l.session_id = b.session_id AND l.starts_at = b.starts_at
        JOIN sessions s ON s.id = b.session_id
    WHERE b.creator_id = $1 AND b.starts_at > $2 AND b.status IN ('pending', 'confirmed')
    GROUP BY b.session_id, s.title, b.starts_at, l.ends_at ORDER BY b.starts_at, b.session_id
"""


class PostgresAvailabilities:
    """`Availabilities` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        row = await self._database.fetchrow(AVAILABILITY, session_id, begin, end)
        if row is None:
            return None
        return Availability(
            session=session_details(row),
            schedule=schedule_from(row["schedule"]),
            occupied=tuple(Slot(**dict(zip(SLOT_FIELDS, slot, strict=True))) for slot in row["occupied"]),
        )

    async def booked_slots(self, creator_id: UUID, now: datetime) -> tuple[BookedSlot, ...]:
        rows = await self._database.fetch(SOLD, creator_id, now)
        return tuple(BookedSlot(**dict(row) | {"booking_ids": tuple(row["booking_ids"])}) for row in rows)


class PostgresSlots:
    """`Slots` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        row = await self._connection.fetchrow(ACQUIRE_QUOTE, session_id, starts_at, buyer_id)
        if row is None:
            raise NotFound
        return BookingQuote(
            session=booked_session(row),
            buyer=contact(row["buyer"]),
            starts_at=starts_at,
            slot=Slot(**dict(zip(SLOT_FIELDS, row["slot"], strict=True))) if row["opened"] else None,
            already_booked=row["already_booked"],
            schedule=schedule_from(row["schedule"]),
        )

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> Reservation:
        """Take seats. An occupied slot already excludes others, so it needs no lock of the creator."""
        if quote.is_occupied():
            return "reserved" if await self._take(booking, job) else "stale"
        await self.acquire_creator(booking.creator_id)
        return "reserved" if await self._open(quote.new_slot(), booking, job) else "stale"

    async def _take(self, booking: Booking, job: Job | None) -> bool:
        return await self._connection.fetchrow(TAKE, *_values(booking), *job_values(job)) is not None

    async def acquire_creator(self, creator_id: UUID) -> None:
        await self._connection.execute(SEATS_OF, creator_id)

    async def _open(self, slot: Slot, booking: Booking, job: Job | None) -> bool:
        place = (slot.ends_at, slot.capacity, *_blocked(slot))
        return await self._connection.fetchrow(OPEN, *_values(booking), *job_values(job), *place) is not None

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        place = (slot.session_id, slot.creator_id, slot.starts_at, slot.ends_at, slot.capacity, booking.seats)
        kept = (booking.id, booking.status, booking.respond_by)
        step_values = (step.at, step.actor_id, step.from_status, step.reason, step.from_start)
        values = (*place, *kept, *step_values, *_blocked(slot), *job_values(job))
        return await self._connection.fetchrow(MOVE, *values) is not None

    async def release(self, *bookings: Booking) -> None:
        if bookings:
            there = (bookings[0].session_id, bookings[0].starts_at)
            await self._connection.execute(RELEASE, *there, sum(booking.seats for booking in bookings))

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        return tuple(Slot(**row) for row in await self._connection.fetch(ACQUIRE_UPCOMING, session_id, now))

    async def find_occupied(self, creator_id: UUID, begin: datetime, end: datetime) -> tuple[Slot, ...]:
        rows = await self._connection.fetch(FIND_OCCUPIED, creator_id, begin, end)
        return tuple(Slot(**row) for row in rows)

    async def resize(self, session: Session, schedule: Schedule | None, now: datetime) -> None:
        buffers = (schedule.buffer_before, schedule.buffer_after) if schedule else (0, 0)
        shape = (session.max_participants, session.duration, *buffers)
        # the exclusion constraint is checked row by row: shrink all slots first, then grow them
        await self._connection.execute(SHRINK, session.id, now, session.duration, *buffers)
        await self._connection.execute(RESIZE, session.id, now, *shape)


def _values(booking: Booking) -> tuple[object, ...]:
    return tuple(getattr(booking, name) for name in BOOKING)


def _blocked(slot: Slot) -> tuple[datetime, datetime]:
    return slot.blocked_from, slot.blocked_until
