"""Booking in two steps: read a quote, and write the booking that was decided upon it."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.ports.jobs import Job


class BookingQuotes(Protocol):
    """Quotes, each step a transaction of its own. Nothing is locked between them."""

    async def find(
        self, session_id: UUID, starts_at: datetime, buyer_id: UUID, now: datetime, key: IdempotencyKey | None = None
    ) -> BookingQuote | UUID | None:
        """Return the quote of this start for this buyer, or `None` if session or buyer do not exist.

        If the key was used within `TTL` before `now`, return the ID of the booking of that time. All is read at one
        point in time. Raises `KeyReused` if the key was used with another body.
        """
        ...

    async def accept(
        self,
        quote: BookingQuote,
        booking: Booking,
        job: Job | None = None,
        key: IdempotencyKey | None = None,
        *,
        max_live: int | None = None,
    ) -> None:
        """Add a booking with its first step, take its seats, enqueue a job, claim the key: all or nothing.

        Raises `StaleRead` if session, creator or buyer are no longer as quoted, if the slot was occupied in the quote
        and is empty now, if too few seats are left, or if the key is used; `CreatorUnavailable` if another occupied
        slot of the creator overlaps; `SoldOut` if the quoted capacity is lower than requested; `AlreadyBooked`;
        `TooManyBookings` if the buyer would have more than `max_live` upcoming live bookings;
        `OutcomeUnknown` if the connection is lost meanwhile. Waits for a concurrent request with the same key.

        A caller that is cancelled may have booked.
        """
        ...
