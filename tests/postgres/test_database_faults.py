"""A database that hangs, is read-only, full, or lost: requests are refused in time, and what was booked is kept."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from postgres.booking_load import BUYERS
from postgres.failing_database import (
    BACK_WITHIN,
    LIMITS,
    Volume,
    checked_load,
    lost_primary,
    no_connections_left,
    read_only,
)
from postgres.own_postgres import Postgres
from postgres.servers import Server, servers

pytestmark = pytest.mark.runs_alone

AT_ONCE, IN_TIME = 3.0, 9.0
"""Seconds: a refusal takes milliseconds if nothing is waited for, else three seconds by these limits, three times that
on a busy machine."""
VOLUME = "220m"
"""Bytes of the volume that gets full."""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory, migrated_folder: Path) -> Iterator[Postgres]:
    with ExitStack() as stack:
        yield Postgres(tmp_path_factory.mktemp("faulty") / "data", stack, migrated_folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    async with servers(1, postgres.dsn, folder, workers=2, pool_max_size=4, **LIMITS) as [started]:
        yield started


async def health(server: Server) -> list[int]:
    return [(await server.client.get(path)).status_code for path in ("/health/live", "/health/ready")]


async def slowest(server: Server, path: str, times: int = 5) -> float:
    """Return how long the slowest of some requests at once takes, in seconds."""
    begin = time.monotonic()
    await asyncio.gather(*(server.client.get(path) for _ in range(times)))
    return time.monotonic() - begin


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    folder = tmp_path / "volume"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={VOLUME},mode=1777", "none", str(folder)], check=True)
    yield Volume(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_requests_are_refused_in_time_while_the_database_hangs_and_served_once_it_goes_on(
    postgres: Postgres, server: Server
) -> None:
    workers = server.workers()
    async with checked_load(server, postgres.dsn) as checked:
        postgres.freeze()
        try:
            await checked.refused()
            took = await slowest(server, "/api/sessions/?limit=5"), await slowest(server, "/api/sessions/?limit=3")
            well = await health(server)
        finally:
            postgres.thaw()
        await checked.return_within(BACK_WITHIN)

    assert max(took) < IN_TIME
    assert well == [200, 503]
    assert checked.load.unanswered == 0
    assert (server.workers(), server.failures()) == (workers, [])
    await checked.check()


async def test_read_only_database_serves_reads_and_refuses_bookings(postgres: Postgres, server: Server) -> None:
    async with checked_load(server, postgres.dsn) as checked:
        async with read_only(postgres.dsn):
            await checked.refused()
            reads = [(await server.client.get(path)).status_code for path in ("/api/sessions/", "/health/ready")]
        await checked.return_within(BACK_WITHIN)

    assert reads == [200, 200]
    assert checked.load.unanswered == 0
    assert server.failures() == []
    await checked.check()


async def test_database_out_of_connections_refuses_requests_and_serves_them_once_there_are_some(
    postgres: Postgres, server: Server
) -> None:
    async with checked_load(server, postgres.dsn) as checked:
        async with no_connections_left(postgres.dsn):
            await checked.refused()
            took, well = await slowest(server, "/api/sessions/?limit=4"), await health(server)
        await checked.return_within(BACK_WITHIN)

    assert took < AT_ONCE
    assert well == [200, 503]
    assert checked.load.unanswered == 0
    assert server.failures() == []
    await checked.check()


async def test_acknowledged_bookings_are_on_the_promoted_standby_with_synchronous_replication(
    tmp_path: Path, migrated_folder: Path
) -> None:
    async with lost_primary(tmp_path, migrated_folder, is_synchronous=True) as checked:
        await checked.check()


async def test_acknowledged_bookings_that_are_lost_with_asynchronous_replication_are_the_last_ones(
    tmp_path: Path, migrated_folder: Path
) -> None:
    async with lost_primary(tmp_path, migrated_folder, is_synchronous=False) as checked:
        missing = set(await checked.books.missing(checked.before_the_loss))
        assert missing <= set(checked.before_the_loss[-len(missing) - BUYERS :])
        assert await checked.books.discrepancies() == []


@pytest.mark.long
async def test_full_disk_refuses_bookings_and_loses_none(volume: Volume, tmp_path: Path, migrated_folder: Path) -> None:
    with ExitStack() as stack:
        postgres = Postgres(volume.folder / "data", stack, migrated_folder)
        async with (
            servers(1, postgres.dsn, tmp_path, **LIMITS) as [server],
            checked_load(server, postgres.dsn) as checked,
        ):
            volume.fill()
            await checked.refused()
            well = await health(server)
            volume.empty()
            if postgres.is_away():
                await asyncio.to_thread(postgres.start)
            await checked.return_within(BACK_WITHIN)
        assert well[0] == 200
        assert server.failures() == []
        await checked.check()
