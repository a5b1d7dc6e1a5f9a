"""Identities."""

import asyncio
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.identities import Identity
from marketplace.core.errors.identities import IdentityTaken


def _oldest_first(identity: Identity) -> tuple[object, UUID]:
    return identity.connected_at, identity.id


class MemoryIdentityDirectory:
    """`IdentityDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, issuer: str, subject: str) -> Identity | None:
        await asyncio.sleep(0)
        return self._database.identities.rows.get((issuer, subject))

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        await asyncio.sleep(0)
        return tuple(sorted(Rows(self._database).group(self._database.identities, user_id), key=_oldest_first))


class MemoryIdentities:
    """`Identities` in a transaction. The key of a row is unique, as in the other storage."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.identities

    async def find(self, issuer: str, subject: str) -> Identity | None:
        await asyncio.sleep(0)
        return self._rows.find(self._table, (issuer, subject))

    async def of_user(self, user_id: UUID) -> tuple[Identity, ...]:
        await asyncio.sleep(0)
        return tuple(sorted(self._rows.group(self._table, user_id), key=_oldest_first))

    async def add(self, identity: Identity) -> None:
        key = (identity.issuer, identity.subject)
        if await self._rows.acquire_key(self._table, key) is not None:
            raise IdentityTaken
        self._rows.put(self._table, key, identity)

    async def save(self, identity: Identity) -> None:
        key = (identity.issuer, identity.subject)
        if await self._rows.acquire(self._table, key) is not None:
            self._rows.put(self._table, key, identity)

    async def remove(self, user_id: UUID, identity_id: UUID) -> bool:
        for each in await self.of_user(user_id):
            key = (each.issuer, each.subject)
            if each.id == identity_id and await self._rows.acquire(self._table, key) is not None:
                self._rows.drop(self._table, key)
                return True
        return False

    async def remove_all(self, user_id: UUID) -> int:
        found = await self.of_user(user_id)
        return sum([await self.remove(user_id, each.id) for each in found])
