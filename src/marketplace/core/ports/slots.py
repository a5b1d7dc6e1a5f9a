"""Slots: taking and releasing seats. No adapter can oversell, whatever the services do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot, BookingQuote
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page
from marketplace.core.domain.slots import Slot
from marketplace.core.ports.jobs import Job


class Availabilities(Protocol):
    """Reads of availability, one statement each, outside a transaction."""

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        """Return the session's availability in the window `[begin, end)`, in any state, or `None`.

        Includes every occupied slot of the creator whose blocked time is near enough to affect a start in the window.
        """
        ...

    async def find_all(self, session_ids: Sequence[UUID], begin: datetime, end: datetime) -> tuple[Availability, ...]:
        """Return the availability of several sessions as `find` does, in any order, without those that don't exist."""
        ...

    async def booked_slots(
        self, creator_id: UUID, now: datetime, limit: int, after: str | None = None
    ) -> Page[BookedSlot]:
        """Return a page of the creator's slots after `now` that have live bookings, by start."""
        ...


class Slots(Protocol):
    """Slots within a transaction.

    Every adapter enforces: `0 ≤ seats_taken ≤ capacity`; of overlapping slots of one creator, at most one has a booked
    seat; a user has at most one live booking per slot. Locks are taken in the order that `ARCHITECTURE.md` gives. Jobs
    enqueued together with seats have a subject and are stored only if the seats were taken.
    """

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        """Return the quote of this start for this buyer. Raises `NotFound` if session or buyer do not exist.

        Until the transaction ends, the session cannot be edited nor its creator or the buyer deactivated; other buyers
        do not wait.
        The slot is not locked.
        """
        ...

    async def require_room(self, user_id: UUID, now: datetime, max_live: int) -> None:
        """Check that a person has fewer than `max_live` live bookings after `now`. Raises `TooManyBookings`.

        Until the transaction ends, others that add a booking of this person wait. Locks after `acquire_quote`.
        """
        ...

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> bool:
        """Do what `BookingQuotes.accept` does, without a key; lock the slot until the transaction ends.

        Returns `False` and changes nothing where that raises `StaleRead`.
        """
        ...

    async def acquire_creator(self, creator_id: UUID) -> None:
        """Lock the right to occupy slots of this creator until the transaction ends; those who book share it."""
        ...

    async def acquire_for_move(self, slot: Slot, booking: Booking) -> None:
        """Lock the slots that moving the booking to this one, or requesting it, can release, occupy or wait for.

        These are the booking's, this one, and occupied ones that overlap it, all in order of start. Needs
        `acquire_creator`.
        """
        ...

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        """Take seats in this slot for a booking whose seats were released, save it with its step, and enqueue the job.

        A slot that others occupy is never shortened. Needs `acquire_creator` and, before the release,
        `acquire_for_move`, unless all bookings of the creator are acquired. Returns `False` and changes nothing if too
        few seats are left. Raises as `reserve` does.
        """
        ...

    async def hold(self, slot: Slot, held: Booking) -> bool:
        """Hold seats in this slot, which a booking requests, in addition to its own; `held` is as it would be here.

        Needs as `move`. Returns `False` and changes nothing if too few seats are left. Raises as `reserve`
        does.
        """
        ...

    async def change_seats(self, booking: Booking, step: BookingStep) -> bool:
        """Take or give back the seats by which the step changes an acquired live booking; save it with the step.

        Saves its seats, amount and `pay_by`. Returns `False` and changes nothing if too few seats are left.
        """
        ...

    async def release(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        """Release the seats of bookings, those held at requested starts too; lock the slots by start, and return them.

        Use `waitlist_lines.release`, which offers them to those who wait. Without `with_lines`, slots that people wait
        for are returned as they are to be saved, but not saved.
        """
        ...

    async def release_held(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        """Release only the seats that are held at requested starts, likewise."""
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

    async def find_sold_durations(self, session_id: UUID, now: datetime) -> Mapping[datetime, int]:
        """Return the longest duration (minutes) sold or held at each start of the session after `now`, not locked.

        If the session is acquired, none is sold until the transaction ends; bookings may still be cancelled.
        """
        ...

    async def resize(self, slots: Sequence[Slot]) -> None:
        """Save capacity, end and blocked time of occupied slots of one session.

        Needs `acquire_creator` and `acquire_upcoming`. Raises `CreatorUnavailable` if occupied slots would overlap,
        `SoldOut` if one has more booked seats than the capacity.
        """
        ...
