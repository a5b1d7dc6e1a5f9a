"""Booking quotes: what a buyer can book at one start; and booked slots of a creator."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from marketplace.core.domain.bookings import Booking, BookingDetails, response_deadline
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import Slot, validate_start
from marketplace.core.domain.users import Contact
from marketplace.core.errors import (
    AlreadyBooked,
    NotBookable,
    NotFound,
    OwnSession,
    SoldOut,
    StaleRead,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSlot:
    """An upcoming start with its live bookings and their seats, pending ones included."""

    session_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    booking_ids: tuple[UUID, ...]


def by_slot(booking: Booking) -> tuple[datetime, UUID]:
    """Sort key that groups bookings by slot; slots are locked in this order."""
    return booking.starts_at, booking.session_id


def booked_slots_of(bookings: Iterable[BookingDetails]) -> tuple[BookedSlot, ...]:
    """Group bookings into slots, ordered by start."""
    found = []
    for _, grouped in groupby(sorted(bookings, key=by_slot), by_slot):
        of_slot = sorted(grouped, key=lambda booking: booking.id)
        first = of_slot[0]
        found.append(
            BookedSlot(
                session_id=first.session_id,
                title=first.session_details.title,
                starts_at=first.starts_at,
                ends_at=first.ends_at,
                seats=sum(booking.seats for booking in of_slot),
                booking_ids=tuple(booking.id for booking in of_slot),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingQuote:
    """The state of one start for one buyer: session, slot (`None` if never opened), and their own booking."""

    session: SessionDetails
    buyer: Contact
    starts_at: datetime
    slot: Slot | None
    already_booked: bool
    schedule: Schedule | None = None

    def new_slot(self) -> Slot:
        """Return the slot that a first booking would open."""
        return Slot.of(self.session, self.starts_at, schedule=self.schedule)

    def is_occupied(self) -> bool:
        """Return whether any seat is taken, which already excludes overlapping slots."""
        return self.slot is not None and self.slot.seats_taken > 0

    def check(self, seats: int, now: datetime) -> None:
        """Check, as far as was read, that this many seats can be booked.

        Raises `NotFound`, `OwnSession`, `AlreadyBooked`, `NotBookable`, `SoldOut`, and `StaleRead` if session and slot
        were read at different times.
        """
        session, taken = self.session, self.slot.seats_taken if self.slot else 0
        if session.archived_at is not None:
            raise NotFound
        if session.creator_id == self.buyer.id:
            raise OwnSession
        if not session.is_bookable():
            raise NotFound
        if validate_start(self.starts_at, now):
            raise NotBookable
        if self.schedule is not None and not self.schedule.is_bookable(self.starts_at, session.duration, now):
            raise NotBookable
        if self.already_booked:
            raise AlreadyBooked
        if self.slot is not None and taken and self.slot.capacity != session.max_participants:
            raise StaleRead  # the slot was read before the session edit this transaction waited for
        if taken + seats > session.max_participants:
            raise SoldOut

    def book(self, booking_id: UUID, seats: int, now: datetime) -> Booking:
        """Create the booking: confirmed, or pending if the creator has to confirm. Raises as `check`."""
        self.check(seats, now)
        session, is_asked = self.session, self.session.requires_confirmation
        return Booking(
            id=booking_id,
            session_id=session.id,
            creator_id=session.creator_id,
            user_id=self.buyer.id,
            starts_at=self.starts_at,
            ends_at=self.new_slot().ends_at,
            seats=seats,
            amount=session.price * seats,
            status="pending" if is_asked else "confirmed",
            created_at=now,
            respond_by=response_deadline(now, self.starts_at) if is_asked else None,
        )
