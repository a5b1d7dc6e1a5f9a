"""Waitlists: the line of a start, and reading entries."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import Page
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import WaitlistDetails, WaitlistEntry
from marketplace.core.ports.jobs import Job

PURGE_BATCH = 10_000
"""Entries that one purge deletes at most."""
SlotKey = tuple[UUID, datetime]
"""Session and start."""


class Waitlists(Protocol):
    """Reads of entries, one statement each, outside a transaction."""

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistDetails, ...]:
        """Return a person's open entries by start, ties by ID. At most `MAX_OPEN`, or a few more."""
        ...

    async def open_of_creator(
        self, creator_id: UUID, limit: int, after: str | None, session_id: UUID | None = None
    ) -> Page[WaitlistDetails]:
        """Return a page of the open entries of a creator's sessions, or of one, by start and number, by keyset."""
        ...

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[WaitlistEntry]:
        """Return a page of all entries of a person, newest first by ID, paged by keyset."""
        ...

    async def find(self, entry_id: UUID) -> WaitlistDetails | None: ...

    async def is_waiting(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> bool:
        """Return whether the person has an open entry of this start."""
        ...


class Waitlist(Protocol):
    """Entries within a transaction. The lock of a slot guards its line: nothing changes an entry without it."""

    async def acquire_slot(self, session_id: UUID, starts_at: datetime) -> Slot | None:
        """Return the slot, locked until the transaction ends, or `None`."""
        ...

    async def find(self, entry_id: UUID) -> WaitlistEntry | None:
        """Return an entry as it is now, not locked."""
        ...

    async def details(self, entry_ids: Collection[UUID]) -> Sequence[WaitlistDetails]:
        """Return entries with their sessions and people, not locked, in any order."""
        ...

    async def find_open(self, user_id: UUID, session_id: UUID, starts_at: datetime) -> WaitlistEntry | None:
        """Return the person's open entry of a start, not locked."""
        ...

    async def acquire_person(self, user_id: UUID) -> None:
        """Keep a person from joining other lines until the transaction ends. Comes after accounts and before slots."""
        ...

    async def open_of_user(self, user_id: UUID) -> tuple[WaitlistEntry, ...]:
        """Return a person's open entries by start and session, not locked."""
        ...

    async def open_slots(self, *, session_id: UUID | None = None, creator_id: UUID | None = None) -> Sequence[SlotKey]:
        """Return the slots with open entries, of a session or of a creator, by start and session, not locked."""
        ...

    async def open_of_slot(self, slot: Slot) -> tuple[WaitlistEntry, ...]:
        """Return the line of an acquired slot, by number."""
        ...

    async def due_offers(self, slot: Slot, now: datetime) -> tuple[WaitlistEntry, ...]:
        """Return the offers of an acquired slot that expired at `now` or before, by number."""
        ...

    async def first_offer_end(self, slot: Slot) -> datetime | None:
        """Return when the first of the open offers of an acquired slot expires, or `None` without offers."""
        ...

    async def first_fitting(self, slot: Slot, seats: int) -> tuple[WaitlistEntry, bool] | None:
        """Return the first in an acquired slot's line who waits for at most this many seats.

        And whether the person may have them: they are active and have no booking of the start. Costs what different
        numbers of seats are waited for, however long the line is.
        """
        ...

    async def place_of(self, entry: WaitlistEntry) -> int:
        """Return how many wait in front of an entry of this number, plus one. The last place has number 0."""
        ...

    async def add(self, slot: Slot, entry: WaitlistEntry, job: Job) -> WaitlistEntry:
        """Add an entry to the line of an acquired slot, save the slot's line, and enqueue a job. Return it numbered.

        Raises `AlreadyWaiting`.
        """
        ...

    async def save(self, slot: Slot, *entries: WaitlistEntry) -> None:
        """Save the line and the seats of an acquired slot, and entries of it. Raises `SoldOut`."""
        ...

    async def book(self, slot: Slot, entry: WaitlistEntry, booking: Booking, job: Job | None = None) -> None:
        """Save as `save`, and add a booking, whose seats the slot counts already, with its step and a job.

        Raises `AlreadyBooked`.
        """
        ...

    async def unsettled(self, now: datetime, limit: int) -> Sequence[Slot]:
        """Return slots whose lines have something due, or wait although a seat is free, by start, not locked."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete entries that ended at `before` or earlier, at most `PURGE_BATCH`. Return the number deleted."""
        ...
