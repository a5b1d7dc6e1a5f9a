"""Passkeys and their challenges."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.passkeys import OwnedPasskey, Passkey, PasskeyChallenge
from marketplace.core.errors.passkeys import PasskeyRefused
from marketplace.core.ports.passkeys import PURGE_BATCH


class MemoryPasskeyDirectory:
    """`PasskeyDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database
        self._tables = database.passkeys

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        await asyncio.sleep(0)
        return _oldest_first(Rows(self._database), user_id)

    async def find(self, credential_id: bytes) -> OwnedPasskey | None:
        await asyncio.sleep(0)
        passkey = self._tables.registered.rows.get(credential_id)
        if passkey is None:
            return None
        return OwnedPasskey(passkey=passkey, handle=self._tables.handles.rows[passkey.user_id])


class MemoryPasskeys:
    """`Passkeys` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._tables = rows.database.passkeys

    async def handle_of(self, user_id: UUID, fresh: bytes) -> bytes:
        stored = await self._rows.acquire_key(self._tables.handles, user_id)
        if stored is not None:
            return stored
        self._rows.put(self._tables.handles, user_id, fresh)
        return fresh

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        await asyncio.sleep(0)
        return _oldest_first(self._rows, user_id)

    async def count(self, user_id: UUID) -> int:
        return len(await self.of_user(user_id))

    async def add(self, passkey: Passkey) -> None:
        if await self._rows.acquire_key(self._tables.registered, passkey.credential_id) is not None:
            raise PasskeyRefused
        self._rows.put(self._tables.registered, passkey.credential_id, passkey)

    async def use(self, passkey: Passkey) -> bool:
        stored = await self._rows.acquire(self._tables.registered, passkey.credential_id)
        if stored is None or stored.id != passkey.id or not stored.accepts(passkey.sign_count):
            return False
        used = replace(
            stored,
            sign_count=passkey.sign_count,
            is_backed_up=passkey.is_backed_up,
            last_used_at=passkey.last_used_at,
        )
        self._rows.put(self._tables.registered, passkey.credential_id, used)
        return True

    async def rename(self, user_id: UUID, passkey_id: UUID, name: str) -> Passkey | None:
        stored = await self._acquire(user_id, passkey_id)
        if stored is None:
            return None
        renamed = replace(stored, name=name)
        self._rows.put(self._tables.registered, stored.credential_id, renamed)
        return renamed

    async def remove(self, user_id: UUID, passkey_id: UUID) -> Passkey | None:
        stored = await self._acquire(user_id, passkey_id)
        if stored is not None:
            self._rows.drop(self._tables.registered, stored.credential_id)
        return stored

    async def _acquire(self, user_id: UUID, passkey_id: UUID) -> Passkey | None:
        for each in _oldest_first(self._rows, user_id):
            if each.id == passkey_id:
                return await self._rows.acquire(self._tables.registered, each.credential_id)
        return None

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        await self._rows.lock(self._tables.challenges, challenge.challenge_hash)
        self._rows.put(self._tables.challenges, challenge.challenge_hash, challenge)

    async def consume(self, challenge_hash: bytes) -> PasskeyChallenge | None:
        stored = await self._rows.acquire(self._tables.challenges, challenge_hash)
        if stored is not None:
            self._rows.drop(self._tables.challenges, challenge_hash)
        return stored

    async def purge_challenges(self, now: datetime) -> int:
        challenges = self._rows.all(self._tables.challenges)
        expired = sorted(each.challenge_hash for each in challenges if each.expires_at <= now)[:PURGE_BATCH]
        for each in expired:
            await self.consume(each)
        return len(expired)


def _oldest_first(rows: Rows, user_id: UUID) -> tuple[Passkey, ...]:
    found = rows.group(rows.database.passkeys.registered, user_id)
    return tuple(sorted(found, key=lambda each: (each.created_at, each.id)))
