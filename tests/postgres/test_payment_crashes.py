"""A process that is killed at any point of asking the provider loses no payment, and takes or returns none twice."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio

from builders import a_principal
from due_jobs import run_due
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentStatus
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.payment_providers import Unknown
from marketplace.core.ports.storage import Storage
from postgres.payment_worker import KINDS, POINTS
from postgres.simulated_shop import SimulatedShop
from provider_worlds import SECRET, inbox, simulator_program

TIMES = 30 if os.environ.get("MARKETPLACE_TEST_LONG") else 3
KILLED = -signal.SIGKILL
AFTER_LEASE = timedelta(minutes=3)
TESTS = Path(__file__).parents[1]


class Outcome(NamedTuple):
    """A booking in the end: what we have of its payment, what the provider has, and what the ledger has."""

    booking: str
    status: PaymentStatus
    captured: int
    refunded: int
    there: tuple[int, int, int]
    """Captured, refunded and the number of refunds."""
    sums: dict[str, int]


PAID, RETURNED = {"paid_in": -3600, "held": 3600}, {"paid_in": -3600, "returned": 3600}
EXPECTED = {
    "open": Outcome("confirmed", PaymentStatus.PAID, 3600, 0, (3600, 0, 0), PAID),
    "capture": Outcome("confirmed", PaymentStatus.PAID, 3600, 0, (3600, 0, 0), PAID),
    "refund": Outcome("cancelled", PaymentStatus.PAID, 3600, 3600, (3600, 3600, 1), RETURNED),
}


class Shop(SimulatedShop):
    """The marketplace that goes on, and the processes that are killed."""

    def __init__(self, storage: Storage, address: str, process: asyncio.subprocess.Process) -> None:
        super().__init__(storage, address, SECRET)
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    async def killed(self, kind: str, point: str, booking_id: UUID, learner_id: UUID) -> int:
        """Ask in a process that is killed at the point, and return how it ended."""
        self._stdin.write(f"{kind} {point} {booking_id} {learner_id}\n".encode())
        return int(await self._stdout.readline())

    async def recover(self) -> None:
        """Run what is left of the killed process, once its leases are over."""
        for _ in range(2):
            self.clock.advance(AFTER_LEASE)
            while await self.services.events.deliver():
                pass
            await run_due(self.storage.job_queue, self.clock.now(), self.services.handlers())

    async def outcome(self, booking_id: UUID) -> Outcome:
        booking = await self.storage.booking_lists.find(booking_id)
        [payment] = await self.storage.payments.of_booking(booking_id)
        operations = await self.storage.payments.operations([payment.id])
        assert {each.state for each in operations} == {OperationState.DONE}
        report = await self.provider.look_up(payment)
        assert booking is not None
        assert report is not None
        assert not isinstance(report, Unknown)
        refunds = [each for each in operations if each.kind is OperationKind.REFUND]
        assert {each.provider_ref for each in refunds} == {each.ref for each in report.refunds}
        there = report.captured, sum(each.amount for each in report.refunds), len(report.refunds)
        sums = await self.sums(booking_id)
        return Outcome(booking.status, payment.status, payment.captured, payment.refunded, there, sums)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(database: str) -> AsyncIterator[Shop]:
    opened = await connect(database, PoolLimits(max_size=4))
    async with inbox() as lost:
        with simulator_program(lost.port) as (address, _):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "postgres.payment_worker",
                database,
                address,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": str(TESTS)},
            )
            running = Shop(postgres_storage(opened), address, process)
            yield running
            assert process.stdin is not None
            process.stdin.close()
            await process.wait()
            await running.close()
    await opened.close()


async def a_case(shop: Shop, kind: str, session: Session) -> tuple[UUID, UUID]:
    """Return a booking of which something is to be asked, and its learner."""
    booking_id, learner_id = await shop.book(session)
    if kind != "open":
        await shop.pay(booking_id, learner_id)
    learner, creator = a_principal(learner_id), a_principal(session.creator_id)
    if kind == "capture":
        await shop.services.bookings.act(creator, booking_id, "confirm")
    elif kind == "refund":
        await shop.services.bookings.act(learner, booking_id, "cancel")
    return booking_id, learner_id


@pytest.mark.parametrize("kind", KINDS)
async def test_killed_process_loses_no_payment_and_takes_or_returns_none_twice(shop: Shop, kind: str) -> None:
    session = await shop.session(requires_confirmation=kind == "capture")
    cases = {await a_case(shop, kind, session): point for point in POINTS * TIMES}
    for case, point in cases.items():
        assert await shop.killed(kind, point, *case) == KILLED
    await shop.recover()
    if kind == "open":
        for case in cases:
            await shop.pay(*case)
        await shop.recover()

    found = [(point, await shop.outcome(booking_id)) for (booking_id, _), point in cases.items()]
    assert [each for each in found if each[1] != EXPECTED[kind]] == []
    assert not await shop.storage.ledger.imbalances()
