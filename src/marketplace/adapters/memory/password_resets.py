"""Password resets."""

import asyncio
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.password_resets import PasswordReset


class MemoryResetDirectory:
    """`ResetDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, token_hash: bytes) -> PasswordReset | None:
        await asyncio.sleep(0)
        return next((reset for reset in self._database.resets.rows.values() if reset.token_hash == token_hash), None)


class MemoryResets:
    """`Resets` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.resets

    async def save(self, reset: PasswordReset) -> None:
        await self._rows.lock(self._table, reset.user_id)
        self._rows.put(self._table, reset.user_id, reset)

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        reset = await self._rows.acquire_key(self._table, user_id)
        if reset is None or reset.token_hash != token_hash or reset.expires_at <= now:
            return False
        self._rows.drop(self._table, user_id)
        return True

    async def drop(self, user_id: UUID) -> None:
        await self._rows.lock(self._table, user_id)
        self._rows.drop(self._table, user_id)

    async def drop_issued_by(self, issuer_id: UUID) -> None:
        for user_id in sorted(reset.user_id for reset in self._rows.all(self._table) if reset.issuer_id == issuer_id):
            reset = await self._rows.acquire_key(self._table, user_id)
            if reset is not None and reset.issuer_id == issuer_id:
                self._rows.drop(self._table, user_id)
