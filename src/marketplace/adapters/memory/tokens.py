"""Logins and their refresh tokens."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import Database, FamilyRow, Rows, TokenRow
from marketplace.core.entities.tokens import Caller, Claims, Family
from marketplace.core.errors import NotSignedIn


class MemoryCallers:
    """Who is behind an access token."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, claims: Claims) -> Caller | None:
        """The caller, if there still is one."""
        await asyncio.sleep(0)
        row = self._database.families.rows.get(claims.family_id)
        user = self._database.users.rows.get(claims.user_id)
        if row is None or user is None or row.family.user_id != user.id:
            return None
        if row.revoked_at is not None or not user.is_active:
            return None
        caller = Caller.of(user, row.family.id)
        return caller if row.family.begun_by is None else self._impersonated(caller, row.family.begun_by)

    def _impersonated(self, caller: Caller, begun_by: UUID) -> Caller | None:
        row = self._database.families.rows.get(begun_by)
        if row is None or row.revoked_at is not None or caller.is_staff or caller.is_superuser:
            return None
        staff = self._database.users.rows[row.family.user_id]
        return replace(caller, impersonator_id=staff.id) if staff.is_active and staff.is_staff else None


class MemoryTokens:
    """Logins within a transaction. A login's lock guards its tokens too."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add_family(self, family: Family, token_hash: bytes) -> None:
        """Start a login; what has expired by its beginning goes."""
        for seen in self._of_user(family.user_id):
            row = await self._rows.acquire(self._database.families, seen.family.id)
            if row is not None and row.family.expires_at <= family.created_at:
                self._drop(row.family.id)
        await self.add(family, token_hash)

    async def add_impersonation(self, family: Family) -> None:
        """A login without tokens."""
        if family.begun_by is None or self._rows.find(self._database.families, family.begun_by) is None:
            raise NotSignedIn
        await self._rows.lock(self._database.families, family.id)
        self._rows.put(self._database.families, family.id, FamilyRow(family=family))

    async def revoke(self, family_id: UUID, now: datetime) -> bool:
        """End one login."""
        row = await self._rows.acquire(self._database.families, family_id)
        if row is None or row.revoked_at is not None:
            return False
        self._revoke(row, now)
        return True

    async def use(self, token_hash: bytes, now: datetime) -> Family | None:
        """The login of a token that is good, which it then no longer is."""
        row = await self._acquire_family_of(token_hash)
        token = self._rows.find(self._database.tokens, token_hash)
        if row is None or token is None or token.used_at is not None:
            return None
        user = self._rows.find(self._database.users, row.family.user_id)
        if row.revoked_at is not None or row.family.expires_at <= now or user is None or not user.is_active:
            return None
        self._rows.put(self._database.tokens, token_hash, replace(token, used_at=now))
        return row.family

    async def add(self, family: Family, token_hash: bytes) -> None:
        """The next token; the login lives as long as it."""
        row = await self._rows.acquire(self._database.families, family.id)
        extended = replace(row, family=family) if row else FamilyRow(family=family)
        self._rows.put(self._database.families, family.id, extended)
        self._rows.put(self._database.tokens, token_hash, TokenRow(family_id=family.id))

    async def revoke_family_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """End the login of a token."""
        row = await self._acquire_family_of(token_hash)
        if row is None or row.revoked_at is not None:
            return None
        self._revoke(row, now)
        return row.family.user_id

    async def revoke_all_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """End every login of the person of a living login's token; locked in one order, whichever token it is."""
        await asyncio.sleep(0)
        token = self._rows.find(self._database.tokens, token_hash)
        if token is None:
            return None
        user_id = self._rows.get(self._database.families, token.family_id).family.user_id
        rows = [await self._acquire(row) for row in self._of_user(user_id)]
        living = [row for row in rows if row and row.revoked_at is None and row.family.expires_at > now]
        if token.family_id not in {row.family.id for row in living}:
            return None
        for row in rows:
            self._revoke(row, now)
        return user_id

    async def revoke_all(self, user_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
        """End every login of a person but one."""
        for seen in self._of_user(user_id):
            if seen.family.id != but:
                self._revoke(await self._acquire(seen), now)

    def _of_user(self, user_id: UUID) -> list[FamilyRow]:
        return sorted(self._rows.group(self._database.families, user_id), key=lambda row: row.family.id)

    async def _acquire(self, seen: FamilyRow) -> FamilyRow | None:
        return await self._rows.acquire(self._database.families, seen.family.id)

    def _revoke(self, row: FamilyRow | None, now: datetime) -> None:
        if row is not None and row.revoked_at is None:
            self._rows.put(self._database.families, row.family.id, replace(row, revoked_at=now))

    async def _acquire_family_of(self, token_hash: bytes) -> FamilyRow | None:
        await asyncio.sleep(0)
        token = self._rows.find(self._database.tokens, token_hash)
        if token is None:
            return None
        return await self._rows.acquire(self._database.families, token.family_id)

    def _drop(self, family_id: UUID) -> None:
        for row in list(self._rows.all(self._database.families)):
            if row.family.begun_by == family_id:
                self._drop(row.family.id)
        for token_hash, token in list(self._database.tokens.rows.items()):
            if token.family_id == family_id:
                self._rows.drop(self._database.tokens, token_hash)
        self._rows.drop(self._database.families, family_id)
