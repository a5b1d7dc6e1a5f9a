"""Reconciling the object store with the records of pictures, both ways."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.pictures import UPLOAD_GRACE, PictureRecord, ids_in
from marketplace.core.errors.pictures import StoreRefused, StoreUnknown
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.pictures import ObjectStore, StoredObject
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.purging import purge_hourly

LOG = logging.getLogger(__name__)

BATCH = 20
"""Pictures claimed at once. Their bytes are deleted well within `DELETION_LEASE`, even from a slow store."""
PAGE = 1_000
"""Objects listed at once, the maximum of S3."""
DAY = timedelta(days=1)
FIRST = UUID(int=0)


class PictureSweeper:
    """Deletes bytes that no one sees: of abandoned uploads, of removed pictures, and those without a record.

    The latter get a record, which is swept an hour later. A picture that is shown but has no bytes is only logged,
    since a volume that isn't mounted looks the same.
    """

    def __init__(self, *, unit_of_work: UnitOfWork, store: ObjectStore, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._clock = clock

    async def begin(self) -> None:
        """Enqueue `reconcile` for tonight; it then repeats daily."""
        await self._reconcile_at(self._clock.now())

    async def purge(self, _: UUID | None = None) -> None:
        """Delete abandoned and removed pictures, and enqueue the next purge at the next full hour."""
        now = self._clock.now()
        await purge_hourly(self._unit_of_work, "sweep_pictures", now, lambda: self._purge_batch(now))

    async def _purge_batch(self, now: datetime) -> int:
        """Claim records, delete their bytes, then the records. Return their number.

        An hour later the claim is abandoned itself, so a picture is tried again after an interruption or a refusal.
        """
        async with self._unit_of_work() as tx:
            claimed = await tx.pictures.claim_abandoned(now - UPLOAD_GRACE, now, BATCH)
        deleted = [record for record in claimed if await self._delete_bytes(record)]
        async with self._unit_of_work() as tx:
            for record in sorted(deleted, key=lambda each: each.id):
                if await tx.pictures.acquire(record.id) == record:
                    await tx.pictures.delete(record.id)
        return len(claimed)

    async def _delete_bytes(self, record: PictureRecord) -> bool:
        try:
            await self._store.delete(record.id)
        except (StoreRefused, StoreUnknown) as error:
            LOG.warning("The bytes of the picture %s could not be deleted yet: %s", record.id, type(error).__name__)
            return False
        return True

    async def reconcile(self, _: UUID | None = None) -> None:
        """Compare all stored bytes with the records, and enqueue the next comparison.

        The handler of `reconcile_pictures`. One statement for each page of objects, in the order of their names.
        """
        now, after, done = self._clock.now(), "", FIRST
        while True:
            page = await self._store.list(after, PAGE)
            until = None if len(page) < PAGE else _last_id(page)
            await self._record_unknown(page, now)
            await self._report_missing(page, done, until, now)
            if len(page) < PAGE:
                break
            after, done = page[-1].key, until or done
        await self._reconcile_at(now)

    async def _record_unknown(self, page: Sequence[StoredObject], now: datetime) -> None:
        newest: dict[UUID, datetime] = {}
        for each, found in zip(page, ids_in([each.key for each in page]), strict=True):
            if found is not None:
                newest[found] = max(newest.get(found, each.written_at), each.written_at)
        old = [found for found, written_at in newest.items() if written_at < now - UPLOAD_GRACE]
        async with self._unit_of_work() as tx:
            known = await tx.pictures.find(old)
            for found in old:
                if found not in known:
                    LOG.warning("Bytes of a picture have no record and will be deleted: %s", found)
                    # by a record, since an upload of the same picture may begin at this moment
                    await tx.pictures.begin(
                        PictureRecord(
                            id=found, owner_id=FIRST, kind="session", state="unknown", created_at=now, touched_at=now
                        )
                    )

    async def _report_missing(
        self, page: Sequence[StoredObject], after: UUID, until: UUID | None, now: datetime
    ) -> None:
        stored = set(ids_in([each.key for each in page]))
        while True:
            async with self._unit_of_work() as tx:
                kept = await tx.pictures.list_kept(after, until, PAGE)
            for record in kept:
                if record.id not in stored and record.touched_at < now - UPLOAD_GRACE:
                    await self._report(record)
            if len(kept) < PAGE:
                return
            after = kept[-1].id

    async def _report(self, record: PictureRecord) -> None:
        # asked again, since it may lie on the next page, or have been stored since
        if not any(each.key.startswith(f"{record.id}/") for each in await self._store.list(f"{record.id}/", 1)):
            LOG.error("The bytes of a picture of the %s %s are missing: %s", record.kind, record.owner_id, record.id)

    async def _reconcile_at(self, now: datetime) -> None:
        tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="reconcile_pictures", subject=None, run_at=tomorrow))


def _last_id(page: Sequence[StoredObject]) -> UUID | None:
    return next((found for found in reversed([*ids_in([each.key for each in page])]) if found is not None), None)
