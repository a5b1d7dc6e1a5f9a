"""General hours of creators."""

import asyncio
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.creator_hours import CreatorHours


class MemoryHoursDirectory:
    """`HoursDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, creator_id: UUID) -> CreatorHours | None:
        await asyncio.sleep(0)
        return self._database.creator_hours.rows.get(creator_id)


class MemoryHours:
    """`Hours` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def save(self, creator_id: UUID, hours: CreatorHours) -> None:
        await self._rows.acquire_key(self._rows.database.creator_hours, creator_id)
        self._rows.put(self._rows.database.creator_hours, creator_id, hours)
