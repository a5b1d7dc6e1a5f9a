"""Slots in PostgreSQL: where a seat is taken.

Lock order: buyers of the creator, session, seats of the creator, booking, slots by start. The row of a busy slot is
what everybody waits for, so taking its seats and adding the booking are one statement, and the commit comes next.
"""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.locks import AS_BUYER, SEATS_OF
from marketplace.adapters.postgres.pool import Connection
from marketplace.adapters.postgres.rows import BOOKING, CONTACT, SESSION_WITH_CONTACT, booked_session, columns, contact
from marketplace.core.entities.bookings import Booking, BookingStep
from marketplace.core.entities.sessions import Session
from marketplace.core.entities.slots import Offer, Slot
from marketplace.core.errors import NotFound

SLOT = ("session_id", "creator_id", "starts_at", "ends_at", "capacity", "seats_taken")

# FOR KEY SHARE is the lock that the foreign keys take anyway. After a wait for an edit it also reads the session and
# its creator as the edit left them, where the statement's own snapshot is older; the slot is checked again when taken.
ACQUIRE_OFFER = f"""
    WITH {AS_BUYER}
    SELECT {SESSION_WITH_CONTACT}, ({columns("b", CONTACT)}) AS buyer, l.session_id IS NOT NULL AS opened,
        ({columns("l", SLOT)}) AS slot,
        EXISTS (SELECT FROM bookings k WHERE k.user_id = $3 AND k.session_id = $1 AND k.starts_at = $2
            AND k.status IN ('pending', 'confirmed')) AS already_booked
    FROM turn, sessions s
        JOIN users c ON c.id = s.creator_id
        JOIN users b ON b.id = $3
        LEFT JOIN slots l ON l.session_id = s.id AND l.starts_at = $2
    WHERE s.id = $1
    FOR KEY SHARE OF s, c
"""  # noqa: S608 - column names
BOOKED = """
    booked AS (
        INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at,
            answer_by)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM taken RETURNING id)
    INSERT INTO booking_steps (booking_id, at, actor_id, from_status, to_status, reason)
    SELECT id, $9, $4, NULL, $8, '' FROM booked RETURNING booking_id
"""
TAKE = f"""
    WITH taken AS (
        UPDATE slots SET seats_taken = seats_taken + $6
        WHERE session_id = $2 AND starts_at = $5 AND occupied AND seats_taken + $6 <= capacity
        RETURNING 1),
    {BOOKED}
"""  # noqa: S608 - constant text
OPENED = """
    taken AS (
        INSERT INTO slots AS l (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
        VALUES ({session}, {creator}, {start}, {end}, tstzrange({start}, {end}), {capacity}, {seats})
        ON CONFLICT (session_id, starts_at) DO UPDATE
            SET seats_taken = l.seats_taken + {seats}, ends_at = {end}, blocked = tstzrange({start}, {end}),
                capacity = {capacity}
            WHERE l.seats_taken + {seats} <= {capacity}
        RETURNING 1)
"""
OPEN = "WITH {}, {}".format(
    OPENED.format(session="$2", creator="$3", start="$5", end="$11", capacity="$12", seats="$6"), BOOKED
)
MOVE = """
    WITH {},
    moved AS (UPDATE bookings SET starts_at = $3, status = $8, answer_by = $9 FROM taken WHERE id = $7 RETURNING id)
    INSERT INTO booking_steps (booking_id, at, actor_id, from_status, to_status, reason)
    SELECT id, $10, $11, $12, $8, $13 FROM moved RETURNING booking_id
""".format(  # noqa: S608 - constant text
    OPENED.format(session="$1", creator="$2", start="$3", end="$4", capacity="$5", seats="$6")
)
RELEASE = "UPDATE slots SET seats_taken = seats_taken - $3 WHERE session_id = $1 AND starts_at = $2"
ACQUIRE_UPCOMING = f"""
    SELECT {", ".join(SLOT)} FROM slots WHERE session_id = $1 AND starts_at > $2 AND occupied
    ORDER BY starts_at FOR UPDATE
"""  # noqa: S608 - column names
RESHAPE = """
    UPDATE slots SET capacity = $3, ends_at = starts_at + make_interval(mins => $4),
        blocked = tstzrange(starts_at, starts_at + make_interval(mins => $4))
    WHERE session_id = $1 AND starts_at > $2 AND occupied
"""


class PostgresSlots:
    """`Slots` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def acquire_offer(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> Offer:
        """See the port."""
        row = await self._connection.fetchrow(ACQUIRE_OFFER, session_id, starts_at, buyer_id)
        if row is None:
            raise NotFound
        return Offer(
            session=booked_session(row),
            buyer=contact(row["buyer"]),
            starts_at=starts_at,
            slot=Slot(**dict(zip(SLOT, row["slot"], strict=True))) if row["opened"] else None,
            already_booked=row["already_booked"],
        )

    async def take(self, booking: Booking) -> bool:
        """See the port."""
        return await self._connection.fetchrow(TAKE, *_values(booking)) is not None

    async def acquire_creator(self, creator_id: UUID) -> None:
        """See the port."""
        await self._connection.execute(SEATS_OF, creator_id)

    async def open(self, slot: Slot, booking: Booking) -> bool:
        """See the port."""
        row = await self._connection.fetchrow(OPEN, *_values(booking), slot.ends_at, slot.capacity)
        return row is not None

    async def move(self, slot: Slot, booking: Booking, step: BookingStep) -> bool:
        """See the port."""
        place = (slot.session_id, slot.creator_id, slot.starts_at, slot.ends_at, slot.capacity, booking.seats)
        kept = (booking.id, booking.status, booking.answer_by)
        stepped = (step.at, step.actor_id, step.from_status, step.reason)
        return await self._connection.fetchrow(MOVE, *place, *kept, *stepped) is not None

    async def release(self, booking: Booking) -> None:
        """See the port."""
        await self._connection.execute(RELEASE, booking.session_id, booking.starts_at, booking.seats)

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        """See the port."""
        return tuple(Slot(**row) for row in await self._connection.fetch(ACQUIRE_UPCOMING, session_id, now))

    async def reshape(self, session: Session, now: datetime) -> None:
        """See the port."""
        await self._connection.execute(RESHAPE, session.id, now, session.max_participants, session.duration)


def _values(booking: Booking) -> tuple[object, ...]:
    return tuple(getattr(booking, name) for name in BOOKING)
