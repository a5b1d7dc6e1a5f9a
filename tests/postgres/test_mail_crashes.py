"""A worker that is killed at any point of a delivery loses no message, and repeats none without a record of it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from builders import a_message, principal_of
from contracts.mail import MailedMarketplace
from fakes import NOW
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.messages import Message, MessageKind, MessageState
from marketplace.core.ports.storage import Storage
from marketplace.core.services.mail_delivery import LEASE
from postgres.mail_worker import CLAIMED_POINTS, POINTS
from smtp_server import ScriptedServer, smtp_server

TIMES = 200 if os.environ.get("MARKETPLACE_TEST_LONG") else 5
AFTER_LEASE = int(LEASE.total_seconds()) // 60 + 1
KILLED = -signal.SIGKILL
TOMORROW_AT = NOW.replace(day=NOW.day + 2)
TESTS = Path(__file__).parents[1]
RETRIED, NOT_RETRIED, CLAIMED = MessageKind.BOOKING_BOOKED, MessageKind.REMINDER_DAY, MessageKind.NEW_SIGN_IN
COMMITS = {"started": 1, "mark": 2}
CLAIMED_COMMITS = {"claim": 1, "started": 2, "mark": 3}
"""Transactions that a delivery commits before it is killed at the point: account kinds are claimed by the first."""
CASES = [(kind, point) for kind in (RETRIED, NOT_RETRIED) for point in POINTS]
CASES += [(CLAIMED, point) for point in CLAIMED_POINTS]


class Workers:
    """Runs deliveries in processes of their own."""

    def __init__(self, process: asyncio.subprocess.Process, server: ScriptedServer) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout, self._server = process.stdin, process.stdout, server

    async def deliver(self, point: str, minutes: int = 0, commits: int = 0) -> int:
        """Deliver what is due, be killed at the point or after these commits, and return how the process ended."""
        self._stdin.write(f"{point} {commits} {minutes}\n".encode())
        child = int(await self._stdout.readline())
        self._server.on_data = (lambda: os.kill(child, signal.SIGKILL)) if point == "data" else None
        return int(await self._stdout.readline())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storage(database: str) -> AsyncIterator[Storage]:
    opened = await connect(database, PoolLimits(max_size=4))
    yield postgres_storage(opened)
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[ScriptedServer]:
    async with smtp_server() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(database: str, server: ScriptedServer) -> AsyncIterator[Workers]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "postgres.mail_worker",
        database,
        str(server.port),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(TESTS)},
    )
    assert process.stdin is not None
    yield Workers(process, server)
    process.stdin.close()
    await process.wait()


async def a_due_message(market: MailedMarketplace, kind: MessageKind) -> Message:
    session, learner = await market.a_session(), await market.a_person()
    booking = (await market.services.bookings.book(principal_of(learner), session.id, TOMORROW_AT, 1)).resource
    message = a_message(learner.id, kind=kind, booking_id=booking.id)
    async with market.storage.unit_of_work() as tx:
        await tx.messages.add([message])
    return message


@pytest.mark.parametrize(("kind", "point"), CASES)
async def test_message_of_a_killed_worker_is_sent_or_recorded_as_unknown(
    storage: Storage, server: ScriptedServer, workers: Workers, point: str, kind: MessageKind
) -> None:
    market, had_arrived = MailedMarketplace(storage), int(point in {"data", "250"})
    commits = (CLAIMED_COMMITS if kind is CLAIMED else COMMITS).get(point, 0)
    for _ in range(TIMES if kind is RETRIED else TIMES // 5):
        message = await a_due_message(market, kind)
        server.envelopes.clear()

        assert await workers.deliver(point, commits=commits) == KILLED
        assert await workers.deliver("none", AFTER_LEASE) == 0
        assert await workers.deliver("none", 2 * AFTER_LEASE) == 0

        [found] = await market.messages(message.user_id)
        outcome = (found.state, len(server.envelopes), found.unknown_at is not None)
        assert set(server.ids()) <= {message.message_id}
        if point in {"row", "claim", "mark"}:
            assert outcome == (MessageState.SENT, 1, False)
        elif kind is not NOT_RETRIED:
            assert outcome == (MessageState.SENT, had_arrived + 1, True)
        else:
            assert outcome == (MessageState.UNKNOWN, had_arrived, True)
