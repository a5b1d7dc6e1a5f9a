"""Announcements in memory, at each commit."""

import asyncio

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.ports.announcements import AnswerKeeper


class MemoryAnnouncements:
    """`Announcements` of one database."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        _ = is_keeping
        self._database.keepers.add(keeper)
        keeper.resume()
        try:
            await asyncio.Event().wait()
        finally:
            self._database.keepers.discard(keeper)
            keeper.suspend()
