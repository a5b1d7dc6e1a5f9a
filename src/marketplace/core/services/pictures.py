"""Uploading, changing and deleting the pictures of a session.

An upload is recorded before its bytes are stored, and shown only once they are: whenever it is interrupted, the record
names what may be stored, and `PictureSweeper` deletes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.domain.audit import differences
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.events import SessionEvent
from marketplace.core.domain.fields import OptionalStaffReason, require, validate_field
from marketplace.core.domain.pictures import (
    AltText,
    EncodedPicture,
    Picture,
    PictureKind,
    PictureRecord,
    Pictures,
    Position,
    StoreState,
    Upload,
    changed_picture,
    key_of,
    picture_id,
    uploaded_avatar,
    with_avif,
    with_picture,
    without_picture,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.rate_limits import PICTURE_UPLOADS, Attempt
from marketplace.core.domain.sessions import SESSION_FIELDS
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound
from marketplace.core.errors.pictures import StoreRefused, StoreUnknown
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.pictures import ObjectStore, PictureEncoder
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.events import record_change
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_staff


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureStores:
    """Stores encoded pictures and records the outcome."""

    unit_of_work: UnitOfWork
    encoder: PictureEncoder
    store: ObjectStore
    limits: RateLimitService
    clock: Clock

    async def count(self, principal: Principal) -> None:
        """Count an upload. Raises `RateLimited`."""
        await self.limits.check(Attempt(PICTURE_UPLOADS, str(principal.user_id)))

    async def store_all(self, record: PictureRecord, encoded: EncodedPicture) -> None:
        """Record that the versions are asked for, then store them.

        Raises `StoreRefused`, also while a sweep deletes the same picture, and `StoreUnknown`.
        """

        async def begin() -> PictureRecord:
            async with self.unit_of_work() as tx:
                return await tx.pictures.begin(record)

        if (await with_retries(begin)).state == "deleting":
            raise StoreRefused
        try:
            for width, body in encoded.files.items():
                await self.store.put(key_of(record.id, width, "webp"), body)
        except (StoreRefused, StoreUnknown) as error:
            await self._record_failure(record.id, error)
            raise

    async def _record_failure(self, picture: UUID, error: StoreRefused | StoreUnknown) -> None:
        async with self.unit_of_work() as tx:
            record = await tx.pictures.acquire(picture)
            if record is not None and record.state == "asked":
                state: StoreState = "refused" if isinstance(error, StoreRefused) else "unknown"
                await tx.pictures.save(record.settled(state, self.clock.now()))

    def record(self, picture: UUID, owner_id: UUID, kind: PictureKind) -> PictureRecord:
        """Return the record of an upload that begins now."""
        now = self.clock.now()
        return PictureRecord(
            id=picture, owner_id=owner_id, kind=kind, state="asked", created_at=now, touched_at=now, removed_at=None
        )


async def settle(tx: Transaction, picture: UUID, now: datetime) -> None:
    """Record that the bytes of a picture are stored and shown. Raises `StoreUnknown` if they were swept meanwhile."""
    record = await tx.pictures.acquire(picture)
    if record is None or record.state == "deleting":
        raise StoreUnknown
    await tx.pictures.save(replace(record.settled("done", now), removed_at=None))


async def remove(tx: Transaction, pictures: Pictures, now: datetime) -> None:
    """Record that these pictures are no longer shown, so that their bytes are swept."""
    for each in sorted(pictures, key=lambda picture: picture.id):
        await remove_one(tx, each.id, now)


async def remove_one(tx: Transaction, picture: UUID, now: datetime) -> None:
    """Record that a picture is no longer shown."""
    record = await tx.pictures.acquire(picture)
    if record is not None and record.removed_at is None:
        await tx.pictures.save(record.removed(now))


async def remove_avatar(tx: Transaction, before: User, after: User, now: datetime) -> None:
    """Record that an uploaded avatar is no longer shown, if this change replaces it."""
    found = uploaded_avatar(before.avatar)
    if found is not None and before.avatar != after.avatar:
        record = await tx.pictures.acquire(found)
        if record is not None and record.owner_id == before.id:
            await remove_one(tx, found, now)


class PictureService:
    """The pictures of sessions, for their creators, and for staff with an optional reason."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, catalog: Catalog, stores: PictureStores, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._catalog = catalog
        self._stores = stores
        self._clock = clock
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def require_addable(self, principal: Principal, session_id: UUID) -> None:
        """Check an upload before its body is read.

        Raises `NotFound`, `NotYours`, `NotACreator`, `RateLimited`.
        """
        session = await self._read(session_id)
        session.changed_by(principal, {}, on_behalf=principal.user_id != session.creator_id)
        await self._stores.count(principal)

    async def add(
        self, principal: Principal, session_id: UUID, upload: Upload, alt: str, *, is_drawn: bool = False
    ) -> CatalogSession:
        """Add a picture at the end, to be stored as AVIF later unless `is_drawn`. A repeated upload adds nothing.

        Raises as `require_addable` and `PictureEncoder.encode`, `Invalid`, `TooManyPictures`, `StoreRefused`,
        `StoreUnknown`.
        """
        require(validate_field("alt", AltText, alt))
        found = await asyncio.to_thread(picture_id, session_id, upload)  # in a thread: 8 MB take milliseconds
        before = await self._read(session_id)
        if any(each.id == found for each in before.pictures):
            return before.seen_by(principal.private_reader_id)
        with_picture(before.pictures, Picture(id=found, alt=alt, width=1, height=1))
        encoded = await self._stores.encoder.encode(upload)
        await self._stores.store_all(self._stores.record(found, session_id, "session"), encoded)
        picture = Picture(id=found, alt=alt, width=encoded.width, height=encoded.height)

        async def added(tx: Transaction, pictures: Pictures) -> Pictures:
            after = with_picture(pictures, picture)
            now = self._clock.now()
            await settle(tx, found, now)
            if not is_drawn:
                await tx.jobs.enqueue(Job(kind="encode_avif", subject=found, run_at=now))
            return after

        return await self._change(principal, session_id, added)

    async def change(
        self, principal: Principal, session_id: UUID, picture: UUID, changes: Mapping[str, Any], reason: str = ""
    ) -> CatalogSession:
        """Change `alt` or `position`. Raises `NotFound`, `NotYours`, `NotACreator`, `Invalid`."""
        for name, kind in (("alt", AltText), ("position", Position)):
            require(validate_field(name, kind, changes[name]) if name in changes else {})

        async def changed(_: Transaction, pictures: Pictures) -> Pictures:
            return changed_picture(pictures, picture, changes)

        return await self._change(principal, session_id, changed, reason)

    async def delete(self, principal: Principal, session_id: UUID, picture: UUID, reason: str = "") -> CatalogSession:
        """Delete a picture; its bytes follow within two hours. Raises `NotFound`, `NotYours`, `NotACreator`."""

        async def deleted(tx: Transaction, pictures: Pictures) -> Pictures:
            after = without_picture(pictures, picture)
            await remove_one(tx, picture, self._clock.now())
            return after

        return await self._change(principal, session_id, deleted, reason)

    async def _change(
        self,
        principal: Principal,
        session_id: UUID,
        change: Callable[[Transaction, Pictures], Awaitable[Pictures]],
        reason: str = "",
    ) -> CatalogSession:
        require(validate_field("reason", OptionalStaffReason, reason))

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                before = await tx.sessions.acquire(session_id)
                is_staff = principal.user_id != before.creator_id and principal.is_staff
                actor = await acquire_staff(tx, principal) if is_staff else principal
                before.changed_by(actor, {}, on_behalf=is_staff)
                session = replace(before, pictures=await change(tx, before.pictures))
                if session == before:
                    return
                await tx.sessions.save(session)
                await record_change(tx, principal, before, session, self._clock.now())
                if is_staff:
                    changed = differences(before, session, SESSION_FIELDS)
                    await self._audit.write(tx, actor, "session_changed", ("session", session_id), changed, reason)

        await with_retries(operation)
        return (await self._read(session_id)).seen_by(principal.private_reader_id)

    async def encode_avif(self, picture: UUID | None) -> None:
        """Store a picture as AVIF, too; the handler of `encode_avif`. Idempotent."""
        if picture is None or (record := await self._touched(picture)) is None:
            return
        session = await self._read(record.owner_id)
        shown = next((each for each in session.pictures if each.id == picture), None)
        if shown is None or shown.has_avif:
            return
        largest = await self._stores.store.get(key_of(picture, shown.width, "webp"))
        if largest is None:
            return
        encoded = await self._stores.encoder.encode_avif(largest)
        for width, body in encoded.files.items():
            await self._stores.store.put(key_of(picture, width, "avif"), body)
        async with self._unit_of_work() as tx:
            before = await tx.sessions.acquire(record.owner_id)
            after = replace(before, pictures=with_avif(before.pictures, picture))
            if after != before:
                await tx.sessions.save(after)
                now = self._clock.now()
                await tx.events.add(SessionEvent.of("session.changed", after, after.creator_id, now, ("pictures",)))

    async def _touched(self, picture: UUID) -> PictureRecord | None:
        """Keep the bytes from being swept while more are stored."""
        async with self._unit_of_work() as tx:
            record = await tx.pictures.acquire(picture)
            if record is None or not record.is_kept() or record.kind != "session":
                return None
            touched = replace(record, touched_at=self._clock.now())
            await tx.pictures.save(touched)
            return touched

    async def _read(self, session_id: UUID) -> CatalogSession:
        found = await self._catalog.find(session_id, self._clock.now())
        if found is None:
            raise NotFound
        return found
