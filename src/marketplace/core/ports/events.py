"""Events within a transaction: recording them, and handing them over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.core.domain.events import Delivery, EventId, RecordedEvent

PURGE_BATCH = 10_000
"""Events that one statement removes."""


class Events(Protocol):
    """Events within a transaction. A step of a booking is an event by itself, wherever it is saved.

    Recorded with the effect: a rollback leaves none. Events of one booking, session or user are delivered in the order
    in which they were committed, each at least once. A subject's steps must be written under its lock.
    """

    async def add(self, event: RecordedEvent) -> None:
        """Record what has no step."""
        ...

    async def claim(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Undelivered events that are due at `now`, oldest first, at most `limit` with a step and `limit` without one.

        Of one subject only the oldest, and none while another transaction has claimed it; they are claimed until this
        transaction ends. Nothing is waited for.
        """
        ...

    async def mark_delivered(self, ids: Sequence[EventId]) -> None:
        """Never claim these again."""
        ...

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        """Count one more failed attempt and retry at `until`, unless it was delivered or postponed meanwhile."""
        ...

    async def purge(self, before: datetime) -> int:
        """Remove delivered events without a step that happened at `before` or earlier, at most `PURGE_BATCH`.

        Return how many.
        """
        ...
