"""Recording and delivering events."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.events import Delivery, EventId, RecordedEvent

PURGE_BATCH = 10_000
"""Events that one purge deletes at most."""


class Events(Protocol):
    """Events within a transaction. Every saved booking step is an event by itself.

    Events commit with the change they describe. Events of one booking, session or user are delivered in commit order,
    each at least once. Steps must be written under the lock of their booking.
    """

    async def add(self, event: RecordedEvent) -> None:
        """Record an event that has no booking step."""
        ...

    async def claim(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Claim undelivered events that are due, oldest first: at most `limit` with a step and `limit` without one.

        Only the oldest event of each subject is returned, and none while another transaction has claimed it. Claims
        last until this transaction ends. Never waits.
        """
        ...

    async def mark_delivered(self, ids: Sequence[EventId]) -> None:
        """Mark events as delivered, so that they are never claimed again."""
        ...

    async def announce(self, creator_ids: Collection[UUID]) -> None:
        """Announce, at commit, that public answers about these creators' sessions changed, if any: see `Announcements`.

        For the relay only. Commits that announce wait for one another, so no booking's transaction may.
        """
        ...

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        """Count a failed attempt and retry at `until`, unless it was delivered or postponed meanwhile."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete delivered events without a step that happened at `before` or earlier, at most `PURGE_BATCH`.

        Return the number deleted.
        """
        ...
