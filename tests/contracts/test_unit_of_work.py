import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from builders import (
    TOMORROW,
    a_booking,
    a_principal,
    a_session,
    a_user,
    as_a,
    open_slot,
    seats_taken,
    stored_booking,
    stored_session,
    stored_user,
    take,
)
from contracts.conftest import OpenStorage
from contracts.harness import waits
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound, TransactionConflict
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction


class Trouble(Exception):
    """An error in the middle of a transaction."""


@pytest_asyncio.fixture(loop_scope="module")
async def impatient_storage(open_storage: OpenStorage) -> AsyncIterator[Storage]:
    async with open_storage(timedelta(milliseconds=100)) as opened:
        yield opened


class Scene:
    """A session with one seat taken, and the changes of one transaction."""

    def __init__(self, session: Session, booking: Booking, newcomer: User) -> None:
        self.session = session
        self.booking = booking
        self.newcomer = newcomer
        self.new_session = a_session(creator_id=session.creator_id)
        self.new_booking = a_booking(session, newcomer.id)

    async def change_everything(self, tx: Transaction) -> None:
        await tx.users.add(self.newcomer)
        await tx.sessions.add(self.new_session)
        await tx.sessions.save(replace(await tx.sessions.acquire(self.session.id), title="Changed"))
        assert await take(tx, self.session, self.new_booking)
        cancelled, step = (await tx.bookings.acquire(self.booking.id)).after(
            "cancel", a_principal(self.booking.user_id), NOW
        )
        await tx.bookings.save(cancelled, step)
        await tx.slots.release(cancelled)

    async def is_untouched(self, storage: Storage) -> bool:
        found, session = (
            await storage.booking_lists.find(self.booking.id),
            await storage.catalog.find(self.session.id, NOW),
        )
        assert found is not None
        assert session is not None
        with suppress(NotFound):
            await storage.users.get(self.newcomer.id)
            return False
        return (
            await storage.catalog.find(self.new_session.id, NOW) is None
            and await storage.booking_lists.find(self.new_booking.id) is None
            and (found.status, len(found.history), session.title) == ("confirmed", 1, self.session.title)
        )


@pytest_asyncio.fixture(loop_scope="module")
async def scene(storage: Storage) -> Scene:
    session = await stored_session(storage)
    return Scene(session, await stored_booking(storage, session), a_user())


async def test_changes_are_visible_after_transaction_block_ends(storage: Storage, scene: Scene) -> None:
    async with storage.unit_of_work() as tx:
        await scene.change_everything(tx)

    assert not await scene.is_untouched(storage)
    assert (await storage.users.get(scene.newcomer.id)) == scene.newcomer
    assert await storage.catalog.find(scene.new_session.id, NOW) is not None
    found = await storage.booking_lists.find(scene.new_booking.id)
    assert found is not None
    assert found.session_details.title == "Changed"
    assert await seats_taken(storage, scene.session) == 1


async def test_error_rolls_back_and_releases_every_lock(storage: Storage, scene: Scene) -> None:
    async def failing() -> None:
        async with storage.unit_of_work() as tx:
            await scene.change_everything(tx)
            raise Trouble

    with pytest.raises(Trouble):
        await failing()

    assert await scene.is_untouched(storage)
    assert await seats_taken(storage, scene.session) == 1
    async with storage.unit_of_work() as tx:
        await scene.change_everything(tx)


async def test_cancellation_during_transaction_rolls_back(storage: Storage, scene: Scene) -> None:
    everything_changed = asyncio.Event()

    async def endless() -> None:
        async with storage.unit_of_work() as tx:
            await scene.change_everything(tx)
            everything_changed.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(endless())
    await everything_changed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await scene.is_untouched(storage)
    async with storage.unit_of_work() as tx:
        await scene.change_everything(tx)


@pytest.mark.parametrize("turns", range(1, 40, 3))
async def test_cancellation_at_any_moment_is_atomic(storage: Storage, scene: Scene, turns: int) -> None:
    async def changing() -> None:
        async with storage.unit_of_work() as tx:
            await scene.change_everything(tx)

    task = asyncio.create_task(changing())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    untouched = await scene.is_untouched(storage)
    assert untouched or await storage.users.get(scene.newcomer.id) == scene.newcomer
    assert untouched is (await storage.booking_lists.find(scene.new_booking.id) is None)
    assert await seats_taken(storage, scene.session) == 1


async def test_task_cancelled_while_waiting_for_lock_blocks_no_other(storage: Storage, scene: Scene) -> None:
    async def acquire() -> Session:
        async with storage.unit_of_work() as tx:
            return await tx.sessions.acquire(scene.session.id)

    async with storage.unit_of_work() as tx:
        await tx.sessions.acquire(scene.session.id)
        cancelled, patient = asyncio.create_task(acquire()), asyncio.create_task(acquire())
        assert await waits(cancelled)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        assert await waits(patient)

    assert (await patient).id == scene.session.id


async def test_uncommitted_changes_are_invisible_to_others(storage: Storage, scene: Scene) -> None:
    async with storage.unit_of_work() as tx:
        await scene.change_everything(tx)
        assert await scene.is_untouched(storage)
        async with storage.unit_of_work() as another:
            with pytest.raises(NotFound):
                await another.sessions.acquire(scene.new_session.id)

    assert not await scene.is_untouched(storage)


async def test_a_transaction_sees_its_own_changes(storage: Storage) -> None:
    creator, buyer = a_user(role="creator"), a_user()
    session = a_session(creator_id=creator.id)
    booking = a_booking(session, buyer.id)
    async with storage.unit_of_work() as tx:
        await tx.users.add(creator)
        await tx.users.add(buyer)
        await tx.sessions.add(session)
        assert await tx.users.acquire(creator.id) == creator
        assert as_a(Session, await tx.sessions.acquire(session.id)) == session
        assert await open_slot(tx, session, booking)

        quote = await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
        assert quote.already_booked
        assert quote.slot == Slot.of(session, TOMORROW, 1)
        assert as_a(Booking, await tx.bookings.acquire(booking.id)) == booking
        assert await tx.slots.acquire_upcoming(session.id, NOW) == (Slot.of(session, TOMORROW, 1),)


async def test_each_statement_sees_earlier_commits(storage: Storage) -> None:
    user = await stored_user(storage)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire((await stored_user(storage)).id)
        async with storage.unit_of_work() as another:
            await another.users.save(replace(user, first_name="Grace"))

        assert (await tx.users.acquire(user.id)).first_name == "Grace"


async def test_lock_timeout_is_a_transaction_conflict(impatient_storage: Storage) -> None:
    user = await stored_user(impatient_storage)

    async def acquire() -> None:
        async with impatient_storage.unit_of_work() as another:
            await another.users.acquire(user.id)

    async with impatient_storage.unit_of_work() as tx:
        await tx.users.acquire(user.id)
        with pytest.raises(TransactionConflict):
            await acquire()

    await acquire()


async def test_deadlock_ends_one_transaction_as_a_conflict(impatient_storage: Storage) -> None:
    users = [await stored_user(impatient_storage) for _ in range(2)]
    both_hold_one = asyncio.Barrier(2)

    async def acquire(first: User, second: User) -> str:
        async with impatient_storage.unit_of_work() as tx:
            await tx.users.acquire(first.id)
            await both_hold_one.wait()
            try:
                await tx.users.acquire(second.id)
            except TransactionConflict:
                return "collision"
            return "both"

    ends = await asyncio.gather(acquire(*users), acquire(*reversed(users)))

    assert "collision" in ends


async def test_migrated_storage_is_ready(storage: Storage) -> None:
    await storage.readiness.check()
