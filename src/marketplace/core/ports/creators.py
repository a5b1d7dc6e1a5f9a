"""Reading the public pages of creators."""

from typing import Protocol

from marketplace.core.domain.creators import Creator


class CreatorDirectory(Protocol):
    """Reads of creators, outside a transaction."""

    async def find(self, username: str) -> Creator | None:
        """Return the active creator with this username, compared folded, or `None`. One statement.

        People are counted over a bounded number of bookings, so its cost does not grow with the marketplace.
        """
        ...
