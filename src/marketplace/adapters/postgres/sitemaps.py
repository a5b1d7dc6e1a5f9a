"""What search engines are shown of the catalog."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.catalog.availability import IS_LISTED
from marketplace.adapters.postgres.connection.replica import Reading

LISTED = f"FROM sessions s JOIN users c ON c.id = s.creator_id WHERE {IS_LISTED}"
OLDEST = f"SELECT s.created_at {LISTED} ORDER BY s.created_at, s.id LIMIT 1"
CREATED_BETWEEN = f"""
    SELECT s.id {LISTED} AND s.created_at >= $1 AND s.created_at < $2
    ORDER BY s.created_at DESC, s.id DESC LIMIT $3
"""
CREATORS_BETWEEN = f"""
    SELECT DISTINCT u.username COLLATE "C" AS username
    FROM ({CREATED_BETWEEN.replace("SELECT s.id", "SELECT s.creator_id")}) AS newest
        JOIN users u ON u.id = newest.creator_id
    ORDER BY username
"""  # noqa: S608 - constant text


class PostgresListedSessions:
    """`ListedSessions` over the pool of public lists, which may lag slightly."""

    def __init__(self, lists: Reading) -> None:
        self._lists = lists

    async def oldest(self) -> datetime | None:
        rows = await self._lists.fetch(OLDEST)
        return rows[0]["created_at"] if rows else None

    async def created_between(self, begin: datetime, end: datetime, limit: int) -> tuple[UUID, ...]:
        return tuple(row["id"] for row in await self._lists.fetch(CREATED_BETWEEN, begin, end, limit))

    async def creators_between(self, begin: datetime, end: datetime, limit: int) -> tuple[str, ...]:
        return tuple(row["username"] for row in await self._lists.fetch(CREATORS_BETWEEN, begin, end, limit))
