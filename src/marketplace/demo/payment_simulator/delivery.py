"""Sends notices to the shop until it accepts them."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime

from marketplace.adapters.payments.events import SIGNATURE_HEADER
from marketplace.adapters.payments.plain_http import PlainClient
from marketplace.adapters.payments.signatures import sign
from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import Notice

TICK = 0.5
"""Seconds between looks at the clock; a new notice is sent at once."""
TIMEOUT = 10.0
MAX_AT_ONCE = 20


class Delivery:
    """Posts due notices to `address`, signed with the time of their sending."""

    def __init__(self, provider: SimulatedProvider, address: str, secret: str) -> None:
        self._provider = provider
        self._address = address
        self._secret = secret
        self._changed = asyncio.Event()
        self._limit = asyncio.Semaphore(MAX_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look for due notices now."""
        self._changed.set()

    async def start(self) -> None:
        self._loop = asyncio.create_task(self._run())

    async def end(self) -> None:
        for task in (*self._running, self._loop):
            if task is not None:
                task.cancel()
                await asyncio.wait([task], timeout=1)

    async def _run(self) -> None:
        client = PlainClient(timeout=TIMEOUT, connect_timeout=TIMEOUT)
        try:
            settled = 0.0
            while True:
                if time.monotonic() - settled >= TICK:
                    self._provider.settle()
                    settled = time.monotonic()
                self._changed.clear()
                for notice in self._provider.notices.due():
                    task = asyncio.create_task(self._send(client, self._provider.notices.started(notice)))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), TICK)
        finally:
            await client.close()

    async def _send(self, client: PlainClient, notice: Notice) -> None:
        body = notice.body()
        headers = {
            "content-type": "application/json",
            SIGNATURE_HEADER: sign(body, self._secret, self._signed_at()),
        }
        try:
            async with self._limit:
                answer = await client.request("POST", self._address, headers, body)
        except OSError as error:  # `TimeoutError`, too
            self._provider.notices.ended(notice, type(error).__name__, is_accepted=False)
            return
        self._provider.notices.ended(notice, str(answer.status), is_accepted=answer.is_success)

    def _signed_at(self) -> datetime:
        # the shop refuses old signatures, and its clock knows nothing of how far this one is ahead
        return self._provider.time() - self._provider.ahead
