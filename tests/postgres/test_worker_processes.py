"""The worker of the real program, inside a server and in a process of its own."""

import asyncio
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from builders import stored_session, stored_user
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.jobs import JobKind
from postgres.http_clients import Books, book, person
from postgres.servers import Server, environment, servers
from programs import Program

pytestmark = [
    pytest.mark.starts_first,
    pytest.mark.flaky(reruns=1),  # starts programs, which a full machine gives no turn
]

TIMEOUT = 60
"""Seconds."""
CHORES = "SELECT kind FROM jobs WHERE kind LIKE 'sweep%'"


async def status_once_settled(server: Server, path: str, headers: dict[str, str]) -> str:
    end = time.monotonic() + TIMEOUT
    while True:
        status = str((await server.client.get(path, headers=headers)).json()["status"])
        if status != "pending" or time.monotonic() > end:
            return status
        await asyncio.sleep(0.1)


async def a_pending_booking_settles(dsn: str, server: Server) -> str:
    """Return the final status of a booking whose creator has three seconds to respond."""
    database = await connect(dsn)
    storage = postgres_storage(database)
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, requires_confirmation=True)
    learner = await person(storage)
    await database.close()
    created = await book(server, learner, session, starts_at=datetime.now(UTC) + timedelta(seconds=3))
    assert created.json()["status"] == "pending"
    return await status_once_settled(server, f"/api/bookings/{created.json()['id']}/", learner.headers)


async def test_serve_runs_worker_in_process_when_configured(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path, worker_inside="on") as (server,):
        assert await a_pending_booking_settles(database, server) == "cancelled"
        assert server.failures() == []
    assert await Books(database).discrepancies() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_separate_worker_runs_jobs_and_stops_on_signal(
    database: str, tmp_path: Path, number: signal.Signals
) -> None:
    worker = Program(["worker"], environment(database))
    try:
        async with servers(1, database, tmp_path) as (server,):
            assert await a_pending_booking_settles(database, server) == "cancelled"
        assert set(await Books(database).ask(CHORES)) == {kind for kind in get_args(JobKind) if "sweep" in kind}
        worker.send_signal(number)
        assert await asyncio.to_thread(worker.wait, 60) == 0
    finally:
        worker.kill_group()
