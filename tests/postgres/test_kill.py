"""`kill -9` of the program and of PostgreSQL under load: confirmed bookings are stored, and nothing is half done."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from postgres.booking_load import BUYERS, CROWD, WARM, Load, crowd_of_a_slot, under_load
from postgres.http_clients import Books, booked, statuses
from postgres.own_postgres import Postgres
from postgres.servers import Server, becomes_true, is_alive, servers

pytestmark = pytest.mark.runs_alone


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory, migrated_folder: Path) -> Iterator[Postgres]:
    with ExitStack() as stack:
        yield Postgres(tmp_path_factory.mktemp("killed") / "data", stack, migrated_folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run a program whose main process lives on."""
    folder = tmp_path_factory.mktemp("server")
    async with servers(1, postgres.dsn, folder, workers=2, pool_max_size=4) as [started]:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def mortal(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Server]:
    """Run a program for one test, which kills its main process."""
    async with servers(1, postgres.dsn, tmp_path, workers=2, pool_max_size=4) as [started]:
        yield started


@pytest.fixture
def books(postgres: Postgres) -> Books:
    return Books(postgres.dsn)


async def assert_nothing_is_lost(books: Books, load: Load) -> None:
    assert await books.missing(booked(load.answers)) == []
    assert await books.discrepancies() == []


def assert_refused_as_busy(answers: list[httpx.Response]) -> None:
    """Check that all refusals are `busy`, except those whose COMMIT was in progress: their outcome is unknown."""
    refused = [response for response in answers if response.is_error]
    codes = {(response.status_code, response.json()["code"]) for response in refused}
    assert codes <= {(503, "busy"), (503, "outcome_unknown")}
    assert all(int(response.headers["Retry-After"]) >= 1 for response in refused)
    assert sum(response.json()["code"] == "outcome_unknown" for response in refused) <= BUYERS


async def test_killed_worker_loses_no_booking_and_none_of_a_hot_slot_and_is_replaced(
    postgres: Postgres, server: Server, books: Books
) -> None:
    before = server.workers()

    async with under_load(server, postgres.dsn) as load, crowd_of_a_slot(load, server, postgres.dsn):
        await load.created(CROWD // 10)
        os.kill(before[0], signal.SIGKILL)
        assert await becomes_true(lambda: len(set(server.workers()) - set(before)) == 1, 60)
        await load.created(WARM)

    assert statuses(load.answers) == {201}
    assert before[1] in server.workers()
    assert server.failures() == []
    await assert_nothing_is_lost(books, load)


async def test_workers_end_with_their_killed_main_process_and_leave_the_port(
    postgres: Postgres, mortal: Server, books: Books, tmp_path: Path
) -> None:
    workers = mortal.workers()

    async with under_load(mortal, postgres.dsn) as load:
        mortal.process.kill()
        mortal.process.wait()
        ended = await becomes_true(lambda: not any(map(is_alive, workers)), 10)

    assert ended
    assert statuses(load.answers) <= {201, 503}
    await assert_nothing_is_lost(books, load)
    again = Server(postgres.dsn, tmp_path / "again.log", mortal.port)
    try:
        await again.starts()
    finally:
        await again.end()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "shut down"])
async def test_requests_are_busy_while_postgresql_is_down(
    postgres: Postgres, server: Server, books: Books, number: signal.Signals
) -> None:
    workers = server.workers()

    async with under_load(server, postgres.dsn) as load:
        postgres.kill(number)
        assert await becomes_true(lambda: 503 in statuses(load.answers), 60)
        assert await becomes_true(postgres.is_away, 60)
        while_away = [await server.client.get(path) for path in ("/health/live", "/health/ready", "/api/sessions/")]
        await asyncio.to_thread(postgres.start)
        back_at = time.monotonic()
        await load.created(1)
        assert time.monotonic() - back_at < 5
        await load.created(WARM)

    assert [response.status_code for response in while_away] == [200, 503, 503]
    assert load.unanswered == 0
    assert_refused_as_busy(load.answers)
    assert server.workers() == workers
    assert server.failures() == []
    await assert_nothing_is_lost(books, load)


async def test_worker_started_while_postgresql_is_down_waits_for_it(
    postgres: Postgres, server: Server, books: Books
) -> None:
    before = server.workers()

    async with under_load(server, postgres.dsn) as load:
        postgres.kill(signal.SIGINT)
        assert await becomes_true(postgres.is_away, 60)
        os.kill(before[0], signal.SIGKILL)
        assert await becomes_true(lambda: len(set(server.workers()) - set(before)) == 1, 60)
        started = server.workers()
        assert await becomes_true(lambda: "Waiting for the database" in server.log.read_text(), 60)
        await asyncio.to_thread(postgres.start)
        await load.created(WARM)

    assert server.workers() == started
    assert server.failures() == []
    await assert_nothing_is_lost(books, load)


async def test_killed_backend_makes_requests_busy_only_briefly(
    postgres: Postgres, server: Server, books: Books
) -> None:
    backends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'marketplace'"

    async with under_load(server, postgres.dsn) as load:
        os.kill((await books.ask(backends))[0], signal.SIGKILL)
        killed_at = time.monotonic()
        assert await becomes_true(lambda: 503 in statuses(load.answers), 60)
        await load.created(1)
        assert time.monotonic() - killed_at < 5
        await load.created(WARM)

    assert load.unanswered == 0
    assert_refused_as_busy(load.answers)
    assert server.failures() == []
    await assert_nothing_is_lost(books, load)


async def test_everything_killed_at_once_loses_nothing(
    postgres: Postgres, mortal: Server, books: Books, tmp_path: Path
) -> None:
    async with under_load(mortal, postgres.dsn) as load:
        postgres.kill()
        os.killpg(mortal.process.pid, signal.SIGKILL)
        mortal.process.wait()

    postgres.start()
    async with servers(1, postgres.dsn, tmp_path):
        await assert_nothing_is_lost(books, load)
