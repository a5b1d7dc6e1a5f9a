"""Mail of the demo, in PostgreSQL."""

import json
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.core.domain.pages import Page
from marketplace.core.ports.inbox import MAX_INBOX, InboxMail

COLUMNS = "id, created_at, recipient, subject, source"
ADD = f"""
    WITH old AS (DELETE FROM inbox_mails WHERE id IN (
        SELECT id FROM inbox_mails ORDER BY created_at DESC, id DESC OFFSET {MAX_INBOX - 1}))
    INSERT INTO inbox_mails ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - column names
NEWEST = f"""
    SELECT {COLUMNS} FROM inbox_mails {{after}} ORDER BY created_at DESC, id DESC LIMIT $1
"""  # noqa: S608 - column names
FIRST, LATER = NEWEST.format(after=""), NEWEST.format(after="WHERE (created_at, id) < ($2, $3)")
FIND = f"SELECT {COLUMNS} FROM inbox_mails WHERE id = $1"  # noqa: S608 - column names


class PostgresInbox:
    """`Inbox` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, mail: InboxMail) -> None:
        await self._database.write(ADD, mail.id, mail.created_at, mail.recipient, mail.subject, mail.source)

    async def newest(self, limit: int, after: str | None) -> Page[InboxMail]:
        if after is None:
            rows = await self._database.fetch(FIRST, limit + 1)
        else:
            created_at, last = json.loads(after)
            rows = await self._database.fetch(LATER, limit + 1, datetime.fromisoformat(created_at), UUID(last))
        items = tuple(InboxMail(**row) for row in rows[:limit])
        position = json.dumps([items[-1].created_at.isoformat(), str(items[-1].id)]) if len(rows) > limit else None
        return Page(items, position)

    async def find(self, mail_id: UUID) -> InboxMail | None:
        row = await self._database.fetchrow(FIND, mail_id)
        return InboxMail(**row) if row else None
