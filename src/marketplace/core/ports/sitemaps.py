"""What search engines are shown of the catalog."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class ListedSessions(Protocol):
    """The IDs of all listed sessions by time of creation. "Listed" is that of `Catalog`. Each read is one statement."""

    async def oldest(self) -> datetime | None:
        """Return when the oldest listed session was created; `None` if none is listed."""
        ...

    async def created_between(self, begin: datetime, end: datetime, limit: int) -> tuple[UUID, ...]:
        """Return the newest listed sessions created in `[begin, end)`, newest first, at most `limit`."""
        ...

    async def creators_between(self, begin: datetime, end: datetime, limit: int) -> tuple[str, ...]:
        """Return the usernames of the creators of these sessions, each once, by code point."""
        ...
