"""Waitlists. The lock of a slot guards its line."""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.booking_quotes import is_booked
from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.jobs import MemoryJobs
from marketplace.adapters.memory.pages import page_of
from marketplace.adapters.memory.sessions import session_details
from marketplace.adapters.memory.slots import MemorySlots
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import contact
from marketplace.core.domain.waitlist import MIN_OFFER_HOLD, WaitlistDetails, WaitlistEntry
from marketplace.core.errors import SoldOut
from marketplace.core.errors.waitlist import AlreadyWaiting
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.waitlist import PURGE_BATCH, SlotKey


def _by_start(entries: Iterable[WaitlistEntry]) -> list[WaitlistEntry]:
    return sorted(entries, key=lambda each: (each.starts_at, each.number))


def _place(line: Iterable[WaitlistEntry], entry: WaitlistEntry) -> int:
    """Return the place in a line of an entry of this number; 0 is the last."""
    waiting = [each.number for each in line if each.status == "waiting" and each.slot_key == entry.slot_key]
    return 1 + sum(not entry.number or number < entry.number for number in waiting)


class MemoryWaitlists:
    """`Waitlists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistDetails, ...]:
        await asyncio.sleep(0)
        own = [entry for entry in self._all() if entry.user_id == user_id and entry.is_open]
        return tuple(map(self._shown, sorted(own, key=lambda each: (each.starts_at, each.id))))

    async def open_of_creator(
        self, creator_id: UUID, limit: int, after: str | None, session_id: UUID | None = None
    ) -> Page[WaitlistDetails]:
        await asyncio.sleep(0)
        found = [
            each
            for each in _by_start(self._all())
            if each.creator_id == creator_id and each.is_open and session_id in {None, each.session_id}
        ]
        if after is not None:
            starts_at, number = json.loads(after)
            position = (datetime.fromisoformat(starts_at), number)
            found = [each for each in found if (each.starts_at, each.number) > position]
        page = page_of(found, limit, lambda each: json.dumps([each.starts_at.isoformat(), each.number]))
        return page.with_items(tuple(map(self._shown, page.items)))

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[WaitlistEntry]:
        await asyncio.sleep(0)
        own = sorted((each for each in self._all() if each.user_id == user_id), key=lambda each: each.id, reverse=True)
        return page_of([each for each in own if after is None or each.id < UUID(after)], limit, lambda e: str(e.id))

    async def find(self, entry_id: UUID) -> WaitlistDetails | None:
        await asyncio.sleep(0)
        entry = self._database.waitlist.rows.get(entry_id)
        return self._shown(entry) if entry else None

    async def is_waiting(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> bool:
        await asyncio.sleep(0)
        key = (user_id, session_id, starts_at)
        return any(each.is_open and (each.user_id, *each.slot_key) == key for each in self._all())

    def _all(self) -> Iterable[WaitlistEntry]:
        return self._database.waitlist.rows.values()

    def _shown(self, entry: WaitlistEntry) -> WaitlistDetails:
        return _details(Rows(self._database), entry)


def _details(rows: Rows, entry: WaitlistEntry) -> WaitlistDetails:
    database = rows.database
    return WaitlistDetails(
        **{field.name: getattr(entry, field.name) for field in fields(WaitlistEntry)},
        session_details=session_details(rows, rows.get(database.sessions, entry.session_id), contact),
        user_details=contact(rows.get(database.users, entry.user_id)),
        place=_place(rows.all(database.waitlist), entry) if entry.status == "waiting" else None,
    )


class MemoryWaitlist:
    """`Waitlist` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database
        self._slots = MemorySlots(rows)
        self._jobs = MemoryJobs(rows)

    async def acquire_slot(self, session_id: UUID, starts_at: datetime) -> Slot | None:
        return await self._rows.acquire(self._database.slots, (session_id, starts_at))

    async def find(self, entry_id: UUID) -> WaitlistEntry | None:
        await asyncio.sleep(0)
        return self._rows.find(self._database.waitlist, entry_id)

    async def details(self, entry_ids: Collection[UUID]) -> Sequence[WaitlistDetails]:
        await asyncio.sleep(0)
        found = (self._rows.find(self._database.waitlist, entry_id) for entry_id in entry_ids)
        return [_details(self._rows, entry) for entry in found if entry is not None]

    async def find_open(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> WaitlistEntry | None:
        await asyncio.sleep(0)
        own = (each for each in self._line(session_id, starts_at) if each.user_id == user_id)
        return next(own, None)

    async def acquire_person(self, user_id: UUID) -> None:
        await self._rows.lock_name(("waitlists of", user_id))

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistEntry, ...]:
        await asyncio.sleep(0)
        own = (each for each in self._rows.all(self._database.waitlist) if each.user_id == user_id and each.is_open)
        return tuple(sorted(own, key=lambda each: (each.starts_at, each.session_id)))

    async def open_slots(self, *, session_id: UUID | None = None, creator_id: UUID | None = None) -> Sequence[SlotKey]:
        await asyncio.sleep(0)
        found = {
            each.slot_key
            for each in self._rows.all(self._database.waitlist)
            if each.is_open and (each.creator_id == creator_id or each.session_id == session_id)
        }
        return sorted(found, key=lambda key: (key[1], key[0]))

    async def open_of_slot(self, slot: Slot) -> tuple[WaitlistEntry, ...]:
        await asyncio.sleep(0)
        return tuple(self._line(*slot.key))

    async def due_offers(self, slot: Slot, now: datetime) -> tuple[WaitlistEntry, ...]:
        await asyncio.sleep(0)
        return tuple(each for each in self._line(*slot.key) if each.status == "offered" and each.is_due(now))

    async def first_offer_end(self, slot: Slot) -> datetime | None:
        await asyncio.sleep(0)
        return min((each.next_due() for each in self._line(*slot.key) if each.status == "offered"), default=None)

    async def first_fitting(self, slot: Slot, seats: int) -> tuple[WaitlistEntry, bool] | None:
        await asyncio.sleep(0)
        waiting = (each for each in self._line(*slot.key) if each.status == "waiting" and each.seats <= seats)
        entry = next(waiting, None)
        if entry is None:
            return None
        is_active = self._rows.get(self._database.users, entry.user_id).is_active
        return entry, is_active and not is_booked(self._rows, entry.user_id, *entry.slot_key)

    async def place_of(self, entry: WaitlistEntry) -> int:
        await asyncio.sleep(0)
        return _place(self._line(*entry.slot_key), entry)

    async def add(self, slot: Slot, entry: WaitlistEntry, job: Job) -> WaitlistEntry:
        if await self.find_open(entry.user_id, *entry.slot_key) is not None:
            raise AlreadyWaiting
        added = entry.numbered(next(self._database.waitlist_numbers))
        await self.save(slot, added)
        await self._jobs.enqueue(job)
        return added

    async def save(self, slot: Slot, *entries: WaitlistEntry) -> None:
        await asyncio.sleep(0)
        if not 0 <= slot.seats_on_offer <= slot.seats_taken <= slot.capacity:
            raise SoldOut
        self._rows.put(self._database.slots, slot.key, slot)
        for entry in entries:
            self._rows.put(self._database.waitlist, entry.id, entry)

    async def book(self, slot: Slot, entry: WaitlistEntry, booking: Booking, job: Job | None = None) -> None:
        await self.save(slot, entry)
        await self._slots.add(booking, job)

    async def unsettled(self, now: datetime, limit: int) -> Sequence[Slot]:
        await asyncio.sleep(0)
        found = dict[SlotKey, Slot]()
        for each in self._rows.all(self._database.waitlist):
            slot = self._rows.get(self._database.slots, each.slot_key)
            closes = each.closes_at - 2 * MIN_OFFER_HOLD <= now
            if each.is_open and (
                each.is_due(now) if each.status == "offered" else closes or each.seats <= slot.seats_left
            ):
                found[slot.key] = slot
        return sorted(found.values(), key=lambda slot: (slot.starts_at, slot.session_id))[:limit]

    async def purge(self, before: datetime) -> int:
        await asyncio.sleep(0)
        entries = self._rows.all(self._database.waitlist)
        old = [each for each in entries if each.ended_at is not None and each.ended_at <= before][:PURGE_BATCH]
        for each in old:
            self._rows.drop(self._database.waitlist, each.id)
        return len(old)

    def _line(self, session_id: UUID, starts_at: datetime) -> list[WaitlistEntry]:
        """Return the open entries of a start, by number."""
        return _by_start(
            each for each in self._rows.group(self._database.waitlist, (session_id, starts_at)) if each.is_open
        )
