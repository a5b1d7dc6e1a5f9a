"""Asks a provider in processes that are killed at a point of it.

Imports take longer than a payment, so one process has them and forks the others: a line of its input is what to ask for
and the point, and a line of its output says how that process ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from builders import a_principal
from fakes import MovableClock
from marketplace.adapters.payments.simulator import SimulatorPayments
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from postgres.simulated_shop import paid_services
from provider_worlds import SECRET

POINTS = ("asking", "asked", "claiming", "claimed", "call", "effect", "recording", "recorded")
COMMITS = {"asking": 1, "asked": 1, "claiming": 2, "claimed": 2, "recording": 3, "recorded": 3}
"""Transactions at whose commit the process is killed: before it at `…ing`, else right after it."""
OF_OPENING = COMMITS | {"claiming": 1, "claimed": 1, "recording": 2, "recorded": 2}
"""The same where a page is opened, whose operation is claimed as it is asked for."""
KINDS = ("open", "capture", "refund")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(unit_of_work: UnitOfWork, point: str, commit: int | None) -> UnitOfWork:
    """Return the unit of work, which ends the process at the point."""
    number = 0

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transaction]:
        nonlocal number
        async with unit_of_work() as tx:
            yield tx
            number += 1
            if number == commit and point.endswith("ing"):
                die()
        if number == commit:
            die()

    return opened


class DyingPayments(SimulatorPayments):
    """Dies right before a call, or right after its effect."""

    point = ""

    async def open(self, *asked: Any) -> Any:
        return await self._around(partial(super().open, *asked))

    async def capture(self, *asked: Any) -> Any:
        return await self._around(partial(super().capture, *asked))

    async def refund(self, *asked: Any) -> Any:
        return await self._around(partial(super().refund, *asked))

    async def _around(self, call: Callable[[], Awaitable[Any]]) -> Any:
        if self.point == "call":
            die()
        answer = await call()
        if self.point == "effect":
            die()
        return answer


async def ask(dsn: str, address: str, kind: str, point: str, booking_id: UUID, learner_id: UUID) -> None:
    """Open the page of a booking, or ask for what follows from its last step, and die at the point."""
    database = await connect(dsn, PoolLimits(min_size=1, max_size=2))
    storage, provider = postgres_storage(database), DyingPayments(address, SECRET)
    provider.point = point
    commit = (OF_OPENING if kind == "open" else COMMITS).get(point)
    clock, unit_of_work = MovableClock(datetime.now(UTC)), dying(storage.unit_of_work, point, commit)
    services = paid_services(storage, provider, clock, unit_of_work)
    if kind == "open":
        await services.payments.pay(a_principal(learner_id), booking_id)
    else:
        await services.payment_balance.settle(booking_id)
        for operation in await storage.payments.operations([booking_id]):
            await services.payment_operations.settle(operation.id)
    await provider.close()
    await database.close()


def main(dsn: str, address: str) -> None:
    for line in sys.stdin:
        kind, point, booking_id, learner_id = line.split()
        child = os.fork()
        if child == 0:
            asyncio.run(ask(dsn, address, kind, point, UUID(booking_id), UUID(learner_id)))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
