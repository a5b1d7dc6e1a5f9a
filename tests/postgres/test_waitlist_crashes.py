"""A process that is killed while it frees, passes on or accepts seats leaves all as before, or all of it done."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from builders import TOMORROW, Services, services_over
from contracts.waiting import check_lines, full_start, status_of, waiting
from fakes import NOW
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.storage import Storage
from postgres.waitlist_worker import POINTS

KILLED = -signal.SIGKILL
DONE = {
    "cancel": ("offered", "waiting"),
    "leave": ("left", "offered"),
    "accept": ("booked", "waiting"),
    "expire": ("expired", "offered"),
}
"""What the first and the second in line are after each act."""


class Killed:
    """Storage, and the processes that act on it and are killed."""

    def __init__(self, storage: Storage, process: asyncio.subprocess.Process) -> None:
        self.storage, self._process = storage, process

    async def act(self, kind: str, point: str, who: UUID, subject: UUID) -> int:
        """Act in a process that is killed at the point, and return how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        now = NOW + timedelta(hours=2) if kind == "expire" else NOW
        self._process.stdin.write(f"{kind} {point} {who} {subject} {now.isoformat()}\n".encode())
        return int(await self._process.stdout.readline())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def killed(database: str) -> AsyncIterator[Killed]:
    opened = await connect(database, PoolLimits(max_size=4))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "postgres.waitlist_worker", database),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    yield Killed(postgres_storage(opened), process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()
    await opened.close()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", DONE)
async def test_killed_process_leaves_no_seat_between_two_people(killed: Killed, kind: str, point: str) -> None:
    storage = killed.storage
    services: Services = services_over(storage)
    session, learner, booking = await full_start(storage, services)
    person, first = await waiting(storage, services, session)
    _, second = await waiting(storage, services, session)
    if kind != "cancel":
        await services.bookings.act(learner, booking.id, "cancel")
    before = await status_of(storage, first), await status_of(storage, second)
    who, subject = (learner, booking.id) if kind == "cancel" else (person, first.id)

    assert await killed.act(kind, point, who.user_id, subject) == KILLED

    after = await status_of(storage, first), await status_of(storage, second)
    assert after == (DONE[kind] if point == "committed" else before)
    async with storage.unit_of_work() as tx:
        slot = await tx.waitlist.acquire_slot(session.id, TOMORROW)
    assert slot is not None
    assert slot.seats_taken == 1
    await check_lines(storage, session)
