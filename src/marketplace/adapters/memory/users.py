"""Accounts."""

import asyncio
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.records import LoginRow
from marketplace.core.domain.user_details import UserDetails
from marketplace.core.domain.users import User, fold
from marketplace.core.errors import EmailTaken, NotFound, UsernameTaken


class MemoryUserDirectory:
    """`UserDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def get(self, user_id: UUID) -> User:
        await asyncio.sleep(0)
        user = self._database.users.rows.get(user_id)
        if user is None:
            raise NotFound
        return user

    async def find_details(self, user_id: UUID, now: datetime) -> UserDetails | None:
        await asyncio.sleep(0)
        user = self._database.users.rows.get(user_id)
        if user is None:
            return None
        sessions, bookings = self._database.sessions.rows.values(), self._database.bookings.rows.values()
        logins = (
            row.login
            for row in self._database.logins.rows.values()
            if row.login.user_id == user_id and self._is_active(row, now)
        )
        factor = self._database.second_factors.rows.get(user_id)
        return UserDetails(
            **{field.name: getattr(user, field.name) for field in fields(User)},
            sessions=sum(one.creator_id == user_id and one.archived_at is None for one in sessions),
            bookings=sum(one.user_id == user_id for one in bookings),
            second_factor_since=factor.confirmed_at if factor else None,
            logins=tuple(sorted(logins, key=lambda login: (login.created_at, login.id), reverse=True)),
        )

    def _is_active(self, row: LoginRow, now: datetime) -> bool:
        impersonated_from = (
            self._database.logins.rows.get(row.login.impersonated_from) if row.login.impersonated_from else None
        )
        is_revoked = row.revoked_at is not None or (
            impersonated_from is not None and impersonated_from.revoked_at is not None
        )
        return not is_revoked and row.login.expires_at > now

    async def find_by_email(self, email: str) -> User | None:
        await asyncio.sleep(0)
        user_id = self._database.emails.rows.get(fold(email))
        return None if user_id is None else self._database.users.rows[user_id]

    async def has_any(self) -> bool:
        await asyncio.sleep(0)
        return bool(self._database.users.rows)


def buyers_of(creator_id: UUID) -> tuple[str, UUID]:
    """Return the name of the lock that buyers of a creator's sessions share, and an edit acquires exclusively."""
    return ("buyers of", creator_id)


class MemoryUsers:
    """`Users` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def acquire(self, user_id: UUID) -> User:
        return await self._locked(user_id, shared=False)

    async def _locked(self, user_id: UUID, *, shared: bool) -> User:
        user = await self._rows.acquire(self._database.users, user_id, shared=shared)
        if user is None:
            raise NotFound
        return user

    async def acquire_shared(self, user_id: UUID) -> User:
        return await self._locked(user_id, shared=True)

    async def acquire_with_staff(
        self, user_id: UUID, staff_id: UUID, *, with_sessions: bool = False
    ) -> tuple[User, User]:
        if with_sessions:
            await self._rows.lock_name(buyers_of(user_id))
        found = {each: await self._locked(each, shared=each != user_id) for each in sorted({user_id, staff_id})}
        return found[user_id], found[staff_id]

    async def acquire_with_sessions(self, user_id: UUID) -> User:
        """Lock the account, and exclude buyers of its sessions."""
        await self._rows.lock_name(buyers_of(user_id))
        return await self.acquire(user_id)

    async def acquire_superusers(self) -> frozenset[UUID]:
        """Acquire the lock of superusers, then return their ids."""
        await self._rows.lock_name("superusers")
        users = self._rows.all(self._database.users)
        return frozenset(user.id for user in users if user.is_superuser and user.is_active)

    async def add(self, user: User) -> None:
        """Insert. The locks on the folded names serialize duplicates. Raises `EmailTaken` or `UsernameTaken`."""
        await self._write(user, None)

    async def save(self, user: User) -> None:
        """Update. The old names are locked too, since they are not free until the commit."""
        await self._write(user, await self.acquire(user.id))

    async def _write(self, user: User, before: User | None) -> None:
        email, username = fold(user.email), fold(user.username)
        old_email, old_username = (fold(before.email), fold(before.username)) if before else (email, username)
        for each in sorted({old_email, email}):
            await self._rows.lock(self._database.emails, each)
        for each in sorted({old_username, username}):
            await self._rows.lock(self._database.usernames, each)
        if self._rows.find(self._database.emails, email) not in {None, user.id}:
            raise EmailTaken
        if self._rows.find(self._database.usernames, username) not in {None, user.id}:
            raise UsernameTaken
        self._rows.drop(self._database.emails, old_email)
        self._rows.drop(self._database.usernames, old_username)
        self._rows.put(self._database.emails, email, user.id)
        self._rows.put(self._database.usernames, username, user.id)
        self._rows.put(self._database.users, user.id, user)
