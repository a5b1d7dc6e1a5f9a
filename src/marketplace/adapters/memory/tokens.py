"""Logins and their refresh tokens."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import LoginRow, TokenRow
from marketplace.core.domain.messages import UNSAID, MessageKind
from marketplace.core.domain.principals import MAX_LOGINS, Login, Principal
from marketplace.core.domain.tokens import Claims
from marketplace.core.domain.users import User
from marketplace.core.errors import NotSignedIn


class MemoryPrincipals:
    """`Principals` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, claims: Claims) -> Principal | None:
        await asyncio.sleep(0)
        row = self._database.logins.rows.get(claims.family_id)
        user = self._database.users.rows.get(claims.user_id)
        if row is None or user is None or row.login.user_id != user.id:
            return None
        if row.revoked_at is not None or not user.is_active:
            return None
        principal = replace(
            user.principal(row.login.id),
            proved_at=row.login.proved_at or row.login.created_at,
            lacks_second_factor=self._lacks_second_factor(user, row.login),
        )
        return (
            principal
            if row.login.impersonated_from is None
            else self._impersonated(principal, row.login.impersonated_from)
        )

    def _impersonated(self, principal: Principal, impersonated_from: UUID) -> Principal | None:
        row = self._database.logins.rows.get(impersonated_from)
        if row is None or row.revoked_at is not None or principal.is_staff or principal.is_superuser:
            return None
        staff = self._database.users.rows[row.login.user_id]
        if not (staff.is_active and staff.is_staff):
            return None
        lacks_second_factor = self._lacks_second_factor(staff, row.login)
        return replace(principal, impersonator_id=staff.id, lacks_second_factor=lacks_second_factor)

    def _lacks_second_factor(self, user: User, login: Login) -> bool:
        factor = self._database.second_factors.rows.get(user.id)
        is_by_passkey = login.is_by_passkey and bool(self._database.passkeys.registered.groups[user.id])
        return user.is_staff and not is_by_passkey and (factor is None or not factor.is_on)


class MemoryLoginDirectory:
    """`LoginDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def active(self, user_id: UUID, now: datetime, limit: int) -> tuple[Login, ...]:
        await asyncio.sleep(0)
        rows = self._database.logins.groups[user_id].values()
        own = [row.login for row in rows if row.revoked_at is None and not row.login.is_impersonation]
        active = [login for login in own if login.expires_at > now]
        return tuple(sorted(active, key=lambda login: (login.created_at, login.id), reverse=True)[:limit])


class MemoryTokens:
    """`Tokens` in a transaction. The lock of a login guards its tokens too."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add_login(self, login: Login, token_hash: bytes) -> bool:
        """Add a login, and remove the person's expired ones."""
        own = [row.login for row in self._of_user(login.user_id) if not row.login.is_impersonation]
        messages = self._rows.group(self._database.messages, login.user_id)
        unsaid = {each.subject for each in messages if each.kind is MessageKind.NEW_SIGN_IN and each.state in UNSAID}
        known = {each.agent for each in own if str(each.id) not in unsaid}
        for candidate in self._of_user(login.user_id):
            row = await self._rows.acquire(self._database.logins, candidate.login.id)
            if row is not None and row.login.expires_at <= login.created_at:
                self._drop(row.login.id)
        mine = self._of_user(login.user_id)
        active = [row for row in mine if row.revoked_at is None and not row.login.is_impersonation]
        for row in sorted(active, key=lambda row: (row.login.expires_at, row.login.id))[: -(MAX_LOGINS - 1)]:
            self._revoke(row, login.created_at)
        await self.add(login, token_hash)
        return bool(own) and login.agent not in known

    async def find(self, login_id: UUID) -> Login | None:
        await asyncio.sleep(0)
        row = self._rows.find(self._database.logins, login_id)
        return row.login if row is not None else None

    async def require_not_ended(self, login_id: UUID) -> None:
        await asyncio.sleep(0)
        row = self._rows.find(self._database.logins, login_id)
        if row is not None and row.revoked_at is not None:
            raise NotSignedIn

    async def add_impersonation(self, login: Login) -> None:
        if login.impersonated_from is None or self._rows.find(self._database.logins, login.impersonated_from) is None:
            raise NotSignedIn
        await self._rows.lock(self._database.logins, login.id)
        self._rows.put(self._database.logins, login.id, LoginRow(login=login))

    async def prove(self, login_id: UUID, now: datetime, *, by_passkey: bool = False) -> bool:
        row = await self._rows.acquire(self._database.logins, login_id)
        if row is None or row.revoked_at is not None or row.login.is_impersonation:
            return False
        proved = replace(row.login, proved_at=now, is_by_passkey=row.login.is_by_passkey or by_passkey)
        self._rows.put(self._database.logins, login_id, replace(row, login=proved))
        return True

    async def revoke(self, family_id: UUID, now: datetime) -> bool:
        row = await self._rows.acquire(self._database.logins, family_id)
        if row is None or row.revoked_at is not None:
            return False
        self._revoke(row, now)
        return True

    async def revoke_own(self, user_id: UUID, family_id: UUID, now: datetime) -> bool:
        row = await self._rows.acquire(self._database.logins, family_id)
        is_own = row is not None and row.login.user_id == user_id and not row.login.is_impersonation
        return is_own and await self.revoke(family_id, now)

    async def use(self, token_hash: bytes, now: datetime) -> Login | None:
        """Use up a valid token and return its login."""
        login = await self.find_unused(token_hash, now)
        token = self._rows.find(self._database.tokens, token_hash)
        if login is not None and token is not None:
            self._rows.put(self._database.tokens, token_hash, replace(token, used_at=now))
        return login

    async def find_unused(self, token_hash: bytes, now: datetime) -> Login | None:
        row = await self._acquire_login_of(token_hash)
        token = self._rows.find(self._database.tokens, token_hash)
        if row is None or token is None or token.used_at is not None:
            return None
        user = self._rows.find(self._database.users, row.login.user_id)
        if row.revoked_at is not None or row.login.expires_at <= now or user is None or not user.is_active:
            return None
        return row.login

    async def add(self, login: Login, token_hash: bytes) -> None:
        """Add the next token; the login expires with it."""
        row = await self._rows.acquire(self._database.logins, login.id)
        extended = replace(row, login=login) if row else LoginRow(login=login)
        self._rows.put(self._database.logins, login.id, extended)
        self._rows.put(self._database.tokens, token_hash, TokenRow(family_id=login.id, expires_at=login.expires_at))

    async def purge(self, now: datetime, before: datetime) -> int:
        logins, tokens = self._database.logins, self._database.tokens
        old = [token_hash for token_hash, row in self._rows.items(tokens) if row.expires_at <= now]
        for token_hash in old:
            self._rows.drop(tokens, token_hash)
        ended = [row.login.id for row in self._rows.all(logins) if row.login.expires_at <= before]
        for login_id in ended:
            if await self._rows.acquire(logins, login_id) is not None:
                self._drop(login_id)
        return len(old) + len(ended)

    async def revoke_login_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        row = await self._acquire_login_of(token_hash)
        if row is None or row.revoked_at is not None:
            return None
        self._revoke(row, now)
        return row.login.user_id

    async def revoke_all_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Revoke every login of the token's owner if its own login is active; locks logins in order of id."""
        await asyncio.sleep(0)
        token = self._rows.find(self._database.tokens, token_hash)
        if token is None:
            return None
        user_id = self._rows.get(self._database.logins, token.family_id).login.user_id
        rows = [await self._acquire(row) for row in self._of_user(user_id)]
        active = [row for row in rows if row and row.revoked_at is None and row.login.expires_at > now]
        if token.family_id not in {row.login.id for row in active}:
            return None
        for row in rows:
            self._revoke(row, now)
        return user_id

    async def revoke_all(self, user_id: UUID, now: datetime, *, except_id: UUID | None = None) -> None:
        for candidate in self._of_user(user_id):
            if candidate.login.id != except_id:
                self._revoke(await self._acquire(candidate), now)

    def _of_user(self, user_id: UUID) -> list[LoginRow]:
        return sorted(self._rows.group(self._database.logins, user_id), key=lambda row: row.login.id)

    async def _acquire(self, candidate: LoginRow) -> LoginRow | None:
        return await self._rows.acquire(self._database.logins, candidate.login.id)

    def _revoke(self, row: LoginRow | None, now: datetime) -> None:
        if row is not None and row.revoked_at is None:
            self._rows.put(self._database.logins, row.login.id, replace(row, revoked_at=now))

    async def _acquire_login_of(self, token_hash: bytes) -> LoginRow | None:
        await asyncio.sleep(0)
        token = self._rows.find(self._database.tokens, token_hash)
        if token is None:
            return None
        return await self._rows.acquire(self._database.logins, token.family_id)

    def _drop(self, family_id: UUID) -> None:
        for row in list(self._rows.all(self._database.logins)):
            if row.login.impersonated_from == family_id:
                self._drop(row.login.id)
        for token_hash, token in list(self._database.tokens.rows.items()):
            if token.family_id == family_id:
                self._rows.drop(self._database.tokens, token_hash)
        self._rows.drop(self._database.logins, family_id)
