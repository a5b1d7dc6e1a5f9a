"""Idempotency keys."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import KeyRow, Rows
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.errors import KeyReused
from marketplace.core.ports.idempotency import MAX_PURGED


class MemoryIdempotencyKeys:
    """Idempotency keys within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.keys

    async def claim(self, key: IdempotencyKey, resource_id: UUID, now: datetime) -> UUID | None:
        """Look at the key once a twin is done with it, and put it there if it is unused."""
        place = (key.user_id, key.route, key.key)
        used = await self._rows.look(self._table, place)
        if used is None or used.created_at <= now - TTL:
            self._rows.put(self._table, place, KeyRow(key=key, resource_id=resource_id, created_at=now))
            return None
        if used.key.body_hash != key.body_hash:
            raise KeyReused
        return used.resource_id

    async def purge(self, before: datetime) -> int:
        """Remove old ones, each looked at again once its lock is had."""
        purge_hourly = 0
        for row in [row for row in self._rows.all(self._table) if row.created_at <= before][:MAX_PURGED]:
            place = (row.key.user_id, row.key.route, row.key.key)
            used = await self._rows.look(self._table, place)
            if used is not None and used.created_at <= before:
                self._rows.drop(self._table, place)
                purge_hourly += 1
        return purge_hourly
