"""Slots: taking and releasing seats. No adapter can oversell, whatever the services do."""

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
    """Reads of availability, one statement each, outside a transaction."""

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        """Return the session's availability in the window `[begin, end)`, in any state, or `None`.

        Includes every occupied slot of the creator whose blocked time is near enough to affect a start in the window.
        """
        ...

    async def booked_slots(self, creator_id: UUID, now: datetime) -> tuple[BookedSlot, ...]:
        """Return the creator's slots after `now` that have live bookings, by start."""
        ...


Reservation = Literal["reserved", "stale"]
"""`stale`: the slot changed after the quote was read; read the quote again."""


class Slots(Protocol):
    """Slots within a transaction.

    Every adapter enforces: `0 ≤ seats_taken ≤ capacity`; of overlapping slots of one creator, at most one has a booked
    seat; a user has at most one live booking per slot. Locks are taken in the order that `ARCHITECTURE.md` gives. Jobs
    enqueued together with seats have a subject and are stored only if the seats were taken.
    """

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        """Return the quote of this start for this buyer. Raises `NotFound` if session or buyer do not exist.

        Until the transaction ends, the session cannot be edited nor its creator deactivated; other buyers do not wait.
        The slot is not locked.
        """
        ...

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> Reservation:
        """Add a booking with its first step, take its seats, enqueue a job; lock the slot until the transaction ends.

        Returns `stale` and changes nothing if the slot was occupied in the quote and is empty now, or if too few seats
        are left. Raises `CreatorUnavailable` if another occupied slot of the creator overlaps, `SoldOut` if the
        session's capacity is lower than requested, `AlreadyBooked`.
        """
        ...

    async def acquire_creator(self, creator_id: UUID) -> None:
        """Lock the right to occupy slots of this creator until the transaction ends."""
        ...

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        """Take seats in this slot for a booking whose old seats were released, save the booking, and enqueue the job.

        Needs `acquire_creator`. Returns `False` and changes nothing if too few seats are left. Raises as `reserve`
        does.
        """
        ...

    async def release(self, *bookings: Booking) -> None:
        """Release the seats of bookings of one slot; lock the slot until the transaction ends."""
        ...

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        """Return the session's occupied slots that start after `now`, by start, locked until the transaction ends.

        Empty slots are omitted: they take the session's capacity and duration when reopened.
        """
        ...

    async def find_occupied(self, creator_id: UUID, begin: datetime, end: datetime) -> tuple[Slot, ...]:
        """Return a creator's occupied slots whose blocked time overlaps `[begin, end)`, by start, not locked.

        With `acquire_creator`, none is added until the transaction ends; seats may still be released.
        """
        ...

    async def resize(self, session: Session, schedule: Schedule | None, now: datetime) -> None:
        """Apply the session's capacity, duration and buffers to its occupied slots after `now`.

        Needs `acquire_creator` and `acquire_upcoming`. Raises `CreatorUnavailable` if occupied slots would overlap,
        `SoldOut` if one has more booked seats than the capacity.
        """
        ...
