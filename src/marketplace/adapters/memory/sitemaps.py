"""What search engines are shown of the catalog."""

import asyncio
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.pages import moment
from marketplace.core.domain.sessions import Session


class MemoryListedSessions:
    """`ListedSessions` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def oldest(self) -> datetime | None:
        return min((session.created_at for session in await self._listed()), default=None)

    async def created_between(self, begin: datetime, end: datetime, limit: int) -> tuple[UUID, ...]:
        return tuple(session.id for session in await self._newest(begin, end, limit))

    async def creators_between(self, begin: datetime, end: datetime, limit: int) -> tuple[str, ...]:
        creators = {session.creator_id for session in await self._newest(begin, end, limit)}
        return tuple(sorted(self._database.users.rows[each].username for each in creators))

    async def _newest(self, begin: datetime, end: datetime, limit: int) -> list[Session]:
        found = (session for session in await self._listed() if begin <= session.created_at < end)
        return sorted(found, key=moment, reverse=True)[:limit]

    async def _listed(self) -> list[Session]:
        await asyncio.sleep(0)
        creators = self._database.users.rows
        sessions = self._database.sessions.rows.values()
        return [session for session in sessions if session.is_listed() and creators[session.creator_id].is_active]
