"""A worker: runs the jobs of pgqueuer's table on a connection of its own, which listens for them.

What pgqueuer would do and this does not: drop a job that failed, that was cancelled, or that could not be put back.
Here a job leaves the table when its handler has ended well, and in no other way. One that is under way when its
worker dies is picked by another once its heartbeat is older than `Pace.heartbeat_timeout`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import extract_tb

import asyncpg
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.core.buffers import JobStatusLogBuffer
from pgqueuer.core.executors import AbstractEntrypointExecutor
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

from marketplace.adapters.postgres.connection.errors import DRIVER_ERRORS, UNREACHABLE
from marketplace.adapters.postgres.jobs.failing import subject_of
from marketplace.core.errors import Busy
from marketplace.core.ports.jobs import Handler, Handlers

LOG = logging.getLogger(__name__)

CHANNEL = "ch_pgqueuer"
NAMES = DBSettings(
    # all of them said: pgqueuer would take what is left out from variables as plain as CHANNEL or FUNCTION
    prefix="",
    db_schema=None,
    channel=Channel(CHANNEL),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    schedules_table="pgqueuer_schedules",
    statistics_table="pgqueuer_statistics",
)
TROUBLE = (
    *UNREACHABLE,
    *DRIVER_ERRORS,
    asyncpg.PostgresError,
    FailingListenerError,
    RuntimeError,  # pgqueuer's word for tables that are not there yet
)
KEEP_LOG_SHORT = """
    DELETE FROM pgqueuer_log WHERE id IN (
        SELECT id FROM pgqueuer_log WHERE created < now() - interval '7 days' ORDER BY created LIMIT 10000)
"""
MAX_DOUBLED = 20
"""Times; any span has grown past its most by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much at once, and how long until the next time."""

    jobs_at_once: int = 10
    look_every: timedelta = timedelta(seconds=5)
    """Shorter than the span within which migration 0003 announces jobs."""
    heartbeat_timeout: timedelta = timedelta(seconds=30)
    retry_first: timedelta = timedelta(seconds=1)
    retry_most: timedelta = timedelta(minutes=10)
    reconnect_first: timedelta = timedelta(seconds=0.5)
    reconnect_most: timedelta = timedelta(seconds=30)
    tidy_every: timedelta = timedelta(minutes=1)


async def work(dsn: str, handlers: Handlers, stop: asyncio.Event, pace: Pace | None = None) -> None:
    """Run jobs as they fall due until `stop` is set and those under way have ended. Outlives restarts of PostgreSQL."""
    pace = pace or Pace()
    logging.getLogger("pgqueuer").setLevel(logging.WARNING)
    failures = 0
    while not stop.is_set():
        try:
            await _run_connected(dsn, handlers, stop, pace)
            failures = 0
        except TROUBLE as error:
            LOG.warning("The worker lost its connection and is retrying: %s", _seen(error))
            failures += 1
        with suppress(TimeoutError):
            delay = _backoff(pace.reconnect_first, failures, pace.reconnect_most)
            await asyncio.wait_for(stop.wait(), delay.total_seconds())


async def _run_connected(dsn: str, handlers: Handlers, stop: asyncio.Event, pace: Pace) -> None:
    """Run jobs until told to stop or the connection is lost."""
    async with _connected(dsn) as connection:
        driver = AsyncpgDriver(connection)
        manager = _Manager(
            Queries(driver, QueryBuilderEnvironment(NAMES), QueryQueueBuilder(NAMES), QuerySchedulerBuilder(NAMES)),
            channel=Channel(CHANNEL),
        )
        for kind, handler in handlers.items():
            manager.entrypoint(kind, accepts_context=False)(_entrypoint(handler, pace))
        connection.add_termination_listener(lambda _: manager.shutdown.set())
        in_process = [asyncio.create_task(_forward_stop(stop, manager)), asyncio.create_task(_prune_log(driver, pace))]
        try:
            await manager.run(
                dequeue_timeout=pace.look_every,
                batch_size=max(1, pace.jobs_at_once // 2),
                max_concurrent_tasks=pace.jobs_at_once,
                shutdown_on_listener_failure=True,
                heartbeat_timeout=pace.heartbeat_timeout,
                log_aggregation_interval=timedelta(0),
            )
        finally:
            for task in in_process:
                task.cancel()
            await asyncio.gather(*in_process, return_exceptions=True)


class _Manager(QueueManager):
    """pgqueuer's, but for what it would drop."""

    async def log_failure(
        self, job: Job, executor: AbstractEntrypointExecutor, exc: Exception, jbuff: JobStatusLogBuffer
    ) -> None:
        """Leave a job that could not be put back as it is: it will be picked again when its heartbeat is old."""
        _ = executor, jbuff
        LOG.warning("Job %d (%s) could not be requeued immediately: %s", job.id, job.entrypoint, _seen(exc))


def _entrypoint(handler: Handler, pace: Pace) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        try:
            # the handler goes by this machine's clock, which may be behind the database's
            await asyncio.sleep((job.execute_after - datetime.now(UTC)).total_seconds())
            await handler(subject_of(job.payload))
        except asyncio.CancelledError:
            # let through, it would take the job out of the table
            raise RetryRequested(reason="cancelled") from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the job must not be lost
            delay = _backoff(pace.retry_first, job.attempts, pace.retry_most)
            LOG.log(
                logging.WARNING if isinstance(error, Busy) else logging.ERROR,
                "Job %d (%s) failed at attempt %d, next in %g s: %s",
                job.id,
                job.entrypoint,
                job.attempts + 1,
                delay.total_seconds(),
                _seen(error),
            )
            raise RetryRequested(delay, reason=type(error).__name__) from None

    return run


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection: asyncpg.Connection = await asyncpg.connect(
        dsn,
        timeout=10,
        command_timeout=15,
        server_settings={"application_name": "marketplace worker", "timezone": "UTC", "jit": "off"},
    )
    try:
        yield connection
    finally:
        with suppress(*UNREACHABLE, *DRIVER_ERRORS):
            await connection.close(timeout=5)


async def _forward_stop(stop: asyncio.Event, manager: QueueManager) -> None:
    await stop.wait()
    manager.shutdown.set()


async def _prune_log(driver: AsyncpgDriver, pace: Pace) -> None:
    """Drop what pgqueuer notes of each job and never drops itself."""
    while True:
        await driver.execute(KEEP_LOG_SHORT)
        await asyncio.sleep(pace.tidy_every.total_seconds())


def _backoff(first: timedelta, times: int, maximum: timedelta) -> timedelta:
    return min(first * (1 << min(times, MAX_DOUBLED)), maximum)


def _seen(error: Exception) -> str:
    """What kind of error and where, without its message, which may quote what people wrote."""
    frames = extract_tb(error.__traceback__)
    return (
        f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if frames
        else type(error).__name__
    )
