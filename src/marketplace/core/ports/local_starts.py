"""What was agreed about sold slots: their local start and time zone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.zone_changes import PromisedSlot, SlotKey, UnrecordedStart

LocalStart = tuple[datetime, str]
"""A wall time, without a zone, and the zone's name."""


class PromisedSlots(Protocol):
    """Reads of sold slots, one statement each, outside a transaction."""

    async def page(self, now: datetime, limit: int, after: SlotKey | None) -> tuple[PromisedSlot, ...]:
        """Return sold slots after `now` that have a local start, by session and start, following `after`."""
        ...


class LocalStarts(Protocol):
    """Local starts within a transaction.

    `Slots` writes them with a booking: a slot has that of the booking that occupied it, until it is empty again.
    """

    async def of_creator(self, creator_id: UUID, now: datetime) -> tuple[PromisedSlot, ...]:
        """Return a creator's sold slots after `now` that have a local start, by start, not locked."""
        ...

    async def acquire_unrecorded(self, now: datetime, since: datetime, maximum: int) -> tuple[UnrecordedStart, ...]:
        """Return live bookings after `now`, at or after `since`, that lack a local start, by start.

        Locks them and their slots until the transaction ends; rows that others have locked may be skipped.
        """
        ...

    async def record(self, starts: Sequence[tuple[UnrecordedStart, LocalStart]]) -> None:
        """Store local starts of acquired bookings, and of their slots that lack one."""
        ...
