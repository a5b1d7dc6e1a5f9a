"""A relay process whose subscriber records its deliveries: separately, and in the relay's transaction."""

import asyncio
import sys
from collections.abc import Sequence

import asyncpg

from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.system import SystemClock
from marketplace.core.domain.events import Delivery
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.events import EventRelay

TABLE = "CREATE TABLE handed (at bigint GENERATED ALWAYS AS IDENTITY, event text, subject uuid, kind text)"
HAND = "INSERT INTO handed (event, subject, kind) VALUES ($1, $2, $3)"


class Writer:
    """A subscriber with a connection of its own, as one that reaches another system, which also enqueues jobs."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            event = delivery.event
            await self._connection.execute(HAND, str(delivery.id), event.subject_id, event.kind)
            await tx.jobs.enqueue(Job(kind="attend_booking", subject=event.subject_id, run_at=event.at))


async def _main(dsn: str) -> None:
    database, connection = await connect(dsn), await asyncpg.connect(dsn)
    subscribers = (Writer(connection),)
    unit_of_work = postgres_storage(database).unit_of_work
    relay = EventRelay(unit_of_work=unit_of_work, clock=SystemClock(), subscribers=subscribers, batch=20)
    await relay.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
