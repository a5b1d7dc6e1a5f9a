"""Availability: what a session's starts are evaluated with, and the booked slots of a creator."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment_from, moment_text, page_of
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import public_user


class MemoryAvailabilities:
    """`Availabilities` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, session_id: UUID, begin: datetime, end: datetime) -> Availability | None:
        """Return the session with the occupied slots of its creator that overlap the window."""
        await asyncio.sleep(0)
        rows = Rows(self._database)
        session = rows.find(self._database.sessions, session_id)
        if session is None:
            return None
        schedule = rows.find(self._database.schedules, session_id)
        first, last = Slot.of(session, begin, schedule=schedule), Slot.of(session, end, schedule=schedule)
        candidates = (
            slot
            for slot in rows.all(self._database.slots)
            if slot.creator_id == session.creator_id
            and slot.seats_taken
            and slot.blocked_from < last.blocked_until
            and first.blocked_from < slot.blocked_until
        )
        return Availability(
            session=session_details(rows, session, public_user),
            schedule=schedule,
            occupied=tuple(candidates),
            hours=None if schedule else rows.find(self._database.creator_hours, session.creator_id),
        )

    async def find_all(self, session_ids: Sequence[UUID], begin: datetime, end: datetime) -> tuple[Availability, ...]:
        found = [await self.find(session_id, begin, end) for session_id in session_ids]
        return tuple(each for each in found if each is not None)

    async def booked_slots(
        self, creator_id: UUID, now: datetime, limit: int, after: str | None = None
    ) -> Page[BookedSlot]:
        await asyncio.sleep(0)
        bookings_by_slot: dict[tuple[datetime, UUID], list[Booking]] = defaultdict(list)
        for booking in self._database.bookings.rows.values():
            if booking.creator_id == creator_id and booking.starts_at > now and booking.status in LIVE:
                bookings_by_slot[booking.starts_at, booking.session_id].append(booking)
        last = None if after is None else moment_from(json.loads(after))
        remaining = sorted(place for place in bookings_by_slot if last is None or place > last)
        page = page_of(remaining, limit, lambda place: json.dumps(moment_text(place)))
        return Page(tuple(self._booked_slot(bookings_by_slot[place]) for place in page.items), page.next)

    def _booked_slot(self, bookings: list[Booking]) -> BookedSlot:
        session_id, starts_at = bookings[0].session_id, bookings[0].starts_at
        return BookedSlot(
            session_id=session_id,
            title=self._database.sessions.rows[session_id].title,
            starts_at=starts_at,
            ends_at=self._database.slots.rows[session_id, starts_at].ends_at,
            seats=sum(booking.seats for booking in bookings),
            booking_ids=tuple(sorted(booking.id for booking in bookings)),
        )
