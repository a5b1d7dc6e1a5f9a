"""Bookings."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.events import add_step
from marketplace.adapters.memory.pages import Moment, moment_from, moment_text, page_of
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.bookings import (
    ANY_BOOKING,
    LIVE,
    Booking,
    BookingDetails,
    BookingFilters,
    BookingHistory,
    BookingStep,
)
from marketplace.core.domain.pages import Page
from marketplace.core.domain.users import contact
from marketplace.core.errors import NotFound


class MemoryBookingLists:
    """Bookings as they are read."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """One booking with its steps."""
        await asyncio.sleep(0)
        booking = self._database.bookings.rows.get(booking_id)
        return None if booking is None else booking_history(Rows(self._database), booking)

    async def of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """Every booking of a start with its steps."""
        await asyncio.sleep(0)
        there = (session_id, starts_at)
        found = (b for b in self._database.bookings.rows.values() if (b.session_id, b.starts_at) == there)
        rows = Rows(self._database)
        return tuple(booking_history(rows, booking) for booking in sorted(found, key=lambda booking: booking.id))

    async def of_user(
        self, user_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """One page of what a person booked."""
        own = (booking for booking in self._database.bookings.rows.values() if booking.user_id == user_id)
        return await self._page(own, limit, after, filters)

    async def of_creator(
        self, creator_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        """One page of what was booked of a creator's sessions."""
        own = (booking for booking in self._database.bookings.rows.values() if booking.creator_id == creator_id)
        return await self._page(own, limit, after, filters)

    async def _page(
        self, own: Iterable[Booking], limit: int, after: str | None, filters: BookingFilters
    ) -> Page[BookingDetails]:
        await asyncio.sleep(0)

        def place(booking: Booking) -> Moment:
            return (booking.created_at if "created_at" in filters.ordering else booking.starts_at), booking.id

        last, descends = after and moment_from(json.loads(after)), filters.ordering.startswith("-")
        found = sorted(filter(filters.matches, own), key=place, reverse=descends)
        left = [each for each in found if not last or (place(each) < last if descends else place(each) > last)]
        page = page_of(left, limit, lambda booking: json.dumps(moment_text(place(booking))))
        return Page(tuple(booking_details(Rows(self._database), booking) for booking in page.items), page.next)


def _shown(rows: Rows, booking: Booking) -> Booking:
    """A booking as it reads: when it ends is its slot's to say."""
    return replace(booking, ends_at=rows.get(rows.database.slots, (booking.session_id, booking.starts_at)).ends_at)


def booking_details(rows: Rows, booking: Booking) -> BookingDetails:
    """A booking with its session and both parties."""
    database, shown = rows.database, _shown(rows, booking)
    session = rows.get(database.sessions, booking.session_id)
    return BookingDetails(
        **{field.name: getattr(shown, field.name) for field in fields(Booking)},
        session_details=session_details(rows, session, contact),
        user_details=contact(rows.get(database.users, booking.user_id)),
    )


def booking_history(rows: Rows, booking: Booking) -> BookingHistory:
    """A booking with every step of its life."""
    details = booking_details(rows, booking)
    shown = {field.name: getattr(details, field.name) for field in fields(BookingDetails)}
    return BookingHistory(**shown, history=rows.get(rows.database.steps, booking.id))


class MemoryBookings:
    """Bookings within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        """The booking."""
        await asyncio.sleep(0)
        booking = self._rows.find(self._database.bookings, booking_id)
        return None if booking is None else booking_history(self._rows, booking)

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        """The booking, locked."""
        booking = await self._rows.acquire(self._database.bookings, booking_id)
        if booking is None:
            raise NotFound
        return booking_history(self._rows, booking)

    async def acquire_of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """The live bookings of a slot, locked one after another."""
        there = (session_id, starts_at)
        found = [b.id for b in self._rows.all(self._database.bookings) if (b.session_id, b.starts_at) == there]
        acquired = [await self.acquire(booking_id) for booking_id in sorted(found)]
        return tuple(b for b in acquired if (b.session_id, b.starts_at) == there and b.status in LIVE)

    async def acquire_of_creator(self, creator_id: UUID, now: datetime) -> tuple[BookingHistory, ...]:
        """The live bookings to come of all their sessions, locked one after another."""
        theirs = (b for b in self._rows.all(self._database.bookings) if b.creator_id == creator_id)
        acquired = [await self.acquire(booking_id) for booking_id in sorted(b.id for b in theirs)]
        return tuple(b for b in acquired if b.starts_at > now and b.status in LIVE)

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Booking, ...]:
        """The live bookings to come, locked one after another."""
        for booking_id in sorted(booking.id for booking in self._upcoming(session_id, now)):
            await self._rows.lock(self._database.bookings, booking_id)
        found = sorted(self._upcoming(session_id, now), key=lambda booking: booking.id)
        return tuple(_shown(self._rows, booking) for booking in found)

    def _upcoming(self, session_id: UUID, now: datetime) -> Iterator[Booking]:
        for booking in self._rows.all(self._database.bookings):
            if booking.session_id == session_id and booking.starts_at > now and booking.status in LIVE:
                yield booking

    async def save_all(self, changes: Sequence[tuple[Booking, BookingStep]]) -> None:
        """One after another."""
        for booking, step in changes:
            await self.save(booking, step)

    async def save(self, booking: Booking, step: BookingStep) -> None:
        """Its new status and the step; one that no longer holds seats leaves room for the same person's next."""
        before = await self._rows.acquire(self._database.bookings, booking.id)
        if before is None:
            raise NotFound
        self._rows.put(
            self._database.bookings, booking.id, replace(before, status=booking.status, respond_by=booking.respond_by)
        )
        add_step(self._rows, step)
        if booking.status not in LIVE:
            seat = (before.user_id, before.session_id, before.starts_at)
            await self._rows.lock(self._database.seats, seat)
            self._rows.drop(self._database.seats, seat)
