"""Bookings."""

import asyncio
from collections.abc import Callable
from dataclasses import fields, replace
from uuid import UUID

from marketplace.adapters.memory.database import Database, Rows
from marketplace.adapters.memory.pages import newest_first
from marketplace.adapters.memory.sessions import session_details
from marketplace.adapters.memory.users import contact
from marketplace.core.entities.bookings import LIVE, Booking, BookingDetails, BookingHistory, BookingStep
from marketplace.core.entities.pages import Page
from marketplace.core.errors import NotFound


class MemoryBookingLists:
    """Bookings as they are read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """One booking with its steps."""
        await asyncio.sleep(0)
        booking = self._database.bookings.rows.get(booking_id)
        if booking is None:
            return None
        details, steps = self._details(booking), self._database.steps.rows[booking_id]
        shown = {field.name: getattr(details, field.name) for field in fields(BookingDetails)}
        return BookingHistory(**shown, history=steps)

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[BookingDetails]:
        """One page of what a person booked."""
        return await self._page(lambda booking: booking.user_id == user_id, limit, after)

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None) -> Page[BookingDetails]:
        """One page of what was booked of a creator's sessions."""
        return await self._page(lambda booking: booking.creator_id == creator_id, limit, after)

    async def _page(self, belongs: Callable[[Booking], bool], limit: int, after: str | None) -> Page[BookingDetails]:
        await asyncio.sleep(0)
        page = newest_first(filter(belongs, self._database.bookings.rows.values()), limit, after)
        return Page(tuple(self._details(booking) for booking in page.items), page.next)

    def _details(self, booking: Booking) -> BookingDetails:
        users = self._database.users.rows
        session = self._database.sessions.rows[booking.session_id]
        slot = self._database.slots.rows[booking.session_id, booking.starts_at]
        shown = {field.name: getattr(booking, field.name) for field in fields(Booking)}
        return BookingDetails(
            **shown | {"ends_at": slot.ends_at},
            session_details=session_details(session, users[session.creator_id], contact),
            user_details=contact(users[booking.user_id]),
        )


class MemoryBookings:
    """Bookings within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def acquire(self, booking_id: UUID) -> Booking:
        """The booking, locked."""
        booking = await self._rows.acquire(self._database.bookings, booking_id)
        if booking is None:
            raise NotFound
        slot = self._rows.find(self._database.slots, (booking.session_id, booking.starts_at))
        return replace(booking, ends_at=slot.ends_at) if slot else booking

    async def save(self, booking: Booking, step: BookingStep) -> None:
        """Its new status and the step; one that no longer holds seats leaves room for the same person's next."""
        before = await self.acquire(booking.id)
        steps = self._rows.find(self._database.steps, booking.id) or ()
        self._rows.put(self._database.bookings, booking.id, replace(before, status=booking.status))
        self._rows.put(self._database.steps, booking.id, (*steps, step))
        if booking.status not in LIVE:
            seat = (before.user_id, before.session_id, before.starts_at)
            await self._rows.lock(self._database.seats, seat)
            self._rows.drop(self._database.seats, seat)
