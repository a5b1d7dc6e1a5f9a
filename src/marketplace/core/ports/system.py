"""Time, IDs and readiness."""

from datetime import datetime, tzinfo
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Source of the current time."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Source of new IDs."""

    def new(self) -> UUID:
        """Return a UUID version 7 (RFC 9562): later ones sort after earlier ones."""
        ...


class FormerZones(Protocol):
    """The zone data of earlier releases, which recorded no local start of what they sold."""

    def find(self, name: str) -> tzinfo | None:
        """Return a zone, or `None` if they read the locked data too."""
        ...


class Readiness(Protocol):
    """Readiness to serve requests."""

    async def check(self) -> None:
        """Return if storage is reachable and migrated; otherwise raise `Busy` with the reason."""
        ...
