"""A process of racers: a line of its input has acts, which are all taken at once; a line of its output has the answers.

With `unlocked`, the lock that guards a line is left out, which the test must notice.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from builders import Services, a_principal, services_over
from fakes import MovableClock
from marketplace.adapters.postgres.connection.pool import Connection, Database, PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.postgres.unit_of_work import PostgresTransaction
from marketplace.adapters.postgres.waitlist import ACQUIRE_SLOT, PostgresWaitlist
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import MarketplaceError

LOCK = "FOR NO KEY UPDATE"
UNLOCKED = ACQUIRE_SLOT.replace(LOCK, "")
INTERRUPTION = 0.005
"""Seconds between reading and writing a line without its lock."""


class UnlockedWaitlist(PostgresWaitlist):
    async def acquire_slot(self, session_id: UUID, starts_at: datetime) -> Slot | None:
        row = await self._connection.fetchrow(UNLOCKED, session_id, starts_at)
        await asyncio.sleep(INTERRUPTION)
        return Slot(**row) if row else None


class UnlockedTransaction(PostgresTransaction):
    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.waitlist = UnlockedWaitlist(connection)


class UnlockedWork:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[PostgresTransaction]:
        async with self._database.transaction() as connection:
            yield UnlockedTransaction(connection)


Act = Callable[[Services, Principal, dict[str, Any]], Awaitable[object]]
ACTS: dict[str, Act] = {
    "book": lambda services, who, act: services.bookings.book(who, act["session"], act["start"], act["seats"]),
    "join": lambda services, who, act: services.waitlist.join(who, act["session"], act["start"], act["seats"]),
    "cancel": lambda services, who, act: services.bookings.act(who, UUID(act["id"]), "cancel"),
    "leave": lambda services, who, act: services.waitlist.leave(who, UUID(act["id"])),
    "accept": lambda services, who, act: services.waitlist.accept(who, UUID(act["id"])),
    "expire": lambda services, _, act: services.waitlist_jobs.settle_due(UUID(act["id"])),
}


async def take(services: Services, act: dict[str, Any]) -> str:
    """Return what came of an act."""
    known = act | {"session": UUID(act["session"]), "start": datetime.fromisoformat(act["start"])}
    try:
        await ACTS[act["kind"]](services, a_principal(UUID(act["who"])), known)
    except MarketplaceError as error:
        return f"{act['kind']} {error.code}"
    except Exception as error:  # noqa: BLE001 - the test reads it
        return f"{act['kind']} failed: {error!r}"
    return str(act["kind"])


async def main(dsn: str, *, is_unlocked: bool) -> None:
    assert LOCK in ACQUIRE_SLOT
    database = await connect(dsn, PoolLimits(min_size=4, max_size=6))
    storage, clock = postgres_storage(database), MovableClock()
    services = services_over(storage, unit_of_work=UnlockedWork(database) if is_unlocked else None, clock=clock)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        clock.at = datetime.fromisoformat(order["now"])
        answers = await asyncio.gather(*(take(services, act) for act in order["acts"]))
        sys.stdout.write(json.dumps(Counter(answers)) + "\n")
        sys.stdout.flush()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], is_unlocked="unlocked" in sys.argv))
