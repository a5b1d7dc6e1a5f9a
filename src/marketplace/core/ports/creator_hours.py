"""Reading and writing the general hours of creators."""

from typing import Protocol
from uuid import UUID

from marketplace.core.domain.creator_hours import CreatorHours


class HoursDirectory(Protocol):
    """Reads of hours, outside a transaction."""

    async def find(self, creator_id: UUID) -> CreatorHours | None:
        """Return the hours that a creator has set, or `None`."""
        ...


class Hours(Protocol):
    """Hours within a transaction."""

    async def save(self, creator_id: UUID, hours: CreatorHours) -> None:
        """Set or replace the hours of a creator."""
        ...
