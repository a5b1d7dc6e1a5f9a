"""API keys."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import ApiKeyRow
from marketplace.core.domain.api_keys import USE_INTERVAL, ApiKey
from marketplace.core.errors import NotFound, NotSignedIn, TooManyApiKeys
from marketplace.core.ports.api_keys import PURGE_BATCH, KeyUser


class MemoryApiKeyDirectory:
    """`ApiKeyDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def of_user(self, user_id: UUID) -> tuple[ApiKey, ...]:
        await asyncio.sleep(0)
        keys = [self._used(row.key) for row in self._database.api_keys.groups[user_id].values()]
        return tuple(sorted(keys, key=lambda key: (key.created_at, key.id), reverse=True))

    async def find_user(self, key_hash: bytes, now: datetime) -> KeyUser | None:
        await asyncio.sleep(0)
        row = next((row for row in self._database.api_keys.rows.values() if row.key_hash == key_hash), None)
        user = None if row is None else self._database.users.rows.get(row.key.user_id)
        if row is None or user is None or not user.is_active or not row.key.is_live(now):
            return None
        key = self._used(row.key)
        principal = replace(user.principal(key.id), key_id=key.id, scopes=frozenset(key.scopes))
        return KeyUser(principal=user.current(principal), last_used_at=key.last_used_at)

    async def note_use(self, key_id: UUID, now: datetime) -> None:
        await asyncio.sleep(0)
        row = self._database.api_keys.rows.get(key_id)
        used_at = self._database.api_key_uses.rows.get(key_id)
        if row is not None and (used_at is None or used_at <= now - USE_INTERVAL):
            self._database.api_key_uses.put(key_id, now)

    def _used(self, key: ApiKey) -> ApiKey:
        return replace(key, last_used_at=self._database.api_key_uses.rows.get(key.id))


class MemoryApiKeys:
    """`ApiKeys` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.api_keys

    async def add(self, key: ApiKey, key_hash: bytes, maximum: int) -> None:
        own = self._rows.group(self._table, key.user_id)
        if sum(row.key.is_live(key.created_at) for row in own) >= maximum:
            raise TooManyApiKeys
        await self._rows.lock(self._table, key.id)
        self._rows.put(self._table, key.id, ApiKeyRow(key=key, key_hash=key_hash))

    async def find(self, key_id: UUID) -> ApiKey | None:
        await asyncio.sleep(0)
        row = self._rows.find(self._table, key_id)
        return row.key if row is not None else None

    async def acquire_of_user(self, user_id: UUID, key_id: UUID) -> ApiKey:
        row = await self._rows.acquire(self._table, key_id)
        if row is None or row.key.user_id != user_id:
            raise NotFound
        return row.key

    async def save(self, key: ApiKey) -> None:
        await asyncio.sleep(0)
        self._rows.put(self._table, key.id, replace(self._rows.get(self._table, key.id), key=key))

    async def require_live(self, key_id: UUID, now: datetime) -> None:
        row = await self._rows.acquire(self._table, key_id, shared=True)
        if row is None or not row.key.is_live(now):
            raise NotSignedIn

    async def revoke_all(self, user_id: UUID, now: datetime) -> None:
        for each in sorted(self._rows.group(self._table, user_id), key=lambda row: row.key.id):
            row = await self._rows.acquire(self._table, each.key.id)
            if row is not None:
                await self.save(row.key.revoked(now))

    async def purge(self, before: datetime) -> int:
        await asyncio.sleep(0)
        keys = [row.key for row in self._rows.all(self._table)]
        old = [key for key in keys if min(key.revoked_at or key.expires_at, key.expires_at) <= before][:PURGE_BATCH]
        for key in old:
            self._rows.drop(self._table, key.id)
            self._rows.drop(self._rows.database.api_key_uses, key.id)
        return len(old)
