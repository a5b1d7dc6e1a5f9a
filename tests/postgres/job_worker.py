"""A worker process whose jobs record every start and, once per job, their effect."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.jobs.queue import PostgresJobQueue, connect_worker
from marketplace.adapters.system import SystemClock
from marketplace.core.ports.jobs import Handlers
from marketplace.core.services.job_worker import JobWorker, Pace

QUICK = Pace(
    poll_every=timedelta(seconds=0.1),
    lease=timedelta(seconds=1),
    retry_first=timedelta(seconds=0.1),
    reconnect_first=timedelta(seconds=0.1),
    reconnect_max=timedelta(seconds=0.5),
)
TABLES = ("CREATE TABLE started (subject uuid)", "CREATE TABLE effects (subject uuid PRIMARY KEY)")
RECORD_START = "INSERT INTO started VALUES ($1)"
TAKE_EFFECT = "INSERT INTO effects VALUES ($1) ON CONFLICT DO NOTHING"


async def work(dsn: str, handlers: Handlers) -> None:
    """Work until killed."""
    database = await connect_worker(dsn)
    await JobWorker(PostgresJobQueue(database), SystemClock(), handlers, QUICK).run(asyncio.Event())


async def _main(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10) as pool:

        async def handle(subject: UUID | None) -> None:
            await pool.execute(RECORD_START, subject)
            await asyncio.sleep(0.01)
            await pool.execute(TAKE_EFFECT, subject)

        await work(dsn, {"sweep_idempotency_keys": handle})


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
