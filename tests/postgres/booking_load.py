"""Clients that book continuously in the background of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from builders import TOMORROW, stored_booking, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from postgres.http_clients import Person, book, booked, people, statuses
from postgres.servers import Server, becomes_true

BUYERS = 12
CROWD = 150
WARM = 40
"""Number of bookings before the test begins."""


@dataclass(slots=True)
class Load:
    """Responses to clients that book one start after another until stopped."""

    answers: list[httpx.Response] = field(default_factory=list)
    unanswered: int = 0
    is_over: bool = False

    async def created(self, more: int) -> None:
        """Wait until this many more bookings were made."""
        enough = len(booked(self.answers)) + more
        assert await becomes_true(lambda: len(booked(self.answers)) >= enough, 90), statuses(self.answers)

    async def keep_booking(self, server: Server, buyer: Person, session: Session) -> None:
        starts_at = TOMORROW
        while not self.is_over:
            starts_at += timedelta(hours=2)
            if not await self.book(server, buyer, session, starts_at):
                await asyncio.sleep(0.05)

    async def book(self, server: Server, buyer: Person, session: Session, starts_at: datetime) -> bool:
        """Book once; return whether there was an answer."""
        try:
            self.answers.append(await book(server, buyer, session, starts_at=starts_at))
        except httpx.TransportError:
            self.unanswered += 1
            return False
        return True


@asynccontextmanager
async def under_load(server: Server, dsn: str) -> AsyncIterator[Load]:
    """Book two creators' sessions in the background, once bookings are under way."""
    own = await connect(dsn, PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(own)
    buyers = await people(storage, BUYERS)
    sessions = [await stored_session(storage, max_participants=1_000) for _ in range(2)]
    await own.close()
    load = Load()
    turns = [load.keep_booking(server, buyer, sessions[place % 2]) for place, buyer in enumerate(buyers)]
    tasks = [asyncio.create_task(turn) for turn in turns]
    try:
        await load.created(WARM)
        yield load
    finally:
        load.is_over = True
        await asyncio.gather(*tasks)


@asynccontextmanager
async def crowd_of_a_slot(load: Load, server: Server, dsn: str) -> AsyncIterator[None]:
    """Let a crowd book one slot at once, which is open already, and wait for all answers at the end."""
    own = await connect(dsn, PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(own)
    buyers, session = await people(storage, CROWD), await stored_session(storage, max_participants=1_000)
    await stored_booking(storage, session)
    await own.close()
    async with asyncio.TaskGroup() as group:
        for buyer in buyers:
            group.create_task(load.book(server, buyer, session, TOMORROW))
        yield
