"""Uploads, changes and sweeps of pictures: on both storages, and interrupted at every step."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from builders import Services, principal_of, services_over, stored_session, stored_user
from contracts.harness import at_once, owner_of
from fakes import NOW, MovableClock
from marketplace.adapters.memory.pictures import MemoryObjectStore
from marketplace.core.domain.pictures import (
    DELETION_LEASE,
    MAX_PICTURES,
    UPLOAD_GRACE,
    Picture,
    PictureRecord,
    avatar_address,
    picture_id,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import NotFound, NotYours
from marketplace.core.errors.pictures import DamagedPicture, StoreRefused, StoreUnknown, TooManyPictures
from marketplace.core.ports.storage import Storage

LATER = UPLOAD_GRACE + timedelta(minutes=1)


class Killed(BaseException):
    """The process ends here."""


class FailingStore(MemoryObjectStore):
    """A store that fails before its n-th `put`, or after it, once."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self.fails_at = 0
        self.puts = 0
        self.undeletable: UUID | None = None
        self.before_delete: Callable[[], Awaitable[object]] | None = None

    async def put(self, key: str, body: bytes) -> None:
        self.puts += 1
        if self.failure is not None and self.puts == self.fails_at:
            failure, self.failure = self.failure, None
            raise failure
        await super().put(key, body)

    async def delete(self, picture: UUID) -> None:
        if picture == self.undeletable:
            raise StoreRefused
        if self.before_delete is not None:
            await self.before_delete()
        await super().delete(picture)

    async def keys(self) -> list[str]:
        return [each.key for each in await self.list("", 1_000)]


class Gallery:
    """A session with its creator, the services and the store."""

    def __init__(self, storage: Storage, session: Session) -> None:
        self.storage, self.session = storage, session
        self.owner = owner_of(session)
        self.store, self.clock = FailingStore(), MovableClock()
        self.services: Services = services_over(storage, clock=self.clock, objects=self.store)

    @classmethod
    async def of(cls, storage: Storage) -> "Gallery":
        return cls(storage, await stored_session(storage))

    async def add(self, upload: bytes, alt: str = "", who: Principal | None = None) -> None:
        await self.services.pictures.add(who or self.owner, self.session.id, upload, alt)

    async def alts(self) -> list[str]:
        return [each.alt for each in await self.pictures()]

    async def pictures(self) -> Sequence[Picture]:
        found = await self.storage.catalog.find(self.session.id, NOW)
        assert found is not None
        return found.pictures

    async def record(self, upload: bytes) -> PictureRecord | None:
        found = picture_id(self.session.id, upload)
        async with self.storage.unit_of_work() as tx:
            return (await tx.pictures.find([found])).get(found)

    async def sweep(self) -> None:
        """Reconcile and purge once everything that was interrupted counts as abandoned."""
        self.clock.advance(LATER)
        await self.services.picture_sweeper.reconcile()
        await self.services.picture_sweeper.purge()
        self.clock.advance(LATER)
        await self.services.picture_sweeper.purge()


async def test_pictures_are_kept_in_order_and_can_be_described_moved_and_deleted(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    for upload in (b"one", b"two", b"three"):
        await gallery.add(upload, upload.decode())
    ids = [picture_id(gallery.session.id, upload) for upload in (b"one", b"two", b"three")]
    service, owner, session = gallery.services.pictures, gallery.owner, gallery.session.id

    assert await gallery.alts() == ["one", "two", "three"]
    await service.change(owner, session, ids[2], {"position": 1, "alt": "third"})
    assert await gallery.alts() == ["third", "one", "two"]
    await service.change(owner, session, ids[2], {"position": MAX_PICTURES})
    assert await gallery.alts() == ["one", "two", "third"]
    await service.delete(owner, session, ids[1])
    assert await gallery.alts() == ["one", "third"]


async def test_repeated_upload_adds_nothing(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one")

    await gallery.add(b"one")

    assert len(await gallery.pictures()) == 1
    assert gallery.store.puts == 3


async def test_seventh_picture_is_refused_also_among_concurrent_ones(storage: Storage) -> None:
    gallery = await Gallery.of(storage)

    outcome = await at_once(gallery.add(b"%d" % number) for number in range(MAX_PICTURES + 2))

    assert (len(outcome.done), outcome.reasons()) == (MAX_PICTURES, {"TooManyPictures": 2})
    with pytest.raises(TooManyPictures):
        await gallery.add(b"one more")
    assert len(await gallery.pictures()) == MAX_PICTURES


async def test_only_the_creator_and_staff_change_pictures_and_staff_are_logged(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one", "mine")
    found = picture_id(gallery.session.id, b"one")
    stranger = principal_of(await stored_user(storage, role="creator"))
    staff = principal_of(await stored_user(storage, is_staff=True))
    service, session = gallery.services.pictures, gallery.session.id

    for refused in (
        service.require_addable(stranger, session),
        service.add(stranger, session, b"two", ""),
        service.change(stranger, session, found, {"alt": "theirs"}),
        service.delete(stranger, session, found),
    ):
        with pytest.raises(NotYours):
            await refused
    with pytest.raises(NotFound):
        await service.delete(gallery.owner, session, uuid4())
    with pytest.raises(NotFound):
        await service.require_addable(gallery.owner, uuid4())
    await service.delete(staff, session, found, "A face of a child.")

    log = await storage.audit.newest(10, ("session", session))
    assert [(each.action, each.actor_id, each.reason) for each in log] == [
        ("session_changed", staff.user_id, "A face of a child.")
    ]
    assert log[0].before == {"pictures": [f"{found} mine"]}


async def test_deleted_picture_is_swept_after_pages_that_show_it(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one")
    await gallery.add(b"two")
    await gallery.services.pictures.delete(gallery.owner, gallery.session.id, picture_id(gallery.session.id, b"one"))

    await gallery.services.picture_sweeper.purge()
    assert len(await gallery.store.keys()) == 6
    await gallery.sweep()

    kept = picture_id(gallery.session.id, b"two")
    assert {key.partition("/")[0] for key in await gallery.store.keys()} == {str(kept)}
    assert await gallery.record(b"one") is None


async def test_deleted_picture_can_be_uploaded_again_before_and_after_the_sweep(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    found = picture_id(gallery.session.id, b"one")
    for sweeps in (False, True):
        await gallery.add(b"one")
        await gallery.services.pictures.delete(gallery.owner, gallery.session.id, found)
        if sweeps:
            await gallery.sweep()
    await gallery.add(b"one")

    await gallery.sweep()

    assert len(await gallery.store.keys()) == 3


async def deleted(gallery: Gallery, *uploads: bytes) -> None:
    """Add pictures and delete them again."""
    for upload in uploads:
        await gallery.add(upload)
        found = picture_id(gallery.session.id, upload)
        await gallery.services.pictures.delete(gallery.owner, gallery.session.id, found)


async def test_picture_that_the_store_refuses_to_delete_does_not_keep_others(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await deleted(gallery, b"one", b"two", b"three")
    gallery.store.undeletable = picture_id(gallery.session.id, b"one")

    await gallery.sweep()
    left = {key.partition("/")[0] for key in await gallery.store.keys()}
    assert left == {str(gallery.store.undeletable)}

    gallery.store.undeletable = None
    await gallery.sweep()
    assert (await gallery.store.keys(), await gallery.record(b"one")) == ([], None)


async def test_sweep_locks_no_record_while_the_store_deletes(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await deleted(gallery, b"one")
    seen: list[str] = []

    async def read_the_record() -> None:
        async with storage.unit_of_work() as tx:
            record = await tx.pictures.acquire(picture_id(gallery.session.id, b"one"))
            seen.append(record.state if record else "none")

    gallery.store.before_delete = lambda: asyncio.wait_for(read_the_record(), 5)
    gallery.clock.advance(LATER)
    await gallery.services.picture_sweeper.purge()

    assert set(seen) == {"deleting"}
    assert await gallery.record(b"one") is None


async def test_upload_is_refused_while_a_sweep_deletes_the_same_picture(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await deleted(gallery, b"one")
    refusals: list[BaseException | None] = []

    async def upload_again() -> None:
        outcome = await at_once([gallery.add(b"one")])
        refusals.extend(outcome.refused)

    gallery.store.before_delete = upload_again
    gallery.clock.advance(LATER)
    await gallery.services.picture_sweeper.purge()

    assert [type(each) for each in refusals] == [StoreRefused]
    assert await gallery.store.keys() == []
    await gallery.add(b"one")
    assert len(await gallery.store.keys()) == 3


async def test_upload_takes_over_what_a_killed_sweep_claimed(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await deleted(gallery, b"one")

    async def killed() -> None:
        raise Killed

    gallery.store.before_delete = killed
    gallery.clock.advance(LATER)
    with pytest.raises(Killed):
        await gallery.services.picture_sweeper.purge()
    gallery.store.before_delete = None
    with pytest.raises(StoreRefused):
        await gallery.add(b"one")

    gallery.clock.advance(DELETION_LEASE)
    await gallery.add(b"one")
    await gallery.sweep()

    assert len(await gallery.store.keys()) == 3


@pytest.mark.parametrize("step", [1, 2, 3])
async def test_upload_that_ends_among_its_bytes_leaves_nothing_after_a_sweep(storage: Storage, step: int) -> None:
    gallery = await Gallery.of(storage)
    gallery.store.failure, gallery.store.fails_at = Killed(), step
    with pytest.raises(Killed):
        await gallery.add(b"one")
    assert (await gallery.record(b"one")) is not None, "the record comes first"
    assert await gallery.pictures() == ()

    await gallery.sweep()

    assert (await gallery.store.keys(), await gallery.record(b"one")) == ([], None)


@pytest.mark.parametrize(("failure", "state"), [(StoreRefused(), "refused"), (StoreUnknown(), "unknown")])
async def test_failure_of_the_store_is_recorded_and_a_later_upload_succeeds(
    storage: Storage, failure: BaseException, state: str
) -> None:
    gallery = await Gallery.of(storage)
    gallery.store.failure, gallery.store.fails_at = failure, 2
    with pytest.raises(type(failure)):
        await gallery.add(b"one")
    record = await gallery.record(b"one")
    assert record is not None
    assert record.state == state

    await gallery.add(b"one")
    await gallery.sweep()

    record = await gallery.record(b"one")
    assert record is not None
    assert (record.state, len(await gallery.store.keys())) == ("done", 3)


async def test_damaged_upload_leaves_no_record(storage: Storage) -> None:
    gallery = await Gallery.of(storage)

    with pytest.raises(DamagedPicture):
        await gallery.add(b"damaged")

    assert await gallery.record(b"damaged") is None


async def test_bytes_without_a_record_are_deleted_and_foreign_names_are_left(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    lost = uuid4()
    for key in (f"{lost}/400.webp", f"{lost}/400.webpx1.part", "readme.txt"):
        await gallery.store.put(key, b"bytes")

    gallery.clock.at = gallery.clock.at.replace(year=2099)  # the store's clock is the machine's
    await gallery.services.picture_sweeper.reconcile()
    gallery.clock.advance(LATER)
    await gallery.services.picture_sweeper.purge()

    assert await gallery.store.keys() == ["readme.txt"]


async def test_missing_bytes_are_logged_and_the_picture_stays(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one")
    await gallery.add(b"two")
    await gallery.store.delete(picture_id(gallery.session.id, b"one"))

    await gallery.sweep()

    reports = [each.message for each in caplog.records if each.levelname == "ERROR" and "missing" in each.message]
    assert any(str(picture_id(gallery.session.id, b"one")) in each for each in reports)
    assert not any(str(picture_id(gallery.session.id, b"two")) in each for each in reports)
    assert len(await gallery.pictures()) == 2


async def test_avif_follows_and_its_job_can_run_again(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one")
    found = picture_id(gallery.session.id, b"one")

    for _ in range(2):
        await gallery.services.pictures.encode_avif(found)

    session = await storage.catalog.find(gallery.session.id, NOW)
    assert session is not None
    assert [each.type for each in session.pictures[0].sources] == ["image/avif", "image/webp"]
    assert len(await gallery.store.keys()) == 6
    await gallery.services.pictures.delete(gallery.owner, gallery.session.id, found)
    await gallery.services.pictures.encode_avif(found)
    await gallery.services.pictures.encode_avif(uuid4())
    await gallery.sweep()
    assert await gallery.store.keys() == []


async def test_archived_session_loses_its_pictures(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    await gallery.add(b"one")

    await gallery.services.sessions.archive(gallery.owner, gallery.session.id)
    await gallery.sweep()

    assert (await gallery.pictures(), await gallery.store.keys()) == ((), [])


async def test_avatar_is_replaced_and_deleted_with_its_bytes(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    user = await stored_user(storage)
    principal, avatars = principal_of(user), gallery.services.avatars

    assert (await avatars.upload(principal, b"one")).avatar == avatar_address(picture_id(user.id, b"one"))
    assert (await avatars.upload(principal, b"two")).avatar == avatar_address(picture_id(user.id, b"two"))
    await gallery.sweep()
    assert [UUID(key.partition("/")[0]) for key in await gallery.store.keys()] == [picture_id(user.id, b"two")]
    await gallery.services.users.change_profile(principal, {"avatar": "https://images.example.org/ada.jpg"})
    await avatars.delete(principal)
    await gallery.sweep()

    assert (await storage.users.get(user.id)).avatar is None
    assert await gallery.store.keys() == []


async def test_avatar_of_another_person_is_not_swept(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    owner, other = await stored_user(storage), await stored_user(storage)
    await gallery.services.avatars.upload(principal_of(owner), b"one")
    address = avatar_address(picture_id(owner.id, b"one"))
    await gallery.services.users.change_profile(principal_of(other), {"avatar": address})

    await gallery.services.avatars.delete(principal_of(other))
    await gallery.sweep()

    assert len(await gallery.store.keys()) == 1


async def test_sweep_is_done_by_one_of_two(storage: Storage) -> None:
    gallery = await Gallery.of(storage)
    for number in range(5):
        await gallery.add(b"%d" % number)
        found = picture_id(gallery.session.id, b"%d" % number)
        await gallery.services.pictures.delete(gallery.owner, gallery.session.id, found)
    gallery.clock.advance(LATER)

    outcome = await at_once(gallery.services.picture_sweeper.purge() for _ in range(2))

    assert outcome.refused == ()
    assert await gallery.store.keys() == []
