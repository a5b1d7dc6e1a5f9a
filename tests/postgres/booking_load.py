"""Clients that book continuously in the background of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from builders import TOMORROW, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from postgres.http_clients import Person, book, booked, people, statuses
from postgres.servers import Server, becomes_true

BUYERS = 12
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
        assert await becomes_true(lambda: len(booked(self.answers)) >= enough, 30), statuses(self.answers)

    async def keep_booking(self, server: Server, buyer: Person, session: Session) -> None:
        starts_at = TOMORROW
        while not self.is_over:
            starts_at += timedelta(hours=2)
            try:
                self.answers.append(await book(server, buyer, session, starts_at=starts_at))
            except httpx.TransportError:
                self.unanswered += 1
                await asyncio.sleep(0.05)


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
