"""Upcoming booked starts of a creator, for staff."""

from datetime import datetime
from uuid import UUID

import msgspec

from marketplace.core.domain.booking_quotes import BookedSlot
from marketplace.core.domain.sessions import Title


class BookedSlotOut(msgspec.Struct, rename={"session_id": "session"}):
    """An upcoming booked start: its seats, its bookings and how many of them were just cancelled."""

    session_id: UUID
    title: Title
    starts_at: datetime
    ends_at: datetime
    seats: int
    bookings: int
    cancelled: int


def booked_slot_out(slot: BookedSlot, cancelled: frozenset[UUID] = frozenset()) -> BookedSlotOut:
    """Convert a slot; `cancelled` are IDs of bookings."""
    return BookedSlotOut(
        session_id=slot.session_id,
        title=slot.title,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        seats=slot.seats,
        bookings=len(slot.booking_ids),
        cancelled=len(cancelled & set(slot.booking_ids)),
    )
