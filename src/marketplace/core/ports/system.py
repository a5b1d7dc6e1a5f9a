"""What the core asks of the machine: the time, new ids, and whether storage can be used."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        ...


class Ids(Protocol):
    """New ids."""

    def new(self) -> UUID:
        """A UUID version 7 (RFC 9562): later ones sort after earlier ones."""
        ...


class Readiness(Protocol):
    """Whether requests can be served."""

    async def check(self) -> None:
        """Return when storage answers and is migrated; raise `Busy` saying what is missing otherwise."""
        ...
