"""Uploading and deleting one's avatar. What an upload leaves when it is interrupted is swept, as for sessions."""

import asyncio
from dataclasses import replace
from uuid import UUID

from marketplace.core.domain.pictures import Upload, avatar_address, picture_id
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.events import record_user_change
from marketplace.core.services.pictures import PictureStores, remove_avatar, settle
from marketplace.core.services.retries import with_retries
from marketplace.core.services.tokens import PrincipalCache


class AvatarService:
    """Avatars."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, stores: PictureStores, principal_cache: PrincipalCache, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._stores = stores
        self._principal_cache = principal_cache
        self._clock = clock

    async def count(self, principal: Principal) -> None:
        """Count an upload before its body is read. Raises `RateLimited`."""
        await self._stores.count(principal)

    async def upload(self, principal: Principal, upload: Upload) -> User:
        """Store an avatar and show it in place of the one before.

        Raises as `PictureEncoder.encode`, `StoreRefused`, `StoreUnknown`, `NotSignedIn`.
        """
        found = await asyncio.to_thread(picture_id, principal.user_id, upload)  # in a thread: 8 MB take milliseconds
        encoded = await self._stores.encoder.encode_avatar(upload)
        await self._stores.store_all(self._stores.record(found, principal.user_id, "avatar"), encoded)
        return await self._replace(principal, found)

    async def delete(self, principal: Principal) -> User:
        """Show no avatar. Raises `NotSignedIn`."""
        return await self._replace(principal, None)

    async def _replace(self, principal: Principal, found: UUID | None) -> User:
        async def operation() -> User:
            async with self._unit_of_work() as tx:
                before = await tx.users.acquire(principal.user_id)
                before.current(principal)
                now = self._clock.now()
                user = replace(before, avatar=None if found is None else avatar_address(found))
                if found is not None:
                    await settle(tx, found, now)
                await remove_avatar(tx, before, user, now)
                await tx.users.save(user)
                await record_user_change(tx, principal.user_id, before, user, now)
                return user

        user = await with_retries(operation)
        self._principal_cache.forget(principal.user_id)
        return user
