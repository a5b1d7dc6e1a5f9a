"""Copies of one notice that reach several processes at once have one effect."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from marketplace.adapters.payments.events import simulator_secret
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.servers import SECRET_KEY, Server, servers
from postgres.simulated_shop import SimulatedShop
from provider_worlds import Inbox, inbox, program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

COPIES, PROCESSES = 200, 3
SECRET = simulator_secret(SECRET_KEY)
WEBHOOK = "/api/payments/webhooks/simulator/"


@pytest_asyncio.fixture(loop_scope="module")
async def notices() -> AsyncIterator[Inbox]:
    async with inbox() as received:
        yield received


@pytest_asyncio.fixture(loop_scope="module")
async def simulator(notices: Inbox) -> AsyncIterator[str]:
    asked = json.dumps({"notify": f"http://127.0.0.1:{notices.port}/notices"})
    with program("marketplace.demo.payment_simulator", asked, MARKETPLACE_SIMULATOR_SECRET=SECRET) as (address, _):
        yield address


@pytest_asyncio.fixture(loop_scope="module")
async def started(database: str, simulator: str, tmp_path: Path) -> AsyncIterator[list[Server]]:
    settings: dict[str, Any] = {"payments": "simulator", "simulator_url": simulator}
    async with servers(PROCESSES, database, tmp_path, **settings) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def shop(database: str, simulator: str) -> AsyncIterator[SimulatedShop]:
    pool = await connect(database, PoolLimits(max_size=4))
    opened = SimulatedShop(postgres_storage(pool), simulator, SECRET)
    yield opened
    await opened.close()
    await pool.close()


async def test_200_copies_of_a_notice_to_three_processes_have_one_effect(
    shop: SimulatedShop, notices: Inbox, started: list[Server]
) -> None:
    booking_id, learner_id = await shop.book(await shop.session())
    await shop.use_card(booking_id, learner_id)
    [(body, headers)] = await notices.wait_for(lambda found: len(found) == 1)
    signature = {"simulator-signature": headers["simulator-signature"]}

    answers = await asyncio.gather(
        *(started[number % PROCESSES].client.post(WEBHOOK, content=body, headers=signature) for number in range(COPIES))
    )

    assert Counter(each.status_code for each in answers) == {204: COPIES}
    booking = await shop.storage.booking_lists.find(booking_id)
    assert booking is not None
    assert [(each.action, each.to_status) for each in booking.history] == [
        ("book", "pending"),
        ("confirm", "confirmed"),
    ]
    assert await shop.sums(booking_id) == {"paid_in": -3600, "held": 3600}
    [payment] = await shop.storage.payments.of_booking(booking_id)
    assert (payment.captured, payment.refund_claimed) == (3600, 0)
    assert [server.failures() for server in started] == [[]] * PROCESSES
