"""No job is lost when a worker, a server or PostgreSQL is killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest_asyncio

from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.core.ports.storage import Storage
from postgres import job_worker
from postgres.workers import Seen, becomes, enqueue, opened, requested, worker_process, working


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    async with opened(empty_database) as storage:
        yield storage


async def test_killed_worker_leaves_each_of_500_jobs_effective_once(empty_database: str, storage: Storage) -> None:
    for table in job_worker.TABLES:
        await requested(empty_database, table)
    jobs = await enqueue(storage, number=500)
    async with worker_process(empty_database) as worker:
        assert await becomes(empty_database, "SELECT count(*) >= 50 FROM effects", answer=True)
        worker.kill()
        await worker.wait()
    halfway = await requested(empty_database, "SELECT count(*) FROM effects")
    under_way = await requested(empty_database, "SELECT count(*) FROM jobs WHERE locked_until IS NOT NULL")
    async with worker_process(empty_database):
        assert await becomes(empty_database, "SELECT count(*) FROM jobs", 0)

    assert 50 <= halfway < 500
    assert under_way > 0
    assert await requested(empty_database, "SELECT count(*) FROM effects") == 500
    operations = await requested(empty_database, "SELECT array_agg(subject) FROM effects")
    assert set(operations) == {job.subject for job in jobs}
    assert 500 <= await requested(empty_database, "SELECT count(*) FROM started") <= 500 + under_way


async def test_worker_recovers_after_its_connection_is_cut(empty_database: str, storage: Storage) -> None:
    seen = Seen()
    async with working(empty_database, {"sweep_idempotency_keys": seen}):
        await enqueue(storage)
        await seen.done()
        seen.well.clear()
        await requested(
            empty_database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'marketplace worker'"
            " AND datname = current_database()",
        )
        await enqueue(storage)
        await seen.done()


async def test_worker_recovers_after_postgresql_was_killed_and_restarted(tmp_path: Path) -> None:
    seen = Seen()
    data = tmp_path / "data"
    with ExitStack() as stack:
        dsn = stack.enter_context(embedded_postgres(data))
        await migrate(dsn)
        async with working(dsn, {"sweep_idempotency_keys": seen}):
            async with opened(dsn) as storage:
                await enqueue(storage, after=3)
                await enqueue(storage, after=4)
            server = find_postmaster(data)
            assert server is not None
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.sleep(3.5)
            assert seen.at == []
            await asyncio.to_thread(stack.enter_context, embedded_postgres(data))
            assert await becomes(dsn, "SELECT count(*) FROM jobs", 0)

    assert len(seen.subjects) == len(set(seen.subjects)) == 2


async def test_a_worker_waits_for_a_database_that_is_not_migrated_yet(empty_database: str, storage: Storage) -> None:
    seen = Seen()
    await migrate(empty_database, "base")
    async with working(empty_database, {"sweep_idempotency_keys": seen}):
        await asyncio.sleep(0.5)
        await migrate(empty_database)
        await enqueue(storage)
        await seen.done()
