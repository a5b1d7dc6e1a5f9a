"""Sessions in PostgreSQL: the catalog over the pool, and the rows within a transaction."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.catalog.candidates import available_rows
from marketplace.adapters.postgres.catalog.lexemes import LEARN_WORDS, corrected, text_vector
from marketplace.adapters.postgres.catalog.rows import catalog_session, session_columns
from marketplace.adapters.postgres.catalog.statements import (
    CatalogStatement,
    CreatorStatement,
    Ranked,
    Sorted,
    Statement,
    counting,
    facets_of,
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

FACETS_KEPT = 30.0
"""Seconds. Counting everything costs a scan, so one answer serves everybody for a while."""
MAX_FACETS_KEPT = 256
FACETS_COUNTED_AT_ONCE = 2
"""Counting scans; buyers must find connections beside it."""

ONE = "FROM sessions s JOIN users c ON c.id = s.creator_id WHERE s.id = $1"
FIND = f"SELECT {session_columns('$2::timestamptz')} {ONE}"
FIND_ROW = f"SELECT {SESSION_WITH_CREATOR} {ONE}"
ACQUIRE = f"SELECT {SESSION_WITH_CREATOR} {ONE} FOR UPDATE OF s"
KEPT = (*SESSION, "title_key", "searched")
PLACES = [f"${place}" for place in range(1, len(KEPT))] + [f"${len(KEPT)}::tsvector"]
ADD = f"INSERT INTO sessions ({', '.join(KEPT)}) VALUES ({', '.join(PLACES)})"  # noqa: S608 - column names
SAVE = f"UPDATE sessions SET ({', '.join(KEPT[1:])}) = ROW({', '.join(PLACES[1:])}) WHERE id = $1"  # noqa: S608
HAS_ANY = "SELECT 1 FROM sessions WHERE creator_id = $1 AND archived_at IS NULL LIMIT 1"


class PostgresCatalog:
    """`Catalog` over the pool; the lists that anyone sees, over what may be a little behind."""

    def __init__(self, database: Database, lists: Reading | None = None) -> None:
        self._database = database
        self._lists = lists or database
        self._facets: dict[CatalogFilters, tuple[float, asyncio.Task[Facets]]] = {}
        self._counting = asyncio.Semaphore(FACETS_COUNTED_AT_ONCE)

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        """See the port."""
        row = await self._database.fetchrow(FIND, session_id, now)
        return catalog_session(row) if row else None

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """See the port."""
        query = CatalogStatement(filters, await corrected(self._lists, filters.words), now)
        if filters.ordering == "relevance":
            ranked = Ranked(after)
            return await _page(self._lists, ranked.statement(query, limit), ranked, limit)
        order = Sorted(filters.ordering, after)
        if not filters.requires_availability():
            return await _page(self._lists, order.statement(query, limit), order, limit)
        rows, following = await available_rows(self._lists, query, order, limit)
        return Page(tuple(catalog_session(row) for row in rows), following)

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        """See the port."""
        order = Sorted("-created_at", after)
        return await _page(self._database, order.statement(CreatorStatement(creator_id, now), limit), order, limit)

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        """See the port. Whoever asks while the counting is under way waits for that one."""
        filters = replace(filters, ordering="-created_at")
        tick = asyncio.get_running_loop().time()
        kept = self._facets.get(filters)
        if kept is None or kept[0] <= tick:
            kept = (tick + FACETS_KEPT, asyncio.create_task(self._count(filters, now)))
            self._keep(filters, kept)
        return await asyncio.shield(kept[1])

    def _keep(self, filters: CatalogFilters, kept: tuple[float, asyncio.Task[Facets]]) -> None:
        def forget_failure(task: asyncio.Task[Facets]) -> None:
            if (task.cancelled() or task.exception()) and self._facets.get(filters) is kept:
                del self._facets[filters]

        self._facets.pop(filters, None)
        self._facets[filters] = kept
        kept[1].add_done_callback(forget_failure)
        while len(self._facets) > MAX_FACETS_KEPT:
            del self._facets[next(iter(self._facets))]

    async def _count(self, filters: CatalogFilters, now: datetime) -> Facets:
        async with self._counting:
            query = CatalogStatement(filters, await corrected(self._lists, filters.words), now)
            rows = await self._lists.fetch(*counting(query))
            return facets_of(rows)


async def _page(reading: Reading, statement: Statement, order: Sorted | Ranked, limit: int) -> Page[CatalogSession]:
    rows = await reading.fetch(*statement)
    following = order.position(rows[limit - 1]) if len(rows) > limit else None
    return Page(tuple(catalog_session(row) for row in rows[:limit]), following)


class PostgresSessions:
    """`Sessions` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open_times = PostgresMaterializedAvailability(connection)

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """See the port."""
        await self._connection.execute(BLOCK_BUYERS_OF_SESSION, session_id)
        row = await self._connection.fetchrow(ACQUIRE, session_id)
        if row is None:
            raise NotFound
        return session_details(row)

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        """See the port."""
        row = await self._connection.fetchrow("SELECT schedule FROM sessions WHERE id = $1", session_id)
        return schedule_from(row["schedule"]) if row else None

    async def save_schedule(
        self, session_id: UUID, schedule: Schedule | None, materialized: MaterializedAvailability | None
    ) -> None:
        """See the port."""
        await self._connection.execute(
            "UPDATE sessions SET schedule = $2::jsonb WHERE id = $1", session_id, document_of(schedule)
        )
        if schedule is not None and materialized is not None:
            await self._open_times.save(session_id, schedule, materialized)
        else:
            await self._open_times.forget(session_id)

    async def save_materialized(self, session_id: UUID, materialized: MaterializedAvailability | None) -> None:
        """See the port."""
        if materialized is not None:
            await self._open_times.renew(session_id, materialized)
        else:
            await self._open_times.forget(session_id)

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        """See the port."""
        return await self._open_times.acquire_outdated(now, maximum)

    async def find(self, session_id: UUID) -> SessionDetails | None:
        """See the port."""
        row = await self._connection.fetchrow(FIND_ROW, session_id)
        return session_details(row) if row else None

    async def has_any(self, creator_id: UUID) -> bool:
        """See the port."""
        return await self._connection.fetchrow(HAS_ANY, creator_id) is not None

    async def add(self, session: Session) -> None:
        """See the port."""
        await self._connection.execute(ADD, *_values(session))
        await self._connection.execute(LEARN_WORDS, session.id)

    async def save(self, session: Session) -> None:
        """See the port."""
        await self._connection.execute(SAVE, *_values(session))
        await self._connection.execute(LEARN_WORDS, session.id)


def _values(session: Session) -> tuple[object, ...]:
    kept = (getattr(session, name) for name in SESSION)
    return (*kept, title_key(session.title), text_vector(session.title, session.description))
