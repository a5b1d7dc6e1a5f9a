"""Favourites in PostgreSQL."""

import json
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.catalog.availability import IS_LISTED
from marketplace.adapters.postgres.catalog.rows import catalog_sessions
from marketplace.adapters.postgres.connection.locks import FAVOURITES_OF
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import SESSION_WITH_CREATOR
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.favourites import Favourite
from marketplace.core.domain.pages import Page
from marketplace.core.errors import TooManyFavourites

IDS = "SELECT session_id FROM favourites WHERE user_id = $1 ORDER BY created_at DESC, session_id DESC"
LIST = f"""
    SELECT {SESSION_WITH_CREATOR}, f.created_at AS kept_at
    FROM favourites f JOIN sessions s ON s.id = f.session_id JOIN users c ON c.id = s.creator_id
    WHERE f.user_id = $1 AND {IS_LISTED} {{after}} ORDER BY f.created_at DESC, f.session_id DESC LIMIT $2
"""  # noqa: S608 - column names
FIRST, LATER = LIST.format(after=""), LIST.format(after="AND (f.created_at, f.session_id) < ($3, $4)")
FORGET_ARCHIVED = """
    DELETE FROM favourites f USING sessions s
    WHERE f.user_id = $1 AND s.id = f.session_id AND s.archived_at IS NOT NULL
"""
ADD = """
    WITH kept AS (SELECT count(*) AS n, bool_or(session_id = $2) AS has FROM favourites WHERE user_id = $1),
    added AS (
        INSERT INTO favourites (user_id, session_id, created_at)
        SELECT $1, $2, $3 FROM kept WHERE n < $4 AND has IS NOT TRUE)
    SELECT n >= $4 AND has IS NOT TRUE AS is_full FROM kept
"""
REMOVE = "DELETE FROM favourites WHERE user_id = $1 AND session_id = $2 RETURNING session_id"


class PostgresFavouriteLists:
    """`FavouriteLists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self, user_id: UUID) -> tuple[UUID, ...]:
        return tuple(row["session_id"] for row in await self._database.fetch(IDS, user_id))

    async def of_user(self, user_id: UUID, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        if after is None:
            rows = await self._database.fetch(FIRST, user_id, limit + 1)
        else:
            kept_at, session_id = json.loads(after)
            position = (datetime.fromisoformat(kept_at), UUID(session_id))
            rows = await self._database.fetch(LATER, user_id, limit + 1, *position)
        shown = rows[:limit]
        last = json.dumps([shown[-1]["kept_at"].isoformat(), str(shown[-1]["id"])]) if len(rows) > limit else None
        return Page(await catalog_sessions(self._database, shown, now), last)


class PostgresFavourites:
    """`Favourites` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, favourite: Favourite, maximum: int) -> None:
        user_id, session_id = favourite.user_id, favourite.session_id
        await self._connection.execute(FAVOURITES_OF, user_id)
        await self._connection.execute(FORGET_ARCHIVED, user_id)
        row = await self._connection.fetchrow(ADD, user_id, session_id, favourite.created_at, maximum)
        if row is not None and row["is_full"]:
            raise TooManyFavourites

    async def remove(self, user_id: UUID, session_id: UUID) -> bool:
        return await self._connection.fetchrow(REMOVE, user_id, session_id) is not None
