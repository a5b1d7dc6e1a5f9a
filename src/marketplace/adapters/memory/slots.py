"""Slots: seats are taken and released here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.booking_quotes import is_requested, quoted
from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.events import add_step
from marketplace.adapters.memory.jobs import MemoryJobs
from marketplace.adapters.memory.users import buyers_of
from marketplace.core.domain.booking_quotes import BookingQuote, seats_of
from marketplace.core.domain.booking_steps import LIVE, BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, NotFound, SoldOut, TooManyBookings
from marketplace.core.ports.jobs import Job

PIECE = 4 * 3600
"""Seconds."""


def pieces_of(slot: Slot) -> range:
    """Return the pieces of time that a slot blocks: overlapping slots have one in common."""
    return range(int(slot.blocked_from.timestamp() // PIECE), -int(-slot.blocked_until.timestamp() // PIECE))


class MemorySlots:
    """`Slots` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database
        self._jobs = MemoryJobs(rows)

    async def acquire_quote(self, session_id: UUID, starts_at: datetime, buyer_id: UUID) -> BookingQuote:
        """Return the quote, read after session, creator and buyer are locked against edits."""
        known = self._rows.find(self._database.sessions, session_id)
        if known is None:
            raise NotFound
        await self._rows.lock_name(buyers_of(known.creator_id), shared=True)
        session = await self._rows.acquire(self._database.sessions, session_id, shared=True)
        buyer = await self._rows.acquire(self._database.users, buyer_id, shared=True)
        if session is None or buyer is None:
            raise NotFound
        return quoted(self._rows, session, starts_at, buyer)

    async def require_room(self, user_id: UUID, now: datetime, max_live: int) -> None:
        await self._rows.lock_name(("bookings of", user_id))
        bookings = self._rows.group(self._database.bookings, user_id)
        if sum(each.status in LIVE and each.starts_at > now for each in bookings) >= max_live:
            raise TooManyBookings

    async def reserve(self, quote: BookingQuote, booking: Booking, job: Job | None = None) -> bool:
        """Take seats of an occupied slot, or occupy a new one together with others who open one."""
        if quote.is_occupied():
            return await self._take(booking, job)
        slot = quote.new_slot()
        await self._rows.lock_name(("seats of", slot.creator_id), shared=True)
        for piece in pieces_of(slot):
            await self._rows.lock_name(("seats of", slot.creator_id, piece))
        return await self._open(slot, booking, job)

    async def _take(self, booking: Booking, job: Job | None) -> bool:
        await self._check_not_booked(booking)
        slot = await self._rows.acquire(self._database.slots, (booking.session_id, booking.starts_at))
        if slot is None or slot.seats_taken == 0 or slot.seats_taken + booking.seats > slot.capacity:
            return False
        if is_requested(self._rows, booking.user_id, booking.session_id, booking.starts_at):
            return False
        self._put(replace(slot, seats_taken=slot.seats_taken + booking.seats))
        self._add(booking)
        await self._enqueue(job)
        return True

    async def acquire_creator(self, creator_id: UUID) -> None:
        """Acquire the lock that those who open a slot share; it is not the lock of the account."""
        await self._rows.lock_name(("seats of", creator_id))

    async def acquire_for_move(self, slot: Slot, booking: Booking) -> None:
        overlapping = await self.find_occupied(slot.creator_id, slot.blocked_from, slot.blocked_until)
        starts = filter(None, (booking.starts_at, booking.requested_start, slot.starts_at))
        places = {(starts_at, slot.session_id) for starts_at in starts}
        places |= {(other.starts_at, other.session_id) for other in overlapping}
        for starts_at, session_id in sorted(places):
            await self._rows.lock(self._database.slots, (session_id, starts_at))

    async def _open(self, slot: Slot, booking: Booking, job: Job | None) -> bool:
        if is_requested(self._rows, booking.user_id, booking.session_id, booking.starts_at):
            return False
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
        kept = replace(
            before,
            starts_at=slot.starts_at,
            status=booking.status,
            respond_by=booking.respond_by,
            pay_by=booking.pay_by,
            local_start=booking.local_start,
            time_zone=booking.time_zone,
            requested_start=None,
            held_seats=0,
        )
        self._rows.put(self._database.bookings, booking.id, kept)
        self._rows.put(self._database.seats, (kept.user_id, kept.session_id, kept.starts_at), kept.id)
        add_step(self._rows, step)
        await self._enqueue(job)
        return True

    async def _occupy(self, slot: Slot, booking: Booking, *, is_hold: bool = False) -> bool:
        if booking.seats > slot.capacity:
            raise SoldOut
        if not is_hold:
            await self._check_not_booked(booking)
        current = await self._rows.acquire_key(self._database.slots, (slot.session_id, slot.starts_at))
        taken = current.seats_taken if current else 0
        if taken + booking.seats > slot.capacity:
            return False
        occupied = slot.covering(current) if current and taken else slot
        occupied = replace(occupied.with_line_of(current or slot), seats_taken=taken + booking.seats)
        await self._check_creator_is_free([occupied])
        self._put(occupied)
        if not taken:
            self._put_local_start(booking)
        return True

    def _put_local_start(self, booking: Booking) -> None:
        key = booking.session_id, booking.starts_at
        if booking.local_start is None or booking.time_zone is None:
            self._rows.drop(self._database.local_starts, key)
        else:
            self._rows.put(self._database.local_starts, key, (booking.local_start, booking.time_zone))

    async def hold(self, slot: Slot, held: Booking) -> bool:
        if self._rows.find(self._database.seats, (held.user_id, held.session_id, held.starts_at)) is not None:
            raise AlreadyBooked
        return await self._occupy(slot, held, is_hold=True)

    async def change_seats(self, booking: Booking, step: BookingStep) -> bool:
        slot = await self._rows.acquire(self._database.slots, (booking.session_id, booking.starts_at))
        if slot is None:
            raise NotFound
        before = self._rows.get(self._database.bookings, booking.id)
        seats_taken = slot.seats_taken + booking.seats - before.seats
        if seats_taken > slot.capacity:
            return False
        self._put(replace(slot, seats_taken=seats_taken))
        kept = replace(before, seats=booking.seats, amount=booking.amount, pay_by=booking.pay_by)
        self._rows.put(self._database.bookings, booking.id, kept)
        add_step(self._rows, step)
        return True

    async def release(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        return await self._release(seats_of(bookings), with_lines=with_lines)

    async def release_held(self, *bookings: Booking, with_lines: bool = True) -> Sequence[Slot]:
        return await self._release(seats_of(bookings, only_held=True), with_lines=with_lines)

    async def _release(self, seats: Sequence[tuple[datetime, UUID, int]], *, with_lines: bool) -> Sequence[Slot]:
        freed = list[Slot]()
        for starts_at, session_id, number in seats:
            slot = await self._rows.acquire(self._database.slots, (session_id, starts_at))
            if slot is None:
                raise NotFound
            freed.append(replace(slot, seats_taken=slot.seats_taken - number))
            if with_lines or not slot.waiting:
                self._put(freed[-1])
        return freed

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

    async def find_sold_durations(self, session_id: UUID, now: datetime) -> Mapping[datetime, int]:
        await asyncio.sleep(0)
        sold: dict[datetime, int] = defaultdict(int)
        for booking in self._rows.all(self._database.bookings):
            if booking.session_id == session_id and booking.status in LIVE:
                for start in filter(None, (booking.starts_at, booking.requested_start)):
                    sold[start] = max(sold[start], booking.terms.duration)
        return {start: minutes for start, minutes in sold.items() if start > now}

    async def resize(self, slots: Sequence[Slot]) -> None:
        resized = list[Slot]()
        for slot in slots:
            before = await self._rows.acquire(self._database.slots, (slot.session_id, slot.starts_at))
            if before is not None and before.seats_taken:
                resized.append(slot.with_line_of(before))
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

    async def add(self, booking: Booking, job: Job | None) -> None:
        """Add a booking whose seats its slot counts already. Raises `AlreadyBooked`."""
        await self._check_not_booked(booking)
        self._add(booking)
        await self._enqueue(job)

    async def _enqueue(self, job: Job | None) -> None:
        if job is not None:
            await self._jobs.enqueue(job)

    def _add(self, booking: Booking) -> None:
        self._rows.put(self._database.bookings, booking.id, booking)
        add_step(self._rows, booking.created())
        self._rows.put(self._database.seats, (booking.user_id, booking.session_id, booking.starts_at), booking.id)
