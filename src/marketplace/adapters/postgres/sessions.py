"""Sessions in PostgreSQL: the catalog over the pool, and changes in a transaction."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.catalog.candidates import available_rows
from marketplace.adapters.postgres.catalog.lexemes import LEARN_WORDS, correct_words, text_vector
from marketplace.adapters.postgres.catalog.rows import catalog_session, session_columns
from marketplace.adapters.postgres.catalog.statements import (
    CatalogStatement,
    CreatorStatement,
    Ranked,
    Sorted,
    Statement,
    facets_from,
    facets_statement,
)
from marketplace.adapters.postgres.connection.locks import BLOCK_BUYERS_OF_SESSION
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.materialized_availability import PostgresMaterializedAvailability
from marketplace.adapters.postgres.rows import SESSION, SESSION_WITH_CREATOR, session_details
from marketplace.adapters.postgres.schedules import document_of, schedule_from
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.pages import Page
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.search import title_key
from marketplace.core.domain.sessions import CatalogFilters, Facets, Session, SessionDetails
from marketplace.core.errors import NotFound

FACETS_TTL = 30.0
"""Seconds. Counting costs a scan, so each result is cached."""
MAX_CACHED_FACETS = 256
MAX_CONCURRENT_COUNTS = 2
"""Maximum of concurrent counting scans; the other connections stay free for buyers."""

ONE = "FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = $1"
FIND = f"SELECT {session_columns('$2::timestamptz')} {ONE}"
FIND_ROW = f"SELECT {SESSION_WITH_CREATOR} {ONE}"
ACQUIRE = f"SELECT {SESSION_WITH_CREATOR} {ONE} FOR UPDATE OF s"
STORED = (*SESSION, "title_key", "searched")
PLACEHOLDERS = [f"${place}" for place in range(1, len(STORED))] + [f"${len(STORED)}::tsvector"]
ADD = f"INSERT INTO sessions ({', '.join(STORED)}) VALUES ({', '.join(PLACEHOLDERS)})"  # noqa: S608 - column names
SAVE = f"UPDATE sessions SET ({', '.join(STORED[1:])}) = ROW({', '.join(PLACEHOLDERS[1:])}) WHERE id = $1"  # noqa: S608
HAS_ANY = "SELECT 1 FROM sessions WHERE creator_id = $1 AND archived_at IS NULL LIMIT 1"


class PostgresCatalog:
    """`Catalog` over the pool; public lists read from `lists`, which may lag slightly."""

    def __init__(self, database: Database, lists: Reading | None = None) -> None:
        self._database = database
        self._lists = lists or database
        self._facets: dict[CatalogFilters, tuple[float, asyncio.Task[Facets]]] = {}
        self._counting = asyncio.Semaphore(MAX_CONCURRENT_COUNTS)

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        row = await self._database.fetchrow(FIND, session_id, now)
        return catalog_session(row) if row else None

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        query = CatalogStatement(filters, await correct_words(self._lists, filters.words), now)
        if filters.ordering == "relevance":
            ranked = Ranked(after)
            return await _page(self._lists, ranked.statement(query, limit), ranked, limit)
        order = Sorted(filters.ordering, after)
        if not filters.requires_availability():
            return await _page(self._lists, order.statement(query, limit), order, limit)
        rows, following = await available_rows(self._lists, query, order, limit)
        return Page(tuple(catalog_session(row) for row in rows), following)

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        order = Sorted("-created_at", after)
        return await _page(self._database, order.statement(CreatorStatement(creator_id, now), limit), order, limit)

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        """Return cached counts; concurrent requests for the same filters share one scan."""
        filters = replace(filters, ordering="-created_at")
        tick = asyncio.get_running_loop().time()
        cached = self._facets.get(filters)
        if cached is None or cached[0] <= tick:
            cached = (tick + FACETS_TTL, asyncio.create_task(self._count(filters, now)))
            self._cache(filters, cached)
        return await asyncio.shield(cached[1])

    def _cache(self, filters: CatalogFilters, cached: tuple[float, asyncio.Task[Facets]]) -> None:
        def forget_failure(task: asyncio.Task[Facets]) -> None:
            if (task.cancelled() or task.exception()) and self._facets.get(filters) is cached:
                del self._facets[filters]

        self._facets.pop(filters, None)
        self._facets[filters] = cached
        cached[1].add_done_callback(forget_failure)
        while len(self._facets) > MAX_CACHED_FACETS:
            del self._facets[next(iter(self._facets))]

    async def _count(self, filters: CatalogFilters, now: datetime) -> Facets:
        async with self._counting:
            query = CatalogStatement(filters, await correct_words(self._lists, filters.words), now)
            rows = await self._lists.fetch(*facets_statement(query))
            return facets_from(rows)


async def _page(reading: Reading, statement: Statement, order: Sorted | Ranked, limit: int) -> Page[CatalogSession]:
    rows = await reading.fetch(*statement)
    following = order.position(rows[limit - 1]) if len(rows) > limit else None
    return Page(tuple(catalog_session(row) for row in rows[:limit]), following)


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
        row = await self._connection.fetchrow(FIND_ROW, session_id)
        return session_details(row) if row else None

    async def has_any(self, creator_id: UUID) -> bool:
        return await self._connection.fetchrow(HAS_ANY, creator_id) is not None

    async def add(self, session: Session) -> None:
        await self._connection.execute(ADD, *_values(session))
        await self._connection.execute(LEARN_WORDS, session.id)

    async def save(self, session: Session) -> None:
        await self._connection.execute(SAVE, *_values(session))
        await self._connection.execute(LEARN_WORDS, session.id)


def _values(session: Session) -> tuple[object, ...]:
    values = (getattr(session, name) for name in SESSION)
    return (*values, title_key(session.title), text_vector(session.title, session.description))
