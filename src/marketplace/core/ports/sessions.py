"""The catalog, and writing sessions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import CatalogFilters, Facets, SessionVersion
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.pages import Page
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.suggestions import Suggestions


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

        A search finds words of title, description, category, tags and the creator's names, by the rules of
        `core/domain/search_terms.py`: whole, by stem in the session's language, or by prefix. A word that no listed
        session has is replaced by a guess from the words of all but descriptions. If fewer than `MIN_MATCHES` sessions
        have all words, those with most of them are listed. Known words are those of sessions that are listed or were
        recently.

        By relevance: sessions with more points come first, then newer ones, over the `RELEVANCE_WINDOW` newest matches
        at the time of the first page; with an availability filter, over the available ones among them.

        By next slot: those come first that can be booked soonest, then those by arrangement or without free times, the
        newest first, over the `AVAILABILITY_WINDOW` newest matches at the time of the first page. Starts count from
        `available_from` on.

        A search takes one more statement, two if it is corrected, and one or two if it goes on with most words. A tag
        within a category takes one more. An availability filter takes up to two more, and
        evaluates at most `AVAILABILITY_WINDOW` matches: a page that is bounded by that may have fewer sessions than
        `limit`, or none, although another page follows.
        """
        ...

    async def page(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[SessionVersion]:
        """Return the page that `list` returns, but only the versions of its sessions."""
        ...

    async def read(self, ids: Sequence[UUID], now: datetime) -> Sequence[tuple[SessionVersion, CatalogSession]]:
        """Return these sessions with their versions, in any order; unknown ones are left out.

        They may have changed since their page: compare the versions. One may not be listed any more.
        """
        ...

    async def next_slots(
        self, ids: Sequence[UUID], now: datetime
    ) -> Sequence[tuple[SessionVersion, BookableStart | None]]:
        """Return the next slots of these sessions with their versions, in any order; unknown ones are left out."""
        ...

    async def first_slots(
        self, ids: Sequence[UUID], filters: CatalogFilters, now: datetime
    ) -> Mapping[UUID, BookableStart]:
        """Return the first start in the requested window that can be booked, of these sessions that have one.

        A session by arrangement or one that is not in the catalog has none. One statement.
        """
        ...

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        """Return counts over the newest matches of the same filters, cached for up to 30 seconds.

        Counts at most `CatalogFilters.facets_window` matches; if they must be available, those of them that are.
        """
        ...

    async def suggest(self, typed: Sequence[str]) -> Suggestions:
        """Return listed sessions and their creators for the tokens of a search that is being typed; no categories.

        Titles come first that begin with the typed text, alphabetically, then those with each word or a word that
        begins with it, newest first, among the `SUGGESTIONS_WALK` newest sessions; if fewer than `SUGGESTIONS_ENOUGH`
        of these have the words anywhere, also among up to `SUGGESTIONS_WINDOW` other sessions that have. So do
        creators by their names. A word of one or two Latin letters is only found whole. One statement.
        """
        ...

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """Return a page of a creator's unarchived sessions, including inactive ones, newest first."""
        ...


class Sessions(Protocol):
    """Sessions within a transaction."""

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """Return the session, locked until the transaction ends; its bookings wait meanwhile. Raises `NotFound`.

        Nor can its creator's role change or their account be deactivated meanwhile. It waits only for buyers who came
        before it, however many come later.
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

    async def has_unarchived(self, creator_id: UUID, number: int) -> bool:
        """Return whether the creator has at least this many sessions that are not archived."""
        ...

    async def unarchived_ids(self, creator_id: UUID) -> tuple[UUID, ...]:
        """Return the IDs of a creator's unarchived sessions, in order; none is added while the account is acquired."""
        ...

    async def index_outdated(self, maximum: int) -> int:
        """Index the words and places of up to `maximum` sessions that an earlier release wrote. Return their number.

        Sessions that other transactions have locked are left out.
        """
        ...

    async def index_names(self, creator_id: UUID, maximum: int) -> int:
        """Index the creator's names in up to `maximum` of their sessions that have others. Return their number.

        Waits for a transaction that renames the creator.
        """
        ...

    async def add(self, session: Session) -> None:
        """Insert a session; searches find it once the transaction commits."""
        ...

    async def save(self, session: Session) -> None:
        """Update all fields; searches find the new words once the transaction commits."""
        ...
