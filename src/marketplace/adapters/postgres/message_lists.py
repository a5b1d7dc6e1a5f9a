"""Lists of messages in PostgreSQL, outside a transaction."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.messages import COLUMNS, KNOWN, RECIPIENTS, message_of, recipient_of
from marketplace.core.domain.messages import Message, Recipient, Unsent
from marketplace.core.domain.pages import Page
from marketplace.core.ports.messages import LAST_ID

NEWEST = f"""
    SELECT {COLUMNS} FROM messages WHERE {{of}} = $1 AND {KNOWN} {{after}} ORDER BY created_at DESC, id DESC LIMIT $2
"""  # noqa: S608 - column names and kinds
AFTER = "AND (created_at, id) < ($3, $4)"
UNSENT = f"""
    SELECT {COLUMNS} FROM messages WHERE {{condition}} AND {KNOWN} AND ({{by}}, id) > ($1, $2)
    ORDER BY {{by}}, id LIMIT $3
"""  # noqa: S608 - column names and kinds
ORDERS: dict[Unsent, str] = {"held": "due_at", "failed": "expires_at"}
CONDITIONS: dict[Unsent, str] = {"held": "state = 'held'", "failed": "state IN ('refused', 'unknown')"}
OLDEST_DUE = "SELECT due_at FROM messages WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT 1"
HAS_HELD = "SELECT EXISTS (SELECT FROM messages WHERE state = 'held') AS found"


Position = tuple[datetime, UUID]
EVER: Position = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
COUNT_HELD = "SELECT count(*) FROM (SELECT FROM messages WHERE state = 'held' LIMIT $1) AS held"


async def count_held(connection: Any, limit: int) -> int | None:
    """Return the number of held messages, up to `limit`; `None` in a database that has no messages yet."""
    if await connection.fetchval("SELECT to_regclass('messages')") is None:
        return None
    return int(await connection.fetchval(COUNT_HELD, limit))


class PostgresMessageLists:
    """`MessageLists` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[Message]:
        return await self._newest("user_id", user_id, limit, after)

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[Message]:
        return await self._newest("booking_id", booking_id, limit, after)

    async def unsent(self, unsent: Unsent, now: datetime, limit: int, after: str | None) -> Page[Message]:
        by, position = ORDERS[unsent], EVER if unsent == "held" else (now, LAST_ID)
        if after is not None:
            position = max(position, _position(after))
        statement = UNSENT.format(condition=CONDITIONS[unsent], by=by)
        return _page(await self._database.fetch(statement, *position, limit + 1), limit, by)

    async def _newest(self, of: str, number: UUID, limit: int, after: str | None) -> Page[Message]:
        statement = NEWEST.format(of=of, after="" if after is None else AFTER)
        position = () if after is None else _position(after)
        return _page(await self._database.fetch(statement, number, limit + 1, *position), limit, "created_at")

    async def recipient(self, user_id: UUID) -> Recipient | None:
        row = await self._database.fetchrow(RECIPIENTS, [user_id])
        return recipient_of(row) if row else None

    async def oldest_due(self, now: datetime) -> datetime | None:
        row = await self._database.fetchrow(OLDEST_DUE, now)
        return row["due_at"] if row else None

    async def has_held(self) -> bool:
        row = await self._database.fetchrow(HAS_HELD)
        return bool(row and row["found"])


def _position(after: str) -> Position:
    at, last = json.loads(after)
    return datetime.fromisoformat(at), UUID(last)


def _page(rows: Sequence[Any], limit: int, by: str) -> Page[Message]:
    """Return the rows without the last one, which says that there are more."""
    items = tuple(map(message_of, rows[:limit]))
    return Page(items, json.dumps([rows[limit - 1][by].isoformat(), str(items[-1].id)]) if len(rows) > limit else None)
