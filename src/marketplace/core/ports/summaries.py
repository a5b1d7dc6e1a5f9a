"""Creator summaries."""

from typing import Protocol
from uuid import UUID

from marketplace.core.domain.summaries import CreatorSummary, SummaryWindow


class CreatorSummaries(Protocol):
    """Reads of summaries, in one statement outside a transaction."""

    async def find(self, creator_id: UUID, window: SummaryWindow) -> CreatorSummary:
        """Return a creator's numbers at `window.now`; zeros if there are none.

        `upcoming` and `next_slot` are of slots with a booked seat that start after now. Income is of bookings that
        start within the month, `days` of bookings made on them, both without cancelled ones. Pending bookings count
        until their response deadline.
        """
        ...
