"""Local starts of sold slots."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.users import public_user
from marketplace.core.domain.zone_changes import PromisedSlot, SlotKey, UnrecordedStart
from marketplace.core.ports.local_starts import LocalStart


class MemoryPromisedSlots:
    """`PromisedSlots` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def page(self, now: datetime, limit: int, after: SlotKey | None) -> tuple[PromisedSlot, ...]:
        await asyncio.sleep(0)
        found = sorted(promised_slots(Rows(self._database), now), key=lambda slot: slot.key)
        return tuple([slot for slot in found if after is None or slot.key > after][:limit])


def promised_slots(rows: Rows, now: datetime) -> Iterator[PromisedSlot]:
    """Yield the sold slots after `now` that have a local start."""
    for slot in rows.all(rows.database.slots):
        agreed = rows.find(rows.database.local_starts, slot.key)
        if slot.seats_taken and slot.starts_at > now and agreed is not None:
            yield PromisedSlot(
                session_id=slot.session_id,
                creator_id=slot.creator_id,
                title=rows.get(rows.database.sessions, slot.session_id).title,
                starts_at=slot.starts_at,
                local_start=agreed[0],
                time_zone=agreed[1],
                seats=slot.seats_taken,
            )


class MemoryLocalStarts:
    """`LocalStarts` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def of_creator(self, creator_id: UUID, now: datetime) -> tuple[PromisedSlot, ...]:
        await asyncio.sleep(0)
        own = (slot for slot in promised_slots(self._rows, now) if slot.creator_id == creator_id)
        return tuple(sorted(own, key=lambda slot: slot.starts_at))

    async def acquire_unrecorded(self, now: datetime, since: datetime, maximum: int) -> tuple[UnrecordedStart, ...]:
        """Lock each booking and its slot, and return those that still lack a local start."""
        seen = [b for b in self._rows.all(self._database.bookings) if b.starts_at >= since and self._lacks(b, now)]
        acquired = []
        for booking in sorted(seen, key=lambda booking: (booking.starts_at, booking.id))[:maximum]:
            found = await self._rows.acquire(self._database.bookings, booking.id)
            if found is not None and self._lacks(found, now):
                await self._rows.lock(self._database.slots, (found.session_id, found.starts_at))
                acquired.append(found)
        return tuple(self._unrecorded(booking) for booking in acquired)

    def _lacks(self, booking: Booking, now: datetime) -> bool:
        key = booking.session_id, booking.starts_at
        is_missing = booking.local_start is None or self._rows.find(self._database.local_starts, key) is None
        return booking.status in LIVE and booking.starts_at > now and is_missing

    def _unrecorded(self, booking: Booking) -> UnrecordedStart:
        session = session_details(self._rows, self._rows.get(self._database.sessions, booking.session_id), public_user)
        return UnrecordedStart(
            booking_id=booking.id,
            session_id=booking.session_id,
            starts_at=booking.starts_at,
            time_zone=session.time_zone,
        )

    async def record(self, starts: Sequence[tuple[UnrecordedStart, LocalStart]]) -> None:
        await asyncio.sleep(0)
        for start, (local_start, time_zone) in starts:
            key = start.session_id, start.starts_at
            if self._rows.find(self._database.local_starts, key) is None:
                self._rows.put(self._database.local_starts, key, (local_start, time_zone))
            booking = self._rows.get(self._database.bookings, start.booking_id)
            if booking.local_start is None:
                recorded = replace(booking, local_start=local_start, time_zone=time_zone)
                self._rows.put(self._database.bookings, booking.id, recorded)
