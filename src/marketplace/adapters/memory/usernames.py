"""Claims to usernames."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.records import ClaimRow
from marketplace.core.domain.users import User
from marketplace.core.errors import UsernameTaken


class MemoryUsernameClaims:
    """`UsernameClaims` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.username_claims

    async def claim(self, user: User, keys: Collection[str], expired_before: datetime) -> None:
        for key in sorted(keys):
            row = await self._rows.acquire_key(self._table, key)
            is_free = row is None or (row.released_at is not None and row.released_at <= expired_before)
            if not is_free and row is not None and row.user_id != user.id:
                raise UsernameTaken
            self._rows.put(self._table, key, ClaimRow(user_id=user.id, username=user.username))

    async def release(self, user_id: UUID, keys: Collection[str], now: datetime) -> None:
        for key in sorted(keys):
            row = await self._rows.acquire_key(self._table, key)
            if row is None or row.user_id == user_id:
                self._rows.put(self._table, key, ClaimRow(user_id=user_id, released_at=now))

    async def acquire_without(self, after: UUID | None, limit: int) -> tuple[User, ...]:
        owned = {(row.user_id, row.username) for row in self._rows.all(self._table) if row.released_at is None}
        users = sorted(self._rows.all(self._rows.database.users), key=lambda user: user.id)
        unclaimed = (user for user in users if (user.id, user.username) not in owned)
        found = [user for user in unclaimed if after is None or user.id > after][:limit]
        for user in found:
            await self._rows.lock(self._rows.database.users, user.id)
        return tuple(found)

    async def claim_free(self, owners: Mapping[str, User]) -> None:
        for key, user in sorted(owners.items(), key=lambda item: item[0]):
            row = await self._rows.acquire_key(self._table, key)
            if row is None or row.user_id == user.id:
                self._rows.put(self._table, key, ClaimRow(user_id=user.id, username=user.username))

    async def release_others(self, present: Collection[tuple[str, UUID]], now: datetime) -> None:
        users = {user_id for _, user_id in present}
        for key, row in sorted(self._table.rows.items()):
            if row.user_id in users and row.released_at is None and (key, row.user_id) not in present:
                await self.release(row.user_id, [key], now)
