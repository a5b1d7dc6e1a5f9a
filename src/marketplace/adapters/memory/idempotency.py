"""Idempotency keys."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.records import IdempotencyKeyRow
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.errors import KeyReused
from marketplace.core.ports.idempotency import MAX_PURGED


class MemoryIdempotencyKeys:
    """`IdempotencyKeys` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.keys

    async def claim(self, key: IdempotencyKey, resource_id: UUID, now: datetime) -> UUID | None:
        """Lock the key, which waits for a concurrent request with it, and store it if it is unused or expired."""
        key_id = (key.user_id, key.route, key.key)
        used = await self._rows.acquire_key(self._table, key_id)
        if used is None or used.created_at <= now - TTL:
            self._rows.put(self._table, key_id, IdempotencyKeyRow(key=key, resource_id=resource_id, created_at=now))
            return None
        if used.key.body_hash != key.body_hash:
            raise KeyReused
        return used.resource_id

    async def purge(self, before: datetime) -> int:
        """Remove old keys; each is checked again under its lock."""
        purged = 0
        for row in [row for row in self._rows.all(self._table) if row.created_at <= before][:MAX_PURGED]:
            key_id = (row.key.user_id, row.key.route, row.key.key)
            used = await self._rows.acquire_key(self._table, key_id)
            if used is not None and used.created_at <= before:
                self._rows.drop(self._table, key_id)
                purged += 1
        return purged
