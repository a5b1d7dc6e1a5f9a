"""Records of pictures, and an object store that lives as long as the process."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.core.domain.pictures import PictureRecord
from marketplace.core.ports.pictures import StoredObject


class MemoryPictureRecords:
    """`PictureRecords` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.pictures

    async def begin(self, record: PictureRecord) -> PictureRecord:
        found = await self._rows.acquire_key(self._table, record.id)
        if found is not None:
            record = found.asked_again(record.touched_at)
        self._rows.put(self._table, record.id, record)
        return record

    async def acquire(self, picture: UUID) -> PictureRecord | None:
        return await self._rows.acquire_key(self._table, picture)

    async def claim_abandoned(self, before: datetime, now: datetime, maximum: int) -> tuple[PictureRecord, ...]:
        await asyncio.sleep(0)
        found = [each for each in self._rows.all(self._table) if not each.is_kept() and each.touched_at < before]
        claimed = []
        for each in sorted(found, key=lambda record: (record.touched_at, record.id))[:maximum]:
            current = await self._rows.acquire_key(self._table, each.id)
            if current == each:
                claimed.append(each.settled("deleting", now))
                self._rows.put(self._table, each.id, claimed[-1])
        return tuple(claimed)

    async def find(self, pictures: Collection[UUID]) -> Mapping[UUID, PictureRecord]:
        await asyncio.sleep(0)
        found = (self._rows.find(self._table, each) for each in pictures)
        return {each.id: each for each in found if each is not None}

    async def list_kept(self, after: UUID, until: UUID | None, limit: int) -> tuple[PictureRecord, ...]:
        await asyncio.sleep(0)
        kept = (each for each in self._rows.all(self._table) if each.is_kept() and each.id > after)
        within = (each for each in kept if until is None or each.id <= until)
        return tuple(sorted(within, key=lambda record: record.id)[:limit])

    async def save(self, record: PictureRecord) -> None:
        await self._rows.lock(self._table, record.id)
        self._rows.put(self._table, record.id, record)

    async def delete(self, picture: UUID) -> None:
        await self._rows.lock(self._table, picture)
        self._rows.drop(self._table, picture)


class MemoryObjectStore:
    """`ObjectStore` over a dictionary."""

    def __init__(self) -> None:
        self._objects: dict[str, tuple[bytes, datetime]] = {}

    async def put(self, key: str, body: bytes) -> None:
        await asyncio.sleep(0)
        self._objects[key] = body, datetime.now(UTC)

    async def get(self, key: str) -> bytes | None:
        await asyncio.sleep(0)
        found = self._objects.get(key)
        return found[0] if found else None

    async def delete(self, picture: UUID) -> None:
        await asyncio.sleep(0)
        for key in [each for each in self._objects if each.startswith(f"{picture}/")]:
            del self._objects[key]

    async def list(self, after: str, limit: int) -> Sequence[StoredObject]:
        await asyncio.sleep(0)
        following = sorted(each for each in self._objects if each > after)[:limit]
        return [StoredObject(key, self._objects[key][1]) for key in following]
