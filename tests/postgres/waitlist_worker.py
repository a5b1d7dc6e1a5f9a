"""Takes acts on a waitlist in processes that are killed right before or right after their commit.

Imports take longer than an act, so one process has them and forks the others: a line of its input is an act, the point,
the person and the ID of what they act on; a line of its output says how that process ended.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from builders import services_over
from fakes import MovableClock
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from postgres.payment_worker import die
from postgres.waitlist_racer import take

POINTS = ("committing", "committed")


def dying(unit_of_work: UnitOfWork, point: str) -> UnitOfWork:
    """Return the unit of work, which ends the process at its first commit."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transaction]:
        async with unit_of_work() as tx:
            yield tx
            if point == "committing":
                die()
        die()

    return opened


async def act(dsn: str, kind: str, point: str, who: str, subject: str, now: str) -> None:
    database = await connect(dsn, PoolLimits(min_size=1, max_size=2))
    storage, clock = postgres_storage(database), MovableClock(datetime.fromisoformat(now))
    services = services_over(storage, unit_of_work=dying(storage.unit_of_work, point), clock=clock)
    asked = {"kind": kind, "who": who, "id": subject, "session": str(UUID(int=0)), "start": now}
    await take(services, asked)


def main(dsn: str) -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(act(dsn, *line.split()))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
