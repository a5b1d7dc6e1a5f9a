"""A worker as a process, whose jobs write down that they were begun and, once, what they did."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.jobs.worker import Pace, work

QUICK = Pace(
    look_every=timedelta(seconds=0.3),
    heartbeat_timeout=timedelta(seconds=1),
    retry_first=timedelta(seconds=0.1),
    reconnect_first=timedelta(seconds=0.1),
    reconnect_most=timedelta(seconds=0.5),
)
TABLES = ("CREATE TABLE begun (subject uuid)", "CREATE TABLE effects (subject uuid PRIMARY KEY)")
BEGIN = "INSERT INTO begun VALUES ($1)"
TAKE_EFFECT = "INSERT INTO effects VALUES ($1) ON CONFLICT DO NOTHING"


async def _main(dsn: str) -> None:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=10) as pool:

        async def handle(subject: UUID | None) -> None:
            await pool.execute(BEGIN, subject)
            await asyncio.sleep(0.01)
            await pool.execute(TAKE_EFFECT, subject)

        await work(dsn, {"sweep_idempotency_keys": handle}, asyncio.Event(), QUICK)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
