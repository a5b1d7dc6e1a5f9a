"""The catalog, and writing sessions."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.pages import Page
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import CatalogFilters, Facets, Session, SessionDetails


class Catalog(Protocol):
    """Reads of sessions, one statement each unless noted, outside a transaction.

    "Listed" means active, not archived, not hidden, by an active creator. Lists page by keyset: rows added between two
    pages neither repeat nor hide one. Availability at `now` is read from the materialized availability (see `Sessions`)
    by the rules of `Availability.next_bookable_start` and `Availability.has_bookable_start`; starts after its end are
    not found.
    """

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        """Return the session in any state, or `None`."""
        ...

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """Return a page of listed sessions that match every filter, in the requested order, ties by ID.

        Every word of a search must be a prefix of a word in the title or description. A word of at most
        `CORRECTED_LENGTH` characters that is no prefix of a known word matches the known words one typo away, at most
        `MAX_CORRECTED` of them. Known words are those of sessions that are listed or were recently.

        By relevance: sessions with more of the words in the title come first, then newer ones, over the
        `RELEVANCE_WINDOW` newest matches at the time of the first page; with an availability filter, over the available
        ones among them.

        A search takes one more statement. An availability filter takes up to three more, and to bound its cost a page
        may then have fewer sessions than `limit` although another page follows.
        """
        ...

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        """Return counts over the newest `FACETS_WINDOW` matches of the same filters, cached for up to 30 seconds.

        If matches must be available, over those of the newest `AVAILABILITY_WINDOW` that are.
        """
        ...

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """Return a page of a creator's unarchived sessions, including inactive ones, newest first."""
        ...


class Sessions(Protocol):
    """Sessions within a transaction."""

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """Return the session, locked until the transaction ends; its bookings wait meanwhile. Raises `NotFound`.

        It waits only for buyers who came before it, however many come later.
        """
        ...

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        """Return the session's schedule, or `None` if it is by arrangement."""
        ...

    async def save_schedule(
        self, session_id: UUID, schedule: Schedule | None, materialized: MaterializedAvailability | None
    ) -> None:
        """Save the schedule with its materialized availability; with `None` for both, the session is by arrangement.

        Needs `acquire`.
        """
        ...

    async def save_materialized(self, session_id: UUID, materialized: MaterializedAvailability | None) -> None:
        """Replace or delete a session's materialized availability; needs `acquire` or `acquire_outdated`."""
        ...

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        """Return up to `maximum` sessions whose materialized availability is outdated at `now`, longest outdated first.

        Locks their materialized availability, not the sessions, until the transaction ends, and reads the latest
        committed values. Buyers and edits do not wait. Rows being written by other transactions may be skipped.
        """
        ...

    async def find(self, session_id: UUID) -> SessionDetails | None:
        """Return the session in any state, not locked, or `None`."""
        ...

    async def has_any(self, creator_id: UUID) -> bool:
        """Return whether the creator has an unarchived session."""
        ...

    async def add(self, session: Session) -> None:
        """Insert a session; searches find it once the transaction commits."""
        ...

    async def save(self, session: Session) -> None:
        """Update all fields; searches find the new words once the transaction commits."""
        ...
