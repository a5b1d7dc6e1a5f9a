"""Bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.bookings import (
    ANY_BOOKING,
    Booking,
    BookingDetails,
    BookingFilters,
    BookingHistory,
    BookingStep,
)
from marketplace.core.domain.pages import Page


class BookingLists(Protocol):
    """Bookings as they are read, one statement each, outside a transaction.

    Lists have what passes the filters, in the order asked for, ties by id in the same direction, by keyset. A page
    costs what it shows, whatever the person has besides. By creation with bounds of the start, and of what one person
    booked of one session, it costs what passes.
    """

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """One booking with its history, or `None`."""
        ...

    async def of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """Every booking of a start with its history, whatever its status, by id."""
        ...

    async def of_user(
        self, user_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """What a person booked."""
        ...

    async def of_creator(
        self, creator_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """What was booked of a creator's sessions."""
        ...


class Bookings(Protocol):
    """Bookings within a transaction. They are added where their seats are taken: see `Slots`."""

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """The booking with its history as it is now, not locked, or `None`."""
        ...

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        """The booking with its history, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """The live bookings of a slot, by id, locked until the transaction ends."""
        ...

    async def acquire_of_creator(self, creator_id: UUID, now: datetime) -> tuple[BookingHistory, ...]:
        """The live bookings of a creator that start after `now`, by id, locked until the transaction ends.

        None is added meanwhile if the creator was acquired with `acquire_with_sessions`.
        """
        ...

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Booking, ...]:
        """The live bookings of a session that start after `now`, by id, locked until the transaction ends."""
        ...

    async def save(self, booking: Booking, step: BookingStep) -> None:
        """Update its status and when it must be answered, and append the step."""
        ...

    async def save_all(self, changes: Sequence[tuple[Booking, BookingStep]]) -> None:
        """As `save`, of many different bookings."""
        ...
