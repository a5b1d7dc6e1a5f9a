"""Sessions in PostgreSQL: the catalog over the pool, and changes in a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.adapters.postgres.catalog.cached_facets import CachedFacets
from marketplace.adapters.postgres.catalog.candidates import available_rows
from marketplace.adapters.postgres.catalog.labels import LabelLookup, fold_places
from marketplace.adapters.postgres.catalog.lexemes import (
    INDEX_NAMES,
    INDEXED,
    IS_INDEXED,
    LEARN_WORDS,
    STORED_NAMES,
    look_up,
    names_vector,
    stemmed,
    stems_vector,
    text_vector,
)
from marketplace.adapters.postgres.catalog.rows import (
    FIRST_SLOTS,
    FREE_STARTS,
    SESSION_WITH_NEXT_SLOT,
    catalog_session,
    catalog_sessions,
    free_start,
    repeated,
    session_version,
)
from marketplace.adapters.postgres.catalog.soonest import WINDOWED
from marketplace.adapters.postgres.catalog.statements import (
    CatalogStatement,
    CreatorStatement,
    Sorted,
    facets_from,
    facets_statement,
    read_page,
)
from marketplace.adapters.postgres.catalog.suggestions import suggest
from marketplace.adapters.postgres.connection.locks import BLOCK_BUYERS_OF_SESSION
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.adapters.postgres.materialized_availability import PostgresMaterializedAvailability
from marketplace.adapters.postgres.rows import SESSION, SESSION_WITH_CREATOR, WRITTEN_BY, session_details, session_row
from marketplace.adapters.postgres.schedules import document_of, schedule_from
from marketplace.core.domain.availability import CatalogSession, requested_window
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import CatalogFilters, Facets, SessionVersion
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.pages import Page
from marketplace.core.domain.places import place_key
from marketplace.core.domain.relaxed_pages import relaxed_counts, relaxed_page
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.search import title_key
from marketplace.core.domain.search_terms import Terms, names_of
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.suggestions import Suggestions
from marketplace.core.errors import NotFound

MAX_KNOWN_OPEN = 10_000
"""Maximum of sessions that are known to be by arrangement."""

ONE = "FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = $1"
FIND = f"SELECT {SESSION_WITH_CREATOR} {ONE}"
# The array is a subquery, so that the planner does not see its length and keeps one plan.
THESE = "FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = ANY ((SELECT $1::uuid[])::uuid[])"
FIND_ALL = f"SELECT {SESSION_WITH_CREATOR} {THESE}"
READ = f"SELECT {SESSION_WITH_NEXT_SLOT}, {WRITTEN_BY} {THESE}"
ACQUIRE = f"SELECT {SESSION_WITH_CREATOR} {ONE} FOR UPDATE OF s"
STORED = (*SESSION, "title_key", "place_key", "searched")
PLACEHOLDERS = [f"${place}" for place in range(1, len(STORED))]
SEARCHED = f"${len(STORED)}::tsvector || {stems_vector(len(STORED) + 1)} || "
NAMES = f"${len(STORED) + 5}::tsvector"
ADD = f"""
    INSERT INTO sessions ({", ".join(STORED)}) VALUES ({", ".join(PLACEHOLDERS)}, {SEARCHED} {NAMES})
"""  # noqa: S608 - column names
# The names as stored: those that were read with the session may have changed since. The release before stored none, so
# a row of its own is left to the job.
SAVE = f"""
    UPDATE sessions s SET ({", ".join(STORED[1:])}) = ROW({", ".join(PLACEHOLDERS[1:])},
        CASE WHEN {IS_INDEXED} THEN {SEARCHED} {STORED_NAMES} ELSE ts_delete({SEARCHED} '', '{INDEXED}') END)
    WHERE id = $1
"""  # noqa: S608 - column names
OUTDATED = f"""
    SELECT {SESSION_WITH_CREATOR} FROM sessions s JOIN users c ON c.id = s.creator_id
    WHERE NOT {IS_INDEXED} ORDER BY s.id LIMIT $1 FOR UPDATE OF s SKIP LOCKED
"""  # noqa: S608 - column names
INDEX = f"""
    UPDATE sessions SET title_key = $2, searched = $3::tsvector || {stems_vector(4)} || $8::tsvector WHERE id = $1
"""  # noqa: S608 - constant text
# locked: a new name that is not committed yet is waited for
CREATOR_NAMES = "SELECT first_name, last_name, username FROM users WHERE id = $1 FOR SHARE"
UNARCHIVED = "SELECT id FROM sessions WHERE creator_id = $1 AND archived_at IS NULL ORDER BY id"
HAS_UNARCHIVED = "SELECT 1 FROM sessions WHERE creator_id = $1 AND archived_at IS NULL OFFSET $2 LIMIT 1"


class PostgresCatalog:
    """`Catalog` over the pool; public lists read from `lists`, which may lag slightly."""

    def __init__(self, database: Database, lists: Reading | None = None) -> None:
        self._database = database
        self._lists = lists or database
        self._open: set[UUID] = set()
        """Sessions that had no schedule when they were last read: a guess, which each row confirms."""
        self._reads_of_open = GatheredReads[UUID, CatalogSession | None](self._find_open)
        self._reads = GatheredReads[tuple[UUID, datetime], CatalogSession | None](self._find)
        self._labels = LabelLookup()
        self._facets = CachedFacets(self._count)

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        if session_id in self._open:
            found = await self._reads_of_open.read(session_id)
            if found is None or found.is_open:
                return found
            self._open.discard(session_id)  # it has got a schedule since
        found = await self._reads.read((session_id, now))
        if found is not None and found.is_open:
            self._remember_open(session_id)
        return found

    async def _find_open(self, ids: Sequence[UUID]) -> Sequence[CatalogSession | None]:
        """Read sessions without their next slots, which those by arrangement have not."""
        rows = await self._database.fetch(FIND_ALL, [*ids])
        found = {row["id"]: catalog_session(row, None) for row in rows}
        return [found.get(session_id) for session_id in ids]

    async def _find(self, asked: Sequence[tuple[UUID, datetime]]) -> Sequence[CatalogSession | None]:
        """Read sessions with their next slots at the latest of the times."""
        rows = await self._database.fetch(READ, [session_id for session_id, _ in asked], max(now for _, now in asked))
        found = {row["id"]: catalog_session(row, row["next_slot"]) for row in rows}
        return [found.get(session_id) for session_id, _ in asked]

    def _remember_open(self, session_id: UUID) -> None:
        if len(self._open) >= MAX_KNOWN_OPEN:
            self._open.clear()
        self._open.add(session_id)

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        rows = await self._search(filters, limit, after, now, selects_versions=False)
        return rows.with_items(await catalog_sessions(self._lists, rows.items, now))

    async def page(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[SessionVersion]:
        rows = await self._search(filters, limit, after, now, selects_versions=True)
        return rows.with_items(tuple(session_version(row) for row in rows.items))

    async def _search(
        self, filters: CatalogFilters, limit: int, after: str | None, now: datetime, *, selects_versions: bool
    ) -> Page[Any]:
        """Return the rows of a page: of all words, or of most words if fewer than `MIN_MATCHES` have all."""
        terms = await look_up(self._lists, filters.words)

        async def read(relaxation: int, after: str | None, limit: int) -> Page[Any]:
            query = await self._query(filters, terms, now, relaxation)
            query.selects_versions = selects_versions
            return Page(*await self._matches(query, filters, limit, after))

        return await relaxed_page(read, terms, limit, after)

    async def _matches(
        self, query: CatalogStatement, filters: CatalogFilters, limit: int, after: str | None
    ) -> tuple[Any, str | None, bool]:
        if (windowed := WINDOWED.get(filters.ordering)) is not None:
            ranked = windowed(after)
            rows, following = await read_page(self._lists, ranked.statement(query, limit), ranked, limit)
            return rows, following, bool(rows) and rows[0].get("is_bounded", False)
        order = Sorted(filters.ordering, after)
        if not filters.requires_availability():
            return *await read_page(self._lists, order.statement(query, limit), order, limit), False
        return await available_rows(self._lists, query, order, limit)

    async def read(self, ids: Sequence[UUID], now: datetime) -> Sequence[tuple[SessionVersion, CatalogSession]]:
        rows = await self._lists.fetch(READ, ids, now)
        return [(session_version(row), catalog_session(row, row["next_slot"])) for row in rows]

    async def next_slots(
        self, ids: Sequence[UUID], now: datetime
    ) -> Sequence[tuple[SessionVersion, BookableStart | None]]:
        rows = await self._lists.fetch(FREE_STARTS, repeated(ids), now)
        return [(session_version(row), free_start(row)) for row in rows]

    async def first_slots(
        self, ids: Sequence[UUID], filters: CatalogFilters, now: datetime
    ) -> Mapping[UUID, BookableStart]:
        window = requested_window(filters, now)
        rows = await self._lists.fetch(FIRST_SLOTS, repeated(ids), now, *window) if ids else ()
        return {row["id"]: start for row in rows if (start := free_start(row)) is not None}

    async def suggest(self, typed: Sequence[str]) -> Suggestions:
        return await suggest(self._lists, typed)

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        order = Sorted("-created_at", after)
        statement = order.statement(CreatorStatement(creator_id, now), limit)
        rows, following = await read_page(self._database, statement, order, limit)
        return Page(await catalog_sessions(self._database, rows, now), following)

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        return await self._facets.get(filters, now)

    async def _count(self, filters: CatalogFilters, now: datetime) -> Facets:
        terms = await look_up(self._lists, filters.words)

        async def count(relaxation: int) -> Facets:
            query = await self._query(filters, terms, now, relaxation)
            return facets_from(await self._lists.fetch(*facets_statement(query)), query.facets_window)

        return await relaxed_counts(count, terms)

    async def _query(self, filters: CatalogFilters, terms: Terms, now: datetime, relaxation: int) -> CatalogStatement:
        query = CatalogStatement(filters, terms, now, relaxation)
        if (few := await self._labels.few(self._lists, filters)) is not None:
            query.restrict(few)
        return query


class PostgresSessions:
    """`Sessions` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._materialized = PostgresMaterializedAvailability(connection)

    async def acquire(self, session_id: UUID) -> SessionDetails:
        await self._connection.execute(BLOCK_BUYERS_OF_SESSION, session_id)
        row = await self._connection.fetchrow(ACQUIRE, session_id)
        if row is None:
            raise NotFound
        return session_details(row)

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        row = await self._connection.fetchrow("SELECT schedule FROM sessions WHERE id = $1", session_id)
        return schedule_from(row["schedule"]) if row else None

    async def save_schedule(
        self, session_id: UUID, schedule: Schedule | None, materialized: MaterializedAvailability | None
    ) -> None:
        await self._connection.execute(
            "UPDATE sessions SET schedule = $2::jsonb WHERE id = $1", session_id, document_of(schedule)
        )
        if schedule is not None and materialized is not None:
            await self._materialized.save(session_id, schedule, materialized)
        else:
            await self._materialized.delete(session_id)

    async def save_materialized(self, session_id: UUID, materialized: MaterializedAvailability | None) -> None:
        if materialized is not None:
            await self._materialized.renew(session_id, materialized)
        else:
            await self._materialized.delete(session_id)

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        return await self._materialized.acquire_outdated(now, maximum)

    async def find(self, session_id: UUID) -> SessionDetails | None:
        row = await self._connection.fetchrow(FIND, session_id)
        return session_details(row) if row else None

    async def has_any(self, creator_id: UUID) -> bool:
        return await self._connection.fetchrow(HAS_UNARCHIVED, creator_id, 0) is not None

    async def add(self, session: Session) -> None:
        if isinstance(session, SessionDetails):
            names = names_of(session.creator_details)
        else:
            row = await self._connection.fetchrow(CREATOR_NAMES, session.creator_id)
            names = tuple(row) if row else ()
        await self._connection.execute(ADD, *_values(session), names_vector(*names))
        await self._connection.execute(LEARN_WORDS, [session.id])

    async def save(self, session: Session) -> None:
        await self._connection.execute(SAVE, *_values(session))
        await self._connection.execute(LEARN_WORDS, [session.id])

    async def has_unarchived(self, creator_id: UUID, number: int) -> bool:
        return await self._connection.fetchrow(HAS_UNARCHIVED, creator_id, number - 1) is not None

    async def unarchived_ids(self, creator_id: UUID) -> tuple[UUID, ...]:
        return tuple(row["id"] for row in await self._connection.fetch(UNARCHIVED, creator_id))

    async def index_outdated(self, maximum: int) -> int:
        sessions = [session_details(row) for row in await self._connection.fetch(OUTDATED, maximum)]
        for each in sessions:
            indexed = (title_key(each.title), text_vector(each), *stemmed(each))
            await self._connection.execute(INDEX, each.id, *indexed, names_vector(*names_of(each.creator_details)))
        if sessions:
            await self._connection.execute(LEARN_WORDS, [each.id for each in sessions])
        return len(sessions) + await fold_places(self._connection, maximum - len(sessions))

    async def index_names(self, creator_id: UUID, maximum: int) -> int:
        names = await self._connection.fetchrow(CREATOR_NAMES, creator_id)
        return len(await self._connection.fetch(INDEX_NAMES, creator_id, names_vector(*(names or ())), maximum))


def _values(session: Session) -> tuple[object, ...]:
    keys = (title_key(session.title), place_key(session.place))
    return (*session_row(session), *keys, text_vector(session), *stemmed(session))
