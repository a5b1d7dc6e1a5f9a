"""Summaries."""

from typing import Protocol
from uuid import UUID

from marketplace.core.domain.summaries import CreatorSummary, SummaryWindow


class CreatorSummaries(Protocol):
    """Summaries as they are read, in one statement outside a transaction."""

    async def find(self, creator_id: UUID, window: SummaryWindow) -> CreatorSummary:
        """A creator's numbers at `window.now`; zeros where there is nothing.

        `upcoming` and `next_slot` are of slots with a seat taken that start after now; income is of bookings that start
        within the month, `days` of bookings that were made on them, both without what was cancelled; a pending
        booking counts as one until it must be answered.
        """
        ...
