"""Sessions: the catalog that everybody reads, and the rows a creator changes."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.pages import Page
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import CatalogFilters, Facets, Session, SessionDetails


class Catalog(Protocol):
    """Sessions as they are read, one statement each but where it is said, outside a transaction.

    "Listed" is active, not archived, by an active creator. Lists page by keyset: rows added between two pages
    neither repeat nor hide one. What can be booked at `now` is read from the materialized availability (see
    `Sessions`) by the rules of `Availability.next_bookable_start` and `Availability.has_bookable_start`; starts after
    its end are not found.
    """

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        """The session whatever its state, or `None`."""
        ...

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """Listed sessions that pass every filter, in the order asked for, ties by id in the same direction.

        Every word of a search must begin a word of the title or the description. A word of at most
        `CORRECTED_LENGTH` characters that begins no known word stands for the known ones that are one typo away, the
        first `MAX_CORRECTED` of them. Known are the words of sessions that were listed, for a while also after.
        By relevance: the more of the words stand in the title the earlier, then newest first, over the
        `RELEVANCE_WINDOW` newest matches that there were at the first page; of these, those that are available where
        that is asked for.

        A search takes a statement more. One for what is available takes up to three more, and where next to nobody is
        free a page may have fewer sessions than `limit` though another follows, so that its cost stays bounded.
        """
        ...

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        """Counts over the newest `FACETS_WINDOW` of the same matches; kept for up to 30 seconds once counted.

        Where a match must be available, over those of the `AVAILABILITY_WINDOW` newest that are.
        """
        ...

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """All that a creator has not archived, inactive ones too, newest first."""
        ...


class Sessions(Protocol):
    """Sessions within a transaction."""

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """The session, locked until the transaction ends: no booking of it proceeds meanwhile. Raises `NotFound`.

        However many buyers come, it waits only for those that were there before it.
        """
        ...

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        """The session's schedule, or `None` when it is open."""
        ...

    async def save_schedule(
        self, session_id: UUID, schedule: Schedule | None, materialized: MaterializedAvailability | None
    ) -> None:
        """Give the session a schedule and its open times, or make it open with neither; needs `acquire`."""
        ...

    async def save_materialized(self, session_id: UUID, materialized: MaterializedAvailability | None) -> None:
        """Write a session's open times anew, or forget them; needs `acquire` or `acquire_outdated`."""
        ...

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        """Sessions whose open times are outdated at `now`, the longest outdated first, at most so many.

        Their open times are locked until the transaction ends, and read as those who wrote them left them. Buyers and
        edits of the sessions are not kept waiting; what somebody else is writing may be left out.
        """
        ...

    async def find(self, session_id: UUID) -> SessionDetails | None:
        """The session as it is now, whatever its state, not locked, or `None`."""
        ...

    async def has_any(self, creator_id: UUID) -> bool:
        """Whether the creator has a session that is not archived."""
        ...

    async def add(self, session: Session) -> None:
        """Insert; a search finds it as soon as the transaction ends."""
        ...

    async def save(self, session: Session) -> None:
        """Update every field; a search finds the new words as soon as the transaction ends."""
        ...
