"""A server stopped under load: it reports not ready in time, and no request is lost."""

import asyncio
import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from builders import TOMORROW, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.http_clients import Books, Person, book, booked, people
from postgres.servers import Server, becomes_true, servers

pytestmark = [
    pytest.mark.runs_alone,
    pytest.mark.flaky(reruns=1),  # starts programs, which a full machine gives no turn
]

CLIENTS = 8
DELAY = 3
"""Seconds."""


class Proxy:
    """Sends requests as long as the server reports ready, as a load balancer does."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.answers: Counter[int] = Counter()
        self.lost: list[str] = []
        self.is_open = True
        self.not_ready: httpx.Response | None = None

    async def watch(self) -> None:
        while self.is_open:
            response = await self.server.client.get("/health/ready")
            if response.status_code != httpx.codes.OK:
                self.not_ready = response
                self.is_open = False
            await asyncio.sleep(0.1)

    async def send(self) -> None:
        while self.is_open:
            try:
                self.answers[(await self.server.client.get("/api/sessions/")).status_code] += 1
            except httpx.TransportError as error:
                self.lost.append(repr(error))


@pytest.mark.parametrize("workers", [1, 3])
async def test_stopping_server_reports_not_ready_and_loses_no_request(
    database: str, tmp_path: Path, workers: int
) -> None:
    async with servers(1, database, tmp_path, workers=workers, shutdown_delay=DELAY) as [server]:
        proxy = Proxy(server)
        tasks = [asyncio.create_task(turn) for turn in (proxy.watch(), *(proxy.send() for _ in range(CLIENTS)))]
        assert await becomes_true(lambda: proxy.answers.total() >= CLIENTS, 60)
        server.process.send_signal(signal.SIGTERM)
        logged_at = time.monotonic()
        await asyncio.gather(*tasks)
        noticed_after = time.monotonic() - logged_at
        late = await server.client.get("/api/sessions/")
        assert await asyncio.to_thread(server.process.wait, 60) == 0

    assert proxy.lost == []
    assert set(proxy.answers) == {200}
    assert late.status_code == 200
    assert noticed_after < DELAY
    assert proxy.not_ready is not None
    assert proxy.not_ready.json()["detail"] == "The server is shutting down."
    assert time.monotonic() - logged_at >= DELAY
    assert server.failures() == []


async def test_requests_under_way_are_answered_even_without_shutdown_delay(database: str, tmp_path: Path) -> None:
    own = await connect(database, PoolLimits(min_size=1, max_size=1))
    session = await stored_session(postgres_storage(own), max_participants=CLIENTS)
    buyers = await people(postgres_storage(own), CLIENTS)
    await own.close()
    lock = await asyncpg.connect(database)
    async with servers(1, database, tmp_path, workers=2, shutdown_delay=0) as [server]:
        transaction = lock.transaction()
        await transaction.start()
        await lock.execute("SELECT FROM sessions WHERE id = $1 FOR UPDATE", session.id)
        under_way = [asyncio.create_task(_book(server, buyer, session)) for buyer in buyers]
        await asyncio.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1)
        await transaction.rollback()
        answers = await asyncio.gather(*under_way)
        assert await asyncio.to_thread(server.process.wait, 60) == 0
    await lock.close()

    assert len(booked(answers)) == CLIENTS
    assert await Books(database).missing(booked(answers)) == []


async def _book(server: Server, buyer: Person, session: object) -> httpx.Response:
    return await book(server, buyer, session, starts_at=TOMORROW + timedelta(hours=1))  # type: ignore[arg-type]


async def test_a_second_signal_does_not_wait(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path, shutdown_delay=60) as [server]:
        server.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        assert (await server.client.get("/health/live")).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        with suppress(httpx.TransportError):
            await server.client.aclose()
        assert await asyncio.to_thread(server.process.wait, 60) == 0
