"""Bookings."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.events import add_step
from marketplace.adapters.memory.pages import Moment, moment_from, moment_text, page_of
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.booking_details import ANY_BOOKING, BookingDetails, BookingFilters, BookingHistory
from marketplace.core.domain.booking_steps import LIVE, BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page
from marketplace.core.domain.users import contact
from marketplace.core.errors import NotFound


class MemoryBookingLists:
    """`BookingLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        await asyncio.sleep(0)
        booking = self._database.bookings.rows.get(booking_id)
        return None if booking is None else booking_history(Rows(self._database), booking)

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        await asyncio.sleep(0)
        rows, bookings = Rows(self._database), self._database.bookings.rows
        return tuple(booking_history(rows, bookings[each]) for each in sorted(booking_ids) if each in bookings)

    async def of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        await asyncio.sleep(0)
        slot_key = (session_id, starts_at)
        found = (b for b in self._database.bookings.rows.values() if (b.session_id, b.starts_at) == slot_key)
        rows = Rows(self._database)
        return tuple(booking_history(rows, booking) for booking in sorted(found, key=lambda booking: booking.id))

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        return await MemoryBookings(Rows(self._database)).is_holder(user_id, session_id)

    async def has_seat(self, user_id: UUID, session_id: UUID) -> bool:
        await asyncio.sleep(0)
        return any(
            (booking.user_id, booking.session_id, booking.status) == (user_id, session_id, "confirmed")
            for booking in self._database.bookings.rows.values()
        )

    async def of_user(
        self, user_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        own = (booking for booking in self._database.bookings.rows.values() if booking.user_id == user_id)
        return await self._page(own, limit, after, filters)

    async def of_creator(
        self, creator_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        own = (booking for booking in self._database.bookings.rows.values() if booking.creator_id == creator_id)
        return await self._page(own, limit, after, filters)

    async def _page(
        self, own: Iterable[Booking], limit: int, after: str | None, filters: BookingFilters
    ) -> Page[BookingDetails]:
        await asyncio.sleep(0)

        def sort_key(booking: Booking) -> Moment:
            return (booking.created_at if "created_at" in filters.ordering else booking.starts_at), booking.id

        last, is_descending = after and moment_from(json.loads(after)), filters.ordering.startswith("-")
        found = sorted(filter(filters.matches, own), key=sort_key, reverse=is_descending)
        remaining = [
            each for each in found if not last or (sort_key(each) < last if is_descending else sort_key(each) > last)
        ]
        page = page_of(remaining, limit, lambda booking: json.dumps(moment_text(sort_key(booking))))
        return Page(tuple(booking_details(Rows(self._database), booking) for booking in page.items), page.next)


def booking_details(rows: Rows, booking: Booking) -> BookingDetails:
    """Return a booking with its session and both parties."""
    database = rows.database
    session = rows.get(database.sessions, booking.session_id)
    return BookingDetails(
        **{field.name: getattr(booking, field.name) for field in fields(Booking)},
        session_details=session_details(rows, session, contact),
        user_details=contact(rows.get(database.users, booking.user_id)),
    )


def booking_history(rows: Rows, booking: Booking) -> BookingHistory:
    """Return a booking with all of its steps."""
    details = booking_details(rows, booking)
    shown = {field.name: getattr(details, field.name) for field in fields(BookingDetails)}
    return BookingHistory(**shown, history=rows.get(rows.database.steps, booking.id))


class MemoryBookings:
    """`Bookings` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def record_missing_terms(self, maximum: int) -> int:  # noqa: ARG002 - no other release wrote these rows
        await asyncio.sleep(0)
        return 0

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        await asyncio.sleep(0)
        booking = self._rows.find(self._database.bookings, booking_id)
        return None if booking is None else booking_history(self._rows, booking)

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        found = [await self.find(number) for number in sorted(set(booking_ids))]
        return tuple(booking for booking in found if booking is not None)

    async def acquire(self, booking_id: UUID) -> BookingHistory:
        booking = await self._rows.acquire(self._database.bookings, booking_id)
        if booking is None:
            raise NotFound
        return booking_history(self._rows, booking)

    async def acquire_of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        """Lock the bookings of the slot in order of id, and return the live ones."""

        def is_of_slot(booking: Booking) -> bool:
            return booking.session_id == session_id and starts_at in {booking.starts_at, booking.requested_start}

        found = [booking.id for booking in self._rows.all(self._database.bookings) if is_of_slot(booking)]
        acquired = [await self.acquire(booking_id) for booking_id in sorted(found)]
        return tuple(booking for booking in acquired if is_of_slot(booking) and booking.status in LIVE)

    async def acquire_of_creator(self, creator_id: UUID, now: datetime) -> tuple[BookingHistory, ...]:
        """Lock the bookings of all sessions of the creator in order of id, and return the live upcoming ones."""
        own = (b for b in self._rows.all(self._database.bookings) if b.creator_id == creator_id)
        acquired = [await self.acquire(booking_id) for booking_id in sorted(b.id for b in own)]
        return tuple(b for b in acquired if b.starts_at > now and b.status in LIVE)

    async def upcoming_starts(self, user_id: UUID, now: datetime) -> tuple[datetime, ...]:
        await asyncio.sleep(0)
        own = self._rows.group(self._database.bookings, user_id)
        return tuple(sorted(b.starts_at for b in own if b.status in LIVE and b.starts_at > now)[:100])

    async def starts_without_address(self, session_id: UUID, now: datetime) -> tuple[datetime, ...]:
        await asyncio.sleep(0)
        of_session = (b for b in self._rows.all(self._database.bookings) if b.session_id == session_id)
        found = {b.starts_at for b in of_session if b.status in LIVE and b.starts_at > now and b.address is None}
        return tuple(sorted(found)[:100])

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        await asyncio.sleep(0)
        return any(
            (booking.user_id, booking.session_id) == (user_id, session_id) and booking.status != "cancelled"
            for booking in self._rows.all(self._database.bookings)
        )

    async def save_all(self, changes: Sequence[tuple[Booking, BookingStep]]) -> None:
        for booking, step in changes:
            await self.save(booking, step)

    async def save(self, booking: Booking, step: BookingStep) -> None:
        """Update the booking and append the step. A settled booking frees the person's place for a new one."""
        before = await self._rows.acquire(self._database.bookings, booking.id)
        if before is None:
            raise NotFound
        changed = ("status", "respond_by", "pay_by", "requested_start", "held_seats")
        values = {name: getattr(booking, name) for name in changed}
        self._rows.put(self._database.bookings, booking.id, replace(before, **values))
        add_step(self._rows, step)
        if booking.status not in LIVE:
            seat = (before.user_id, before.session_id, before.starts_at)
            await self._rows.lock(self._database.seats, seat)
            self._rows.drop(self._database.seats, seat)
