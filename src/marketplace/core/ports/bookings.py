"""Reading and writing bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.booking_details import ANY_BOOKING, BookingDetails, BookingFilters, BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page


class BookingLists(Protocol):
    """Reads of bookings, one statement each, outside a transaction.

    Lists return matches in the requested order, ties by ID in the same direction, paged by keyset. A page costs what it
    returns, however many bookings the user has. Ordered by creation with bounds on the start, or for one user and one
    session, it costs all matches.
    """

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """Return a booking with its history, or `None`."""
        ...

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        """Return the bookings that exist among these with their histories, by ID. One statement."""
        ...

    async def of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """Return every booking of a start with its history, of any status, by ID."""
        ...

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        """Return whether the user has a booking of the session that is not cancelled."""
        ...

    async def has_seat(self, user_id: UUID, session_id: UUID) -> bool:
        """Return whether the user has a confirmed booking of the session."""
        ...

    async def of_user(
        self, user_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """Return a page of a learner's bookings."""
        ...

    async def of_creator(
        self, creator_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """Return a page of the bookings of a creator's sessions."""
        ...


class Bookings(Protocol):
    """Bookings within a transaction. They are added together with their seats: see `Slots`."""

    async def record_missing_terms(self, maximum: int) -> int:
        """Fill the terms of bookings that an earlier release wrote without, from their session as it stands.

        Skips rows that another transaction has locked. Returns the number of bookings filled.
        """
        ...

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """Return a booking with its history, not locked, or `None`."""
        ...

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        """Return the bookings that exist among these with their histories, not locked, by ID. One statement."""
        ...

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        """Return a booking with its history, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """Return the live bookings of a slot, and those that request it, by ID, locked until the transaction ends."""
        ...

    async def acquire_of_creator(self, creator_id: UUID, now: datetime) -> tuple[BookingHistory, ...]:
        """Return a creator's live bookings that start after `now`, by ID, locked until the transaction ends.

        No booking is added meanwhile if the creator was acquired with `acquire_with_sessions`.
        """
        ...

    async def upcoming_starts(self, user_id: UUID, now: datetime) -> tuple[datetime, ...]:
        """Return the starts of a learner's live bookings that start after `now`, earliest first, at most 100.

        None is added meanwhile if the learner was acquired with `acquire_with_sessions`.
        """
        ...

    async def starts_without_address(self, session_id: UUID, now: datetime) -> tuple[datetime, ...]:
        """Return the starts after `now` of a session's live bookings without an address, earliest first, at most 100.

        If the session is acquired, none is added until the transaction ends.
        """
        ...

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        """Return whether the user has a booking of the session that is not cancelled."""
        ...

    async def save(self, booking: Booking, step: BookingStep) -> None:
        """Update status, `respond_by` and the requested start with its held seats, and append the step."""
        ...

    async def save_all(self, changes: Sequence[tuple[Booking, BookingStep]]) -> None:
        """Save many different bookings."""
        ...
