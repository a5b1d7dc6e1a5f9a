"""Mail of the demo, in memory."""

import asyncio
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.pages import moment, newest_first
from marketplace.core.domain.pages import Page
from marketplace.core.ports.inbox import MAX_INBOX, InboxMail


class MemoryInbox:
    """`Inbox` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._table = database.inbox

    async def add(self, mail: InboxMail) -> None:
        await asyncio.sleep(0)
        if mail.id not in self._table.rows:
            self._table.put(mail.id, mail)
        for old in sorted(self._table.rows.values(), key=moment, reverse=True)[MAX_INBOX:]:
            self._table.drop(old.id)

    async def newest(self, limit: int, after: str | None) -> Page[InboxMail]:
        await asyncio.sleep(0)
        return newest_first(self._table.rows.values(), limit, after)

    async def find(self, mail_id: UUID) -> InboxMail | None:
        await asyncio.sleep(0)
        return self._table.rows.get(mail_id)
