"""Jobs in pgqueuer's table, where servers of the previous release add them while new workers run."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.jobs.pgqueuer import BATCH_SIZE, adopt_jobs
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.schema.revisions import VERSIONS
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.jobs import ClaimedJob, Job
from postgres.workers import requested

SUBJECT = UUID(int=7)
RUN_AT = datetime(2030, 2, 1, 12, tzinfo=UTC)
[BEFORE] = re.findall(r'^down_revision = "(\d+)"', next(VERSIONS.glob("0018_*.py")).read_text(), re.MULTILINE)
"""The last migration of the previous release."""
ENQUEUE_AS_BEFORE = """
    INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status, attempts, heartbeat)
    VALUES (0, $1, $2, $3, $4, $5, $6, now() - $7::interval) RETURNING id
"""
NO_TIME = timedelta()


@pytest_asyncio.fixture(loop_scope="module")
async def database(empty_database: str) -> Any:
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=2))
    yield database
    await database.close()


async def enqueue_as_before(  # noqa: PLR0913 - columns
    database: Database,
    kind: str = "attend_booking",
    subject: UUID | None = SUBJECT,
    *,
    key: str | None = None,
    status: str = "queued",
    attempts: int = 0,
    heartbeat_age: timedelta = NO_TIME,
) -> int:
    payload = None if subject is None else subject.bytes
    values = (kind, payload, RUN_AT, key, status, attempts, heartbeat_age)
    row = await database.fetchrow(ENQUEUE_AS_BEFORE, *values)
    assert row is not None
    return int(row["id"])


async def claimed(database: Database) -> tuple[ClaimedJob, ...]:
    kinds = ["attend_booking", "sweep_rate_limits"]
    lease = timedelta(minutes=1)
    return await postgres_storage(database).job_queue.claim(SUBJECT, kinds, now=RUN_AT, limit=99, lease=lease)


async def test_job_enqueued_by_older_server_is_migrated_unchanged(database: Database) -> None:
    await enqueue_as_before(database, attempts=2)
    await enqueue_as_before(database, "sweep_rate_limits", None, key="key")

    assert await adopt_jobs(database)
    assert not await adopt_jobs(database)

    first, second = sorted(await claimed(database), key=lambda job: job.kind)
    assert (first.kind, first.subject, first.run_at, first.attempts) == ("attend_booking", SUBJECT, RUN_AT, 2)
    assert (second.kind, second.subject) == ("sweep_rate_limits", None)
    assert await requested(database.dsn, "SELECT count(*) FROM pgqueuer") == 0


async def test_failing_job_is_migrated_with_its_error(database: Database) -> None:
    number = await enqueue_as_before(database, attempts=3)
    traceback = '{"additional_context": {"reason": "Trouble"}}'
    await database.fetch(
        "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint, traceback)"
        " VALUES ($1, 'queued', 0, 'attend_booking', $2)",
        number,
        traceback,
    )

    await adopt_jobs(database)

    [failing] = await postgres_storage(database).failing_jobs.page(9, 0)
    assert (failing.attempts, failing.fault, failing.next_at) == (3, "Trouble", RUN_AT)
    assert failing.failed_at is not None


async def test_job_run_by_older_worker_is_not_migrated_until_its_heartbeat_is_old(database: Database) -> None:
    await enqueue_as_before(database, status="picked", heartbeat_age=timedelta(seconds=20))
    assert not await adopt_jobs(database)

    await database.fetch("UPDATE pgqueuer SET heartbeat = now() - interval '2 minutes'")
    assert await adopt_jobs(database)

    assert len(await claimed(database)) == 1


async def test_recurring_job_enqueued_by_both_releases_is_kept_once(database: Database) -> None:
    chore = Job(kind="sweep_rate_limits", subject=None, run_at=RUN_AT)
    async with postgres_storage(database).unit_of_work() as tx:
        await tx.jobs.enqueue(chore)
    await enqueue_as_before(database, "sweep_rate_limits", None, key=f"sweep_rate_limits {RUN_AT.isoformat()}")

    await adopt_jobs(database)

    assert len(await claimed(database)) == 1


async def test_concurrent_workers_migrate_many_jobs_in_batches_without_loss(database: Database) -> None:
    await database.fetch(
        "INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)"
        " SELECT 0, 'attend_booking', uuid_send(gen_random_uuid()), $1, 'queued' FROM generate_series(1, $2::int)",
        RUN_AT,
        2 * BATCH_SIZE + 1,
    )

    async def move_all() -> None:
        while await adopt_jobs(database):
            pass

    await asyncio.gather(move_all(), move_all())

    assert await requested(database.dsn, "SELECT count(*) FROM jobs") == 2 * BATCH_SIZE + 1
    assert await requested(database.dsn, "SELECT count(DISTINCT subject) FROM jobs") == 2 * BATCH_SIZE + 1


async def test_looking_for_jobs_to_migrate_notifies_no_older_worker(database: Database) -> None:
    heard: list[object] = []
    listener = await asyncpg.connect(database.dsn)
    await listener.add_listener("ch_pgqueuer", lambda *notification: heard.append(notification))

    await adopt_jobs(database)
    await asyncio.sleep(0.2)
    await listener.close()

    assert heard == []


async def test_downgrade_returns_jobs_to_previous_release(empty_database: str) -> None:
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    async with postgres_storage(database).unit_of_work() as tx:
        await tx.jobs.enqueue(
            Job(kind="attend_booking", subject=SUBJECT, run_at=RUN_AT),
            Job(kind="sweep_rate_limits", subject=None, run_at=RUN_AT),
        )
    await database.close()

    await migrate(empty_database, BEFORE)

    assert await requested(empty_database, "SELECT array_agg(entrypoint ORDER BY entrypoint) FROM pgqueuer") == [
        "attend_booking",
        "sweep_rate_limits",
    ]
    assert await requested(empty_database, "SELECT payload FROM pgqueuer WHERE payload IS NOT NULL") == SUBJECT.bytes


async def test_runbook_statement_returns_jobs_while_the_table_stays(database: Database) -> None:
    runbook = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text()
    [statement] = [block for block in re.findall(r"```sql\n(.*?)```", runbook, re.DOTALL) if "INTO pgqueuer" in block]
    async with postgres_storage(database).unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind="attend_booking", subject=SUBJECT, run_at=RUN_AT))

    await database.fetch(statement)

    assert await requested(database.dsn, "SELECT count(*) FROM jobs") == 0
    assert await requested(database.dsn, "SELECT payload FROM pgqueuer") == SUBJECT.bytes
