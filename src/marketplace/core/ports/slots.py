"""Slots: where seats are taken and given back. No adapter can oversell, whatever the services do."""

from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot, BookingQuote
from marketplace.core.domain.bookings import Booking, BookingStep
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.ports.jobs import Job


class Availabilities(Protocol):
    """Timetables as they are read, one statement each, outside a transaction."""

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        """The session's timetable for the window `[begin, end)`, whatever its state, or `None`.

        It has every occupied slot of the creator whose blocked time comes near enough to matter to a start there.
        """
        ...

    async def sold(self, creator_id: UUID, now: datetime) -> tuple[BookedSlot, ...]:
        """The creator's slots after `now` that have live bookings, by start."""
        ...


Reservation = Literal["reserved", "stale"]
"""`stale`: the slot is no longer as the offer read it, so the offer has to be read again."""


class Slots(Protocol):
    """Slots within a transaction.

    Held by every adapter itself: `0 ≤ seats_taken ≤ capacity`; of one creator's overlapping slots at most one has
    a seat taken; one person has at most one live booking in a slot.

    Lock order of all that touch them: buyers of the creator, session, seats of the creator, booking, slots by start.

    A job that is enqueued with seats has a subject; it is there if they are had.
    """

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        """What this buyer meets at this start. Raises `NotFound` when session or buyer do not exist.

        Until the transaction ends, the session is not edited and its creator not switched off; other buyers are
        let in. The slot is not locked.
        """
        ...

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> Reservation:
        """Add a booking with its first step, take its seats, enqueue a job; lock the slot until the transaction ends.

        `stale`, and nothing changed: the slot was occupied when the offer was read and is empty by now, or too few
        seats are left. Raises `CreatorUnavailable` when another occupied slot of the creator overlaps, `SoldOut` when
        the session has fewer seats than asked for, `AlreadyBooked`.
        """
        ...

    async def acquire_creator(self, creator_id: UUID) -> None:
        """Wait for, and hold until the transaction ends, the right to occupy slots of this creator."""
        ...

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        """Take the seats of a booking that were released elsewhere in this slot, and save the booking as it is there.

        A job is enqueued with it. Needs `acquire_creator`. False, and nothing changed, when too few seats are left.
        Raises as `reserve` does.
        """
        ...

    async def release(self, *bookings: Booking) -> None:
        """Give the seats of cancelled bookings of one slot back; lock the slot until the end."""
        ...

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        """The occupied slots of a session that start after `now`, by start, locked until the transaction ends.

        An empty one needs no attention: it takes the session's capacity and duration when it is opened again.
        """
        ...

    async def find_occupied(self, creator_id: UUID, begin: datetime, end: datetime) -> tuple[Slot, ...]:
        """The occupied slots of a creator whose blocked time overlaps `[begin, end)`, by start, not locked.

        With `acquire_creator` none is added until the transaction ends; one may still be given back.
        """
        ...

    async def resize(self, session: Session, schedule: Schedule | None, now: datetime) -> None:
        """Give the session's capacity, duration and buffers to its occupied slots after `now`.

        Needs `acquire_creator` and `acquire_upcoming`.

        Raises `CreatorUnavailable` when occupied slots would overlap, `SoldOut` when one has more seats taken.
        """
        ...
