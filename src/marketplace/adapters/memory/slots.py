"""Slots: seats are taken and released here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.events import add_step
from marketplace.adapters.memory.jobs import MemoryJobs
from marketplace.adapters.memory.sessions import session_details
from marketplace.adapters.memory.users import buyers_of
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.booking_quotes import BookedSlot, BookingQuote
from marketplace.core.domain.bookings import LIVE, Booking, BookingStep
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import contact, public_user
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, NotFound, SoldOut
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.slots import Reservation


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
            session=session_details(rows, session, public_user), schedule=schedule, occupied=tuple(candidates)
        )

    async def booked_slots(self, creator_id: UUID, now: datetime) -> tuple[BookedSlot, ...]:
        await asyncio.sleep(0)
        bookings_by_slot: dict[tuple[datetime, UUID], list[Booking]] = defaultdict(list)
        for booking in self._database.bookings.rows.values():
            if booking.creator_id == creator_id and booking.starts_at > now and booking.status in LIVE:
                bookings_by_slot[booking.starts_at, booking.session_id].append(booking)
        return tuple(self._booked_slot(bookings_by_slot[place]) for place in sorted(bookings_by_slot))

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


class MemorySlots:
    """`Slots` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database
        self._jobs = MemoryJobs(rows)

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        """Return the quote, read after session and creator are locked against edits."""
        session = await self._rows.acquire(self._database.sessions, session_id, shared=True)
        buyer = self._rows.find(self._database.users, buyer_id)
        if session is None or buyer is None:
            raise NotFound
        await self._rows.lock_name(buyers_of(session.creator_id), shared=True)
        return BookingQuote(
            session=session_details(self._rows, session, contact),
            buyer=contact(buyer),
            starts_at=starts_at,
            slot=self._rows.find(self._database.slots, (session_id, starts_at)),
            already_booked=self._rows.find(self._database.seats, (buyer_id, session_id, starts_at)) is not None,
            schedule=self._rows.find(self._database.schedules, session_id),
        )

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> Reservation:
        """Take seats of an occupied slot, or occupy a new one under the creator's lock."""
        if quote.is_occupied():
            return "reserved" if await self._take(booking, job) else "stale"
        await self.acquire_creator(booking.creator_id)
        return "reserved" if await self._open(quote.new_slot(), booking, job) else "stale"

    async def _take(self, booking: Booking, job: Job | None) -> bool:
        await self._check_not_booked(booking)
        slot = await self._rows.acquire(self._database.slots, (booking.session_id, booking.starts_at))
        if slot is None or slot.seats_taken == 0 or slot.seats_taken + booking.seats > slot.capacity:
            return False
        self._put(replace(slot, seats_taken=slot.seats_taken + booking.seats))
        self._add(booking)
        await self._enqueue(job)
        return True

    async def acquire_creator(self, creator_id: UUID) -> None:
        """Acquire the lock that serializes occupying new slots; it is not the lock of the account."""
        await self._rows.lock_name(("seats of", creator_id))

    async def _open(self, slot: Slot, booking: Booking, job: Job | None) -> bool:
        if not await self._occupy(slot, booking):
            return False
        self._add(booking)
        await self._enqueue(job)
        return True

    async def move(self, slot: Slot, booking: Booking, step: BookingStep, job: Job | None = None) -> bool:
        """Take seats of the new slot, and free the person's place in the old one; its seats are released separately."""
        if not await self._occupy(slot, booking):
            return False
        before = self._rows.get(self._database.bookings, booking.id)
        old_seat = (before.user_id, before.session_id, before.starts_at)
        await self._rows.lock(self._database.seats, old_seat)
        self._rows.drop(self._database.seats, old_seat)
        kept = replace(before, starts_at=slot.starts_at, status=booking.status, respond_by=booking.respond_by)
        self._rows.put(self._database.bookings, booking.id, kept)
        self._rows.put(self._database.seats, (kept.user_id, kept.session_id, kept.starts_at), kept.id)
        add_step(self._rows, step)
        await self._enqueue(job)
        return True

    async def _occupy(self, slot: Slot, booking: Booking) -> bool:
        if booking.seats > slot.capacity:
            raise SoldOut
        await self._check_not_booked(booking)
        current = await self._rows.acquire_key(self._database.slots, (slot.session_id, slot.starts_at))
        taken = current.seats_taken if current else 0
        if taken + booking.seats > slot.capacity:
            return False
        occupied = replace(slot, seats_taken=taken + booking.seats)
        await self._check_creator_is_free([occupied])
        self._put(occupied)
        return True

    async def release(self, *bookings: Booking) -> None:
        for booking in bookings:
            slot = await self._rows.acquire(self._database.slots, (booking.session_id, booking.starts_at))
            if slot is None:
                raise NotFound
            self._put(replace(slot, seats_taken=slot.seats_taken - booking.seats))

    async def acquire_upcoming(self, session_id: UUID, now: datetime) -> tuple[Slot, ...]:
        """Lock the occupied upcoming slots in order of start, and return those that still are."""
        starts = sorted(slot.starts_at for slot in self._upcoming(session_id, now))
        for start in starts:
            await self._rows.lock(self._database.slots, (session_id, start))
        return tuple(sorted(self._upcoming(session_id, now), key=lambda slot: slot.starts_at))

    async def find_occupied(self, creator_id: UUID, begin: datetime, end: datetime) -> tuple[Slot, ...]:
        """Return the occupied slots that overlap the window, in order of start."""
        await asyncio.sleep(0)
        overlapping = (
            slot
            for slot in self._rows.all(self._database.slots)
            if slot.creator_id == creator_id
            and slot.seats_taken
            and slot.blocked_from < end
            and begin < slot.blocked_until
        )
        return tuple(sorted(overlapping, key=lambda slot: slot.starts_at))

    async def resize(self, session: Session, schedule: Schedule | None, now: datetime) -> None:
        """Rewrite the upcoming slots. Raises `CreatorUnavailable` or `SoldOut`."""
        resized = [
            Slot.of(session, slot.starts_at, slot.seats_taken, schedule)
            for slot in await self.acquire_upcoming(session.id, now)
        ]
        await self._check_creator_is_free(resized)
        for slot in resized:
            self._put(slot)

    def _upcoming(self, session_id: UUID, now: datetime) -> Iterator[Slot]:
        for slot in self._rows.all(self._database.slots):
            if slot.session_id == session_id and slot.starts_at > now and slot.seats_taken:
                yield slot

    async def _check_not_booked(self, booking: Booking) -> None:
        """Wait for concurrent bookings of this slot by the person. Raises `AlreadyBooked` if one was committed."""
        seat = (booking.user_id, booking.session_id, booking.starts_at)
        if await self._rows.acquire_key(self._database.seats, seat) is not None:
            raise AlreadyBooked

    async def _check_creator_is_free(self, occupied: list[Slot]) -> None:
        """Raise `CreatorUnavailable` if occupied slots would overlap; wait for slots that other transactions write.

        Nothing is awaited between the last check and the return, so no other write can precede the caller's.
        """
        awaited: set[tuple[UUID, datetime]] = set()
        while True:
            pending = {
                (slot.session_id, slot.starts_at)
                for slot in self._rows.uncommitted_elsewhere(self._database.slots)
                if any(slot.excludes(own) for own in occupied)
            } - awaited
            if not pending:
                break
            for key in sorted(pending):
                # a shared lock is enough: it waits for the writer, and keeps the slot unchanged afterwards
                await self._rows.lock(self._database.slots, key, shared=True)
            awaited |= pending
        written = {(slot.session_id, slot.starts_at) for slot in occupied}
        others = (
            slot
            for slot in self._rows.all(self._database.slots)
            if slot.seats_taken and (slot.session_id, slot.starts_at) not in written
        )
        if any(other.excludes(own) for other in (*others, *occupied) for own in occupied):
            raise CreatorUnavailable

    def _put(self, slot: Slot) -> None:
        if not 0 <= slot.seats_taken <= slot.capacity:
            raise SoldOut
        self._rows.put(self._database.slots, (slot.session_id, slot.starts_at), slot)

    async def _enqueue(self, job: Job | None) -> None:
        if job is not None:
            await self._jobs.enqueue(job)

    def _add(self, booking: Booking) -> None:
        self._rows.put(self._database.bookings, booking.id, booking)
        add_step(self._rows, booking.created())
        self._rows.put(self._database.seats, (booking.user_id, booking.session_id, booking.starts_at), booking.id)
