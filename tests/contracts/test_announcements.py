"""Changes of public answers are announced once the relay has delivered their event."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest_asyncio

from builders import TOMORROW, principal_of, services_over, stored_session, stored_user
from contracts.events import drain
from contracts.harness import broken_transaction
from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

SOON = 30
"""Seconds in which an announcement arrives; `tests/postgres/test_kept_answers.py` measures it."""
ALL = None


class Keeper:
    """An `AnswerKeeper` that records what it hears."""

    def __init__(self) -> None:
        self.is_on = asyncio.Event()
        self.heard = asyncio.Queue[UUID | None]()

    def resume(self) -> None:
        self.is_on.set()

    def suspend(self) -> None:
        self.is_on.clear()

    def drop(self, creator_id: UUID | None = ALL) -> None:
        self.heard.put_nowait(creator_id)

    async def hears_of(self, creator_id: UUID) -> None:
        """Wait for an announcement that concerns the creator, and forget the others."""
        async with asyncio.timeout(SOON):
            while await self.heard.get() not in {creator_id, ALL}:
                pass


@asynccontextmanager
async def listening(storage: Storage) -> AsyncIterator[Keeper]:
    keeper = Keeper()
    task = asyncio.create_task(storage.announcements.listen(keeper))
    await asyncio.wait_for(keeper.is_on.wait(), SOON)
    yield keeper
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert not keeper.is_on.is_set()


@pytest_asyncio.fixture(loop_scope="module")
async def keeper(storage: Storage) -> AsyncIterator[Keeper]:
    await drain(storage)
    async with listening(storage) as found:
        yield found


async def test_every_kind_of_change_is_announced_to_every_listener(storage: Storage, keeper: Keeper) -> None:
    services, creator = services_over(storage), await stored_user(storage, role="creator")
    session, learner = await stored_session(storage, creator_id=creator.id), principal_of(await stored_user(storage))
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: services.bookings.book(learner, session.id, TOMORROW, 1),
        lambda: services.sessions.change(principal_of(creator), session.id, {"title": "Evening yoga"}),
        lambda: services.users.change_profile(principal_of(creator), {"first_name": "Augusta"}),
        lambda: services.creator_hours.replace(principal_of(creator), CreatorHours(time_zone="UTC", weekly=())),
        lambda: services.users.set_active(creator.id, is_active=False),
    ]
    async with listening(storage) as other:
        for change in changes:
            await drain(storage)
            for each in (keeper, other):
                each.heard = asyncio.Queue()
            await change()
            await drain(storage)
            await keeper.hears_of(creator.id)
            await other.hears_of(creator.id)


async def test_rolled_back_change_is_not_announced(storage: Storage, keeper: Keeper) -> None:
    session = await stored_session(storage)
    keeper.heard = asyncio.Queue()
    async with broken_transaction(storage) as tx:
        await tx.events.announce([session.creator_id])
        await tx.sessions.save(await tx.sessions.acquire(session.id))
    # announcements arrive in the order of their commits, so the next would arrive after it
    other = await stored_session(storage)
    await renamed(storage, other)
    await drain(storage)
    async with asyncio.timeout(SOON):
        assert await keeper.heard.get() in {other.creator_id, ALL}


async def renamed(storage: Storage, session: Session) -> None:
    owner: Principal = principal_of(await storage.users.get(session.creator_id))
    await services_over(storage).sessions.change(owner, session.id, {"title": "Noon yoga"})
