"""Payment providers as tests meet them: each with the learner's card, its dashboard, its faults and its notices."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from marketplace.adapters.payments.memory import MemoryPayments
from marketplace.adapters.payments.simulated.cards import card_of
from marketplace.adapters.payments.simulator import SimulatorPayments
from marketplace.core.domain.payments import Payment
from marketplace.core.ports.payment_providers import Charge, Opened, Payments
from stripe_fake.app import KEY, WEBHOOK_SECRET

SECRET = "the key of a simulator of tests"
RETURNS_LATE = "4000000000007726"
PAYS, DECLINES, TWICE = "4242424242424242", "4000000000009995", "4000000000005126"
TIMEOUT = 0.8
Notice = tuple[bytes, dict[str, str]]
AreEnough = Callable[[list[Notice]], bool]


class World(Protocol):
    """A provider and what happens there without us."""

    @property
    def payments(self) -> Payments: ...

    async def pay(self, provider_id: str, number: str = PAYS) -> None: ...

    async def refund(self, provider_id: str, amount: int) -> None: ...

    async def finish_refunds(self, provider_id: str) -> None: ...

    async def dispute(self, provider_id: str) -> None: ...

    async def close_dispute(self, provider_id: str, how: str) -> None: ...

    async def fail(self, operation: str, mode: str, times: int = 1) -> None: ...

    async def forward(self, by: timedelta) -> None: ...

    async def notices(self, are_enough: AreEnough) -> list[Notice]: ...


def a_charge(**changes: Any) -> Charge:
    charge = Charge(
        payment_id=uuid7(),
        amount=7200,
        currency="EUR",
        captures_later=False,
        title="Töpfern & “throwing” a bowl",
        return_url="http://localhost:8000/bookings/1?paid=1&from=checkout",
        expires_at=datetime.now(UTC) + timedelta(minutes=15),
        locale="en",
    )
    return replace(charge, **changes)


def a_payment(charge: Charge, provider_id: str | None) -> Payment:
    return Payment(
        id=charge.payment_id,
        booking_id=charge.payment_id,
        creator_id=UUID(int=1),
        user_id=UUID(int=2),
        amount=charge.amount,
        currency=charge.currency,
        captures_later=charge.captures_later,
        provider="a provider",
        provider_id=provider_id,
        expires_at=charge.expires_at,
        created_at=datetime.now(UTC),
    )


async def opened(world: World, **changes: Any) -> Payment:
    charge = a_charge(**changes)
    answer = await world.payments.open(charge, uuid7())
    assert isinstance(answer, Opened), answer
    return a_payment(charge, answer.provider_id)


async def paid(world: World, number: str = PAYS, **changes: Any) -> Payment:
    payment = await opened(world, **changes)
    assert payment.provider_id
    await world.pay(payment.provider_id, number)
    return payment


@dataclass(slots=True)
class Inbox:
    """Receives notices, and answers with the next of `answers`, else 200."""

    port: int = 0
    received: list[Notice] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait_for(self, are_enough: AreEnough) -> list[Notice]:
        """Return all that was received, once it is enough."""
        async with asyncio.timeout(10):
            while not are_enough(self.received):
                self._arrived.clear()
                await self._arrived.wait()
        return self.received

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.received.append((body, headers))
                self._arrived.set()
                status = self.answers.pop(0) if self.answers else 200
                writer.write(f"HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    found = Inbox()
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()


@contextmanager
def program(*words: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a module that prints its address first, until the block ends."""
    environment = os.environ | variables | {"PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(
        [sys.executable, "-m", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip(), process
        finally:
            process.stdin.close()


def simulator_program(notified: int, **options: object) -> Any:
    """Run a simulator that sends its notices to a port."""
    asked = {"notify": f"http://127.0.0.1:{notified}/notices", **options}
    words = ("marketplace.demo.payment_simulator", json.dumps(asked))
    return program(*words, MARKETPLACE_SIMULATOR_SECRET=SECRET)


@dataclass(slots=True)
class MemoryWorld:
    memory: MemoryPayments = field(default_factory=lambda: MemoryPayments(lambda: datetime.now(UTC)))
    received: list[Notice] = field(default_factory=list)

    @property
    def payments(self) -> Payments:
        return self.memory

    async def pay(self, provider_id: str, number: str = PAYS) -> None:
        self.memory.provider.pay(provider_id, card_of(number))

    async def refund(self, provider_id: str, amount: int) -> None:
        self.memory.provider.refund_here(provider_id, amount)

    async def finish_refunds(self, provider_id: str) -> None:
        self.memory.provider.finish_refunds(provider_id)

    async def dispute(self, provider_id: str) -> None:
        self.memory.provider.dispute(provider_id)

    async def close_dispute(self, provider_id: str, how: str) -> None:
        self.memory.provider.close_dispute(provider_id, is_won=how == "won")

    async def fail(self, operation: str, mode: str, times: int = 1) -> None:
        self.memory.fail(operation, mode, times)

    async def forward(self, by: timedelta) -> None:
        self.memory.provider.forward(by)

    async def notices(self, are_enough: AreEnough) -> list[Notice]:
        self.received += self.memory.notices()
        assert are_enough(self.received)
        return self.received


@dataclass(slots=True)
class SimulatorWorld:
    payments: Payments
    client: httpx.AsyncClient
    inbox: Inbox

    async def pay(self, provider_id: str, number: str = PAYS) -> None:
        await self._post(f"/pay/{provider_id}", data={"number": number})

    async def refund(self, provider_id: str, amount: int) -> None:
        page = f"/dashboard/payments/{provider_id}"
        answer = await self._post(f"{page}/refund", data={"amount": f"{amount / 100:.2f}"})
        assert answer.headers["location"] == page

    async def finish_refunds(self, provider_id: str) -> None:
        await self._post(f"/dashboard/payments/{provider_id}/refunds/finish")

    async def dispute(self, provider_id: str) -> None:
        await self._post(f"/dashboard/payments/{provider_id}/dispute")

    async def close_dispute(self, provider_id: str, how: str) -> None:
        await self._post(f"/dashboard/payments/{provider_id}/dispute/{how}")

    async def fail(self, operation: str, mode: str, times: int = 1) -> None:
        await self._post("/faults", json={"operation": operation, "mode": mode, "times": times})

    async def forward(self, by: timedelta) -> None:
        await self._post("/clock", json={"forward": f"{int(by.total_seconds() // 60)}m"})

    async def notices(self, are_enough: AreEnough) -> list[Notice]:
        return await self.inbox.wait_for(are_enough)

    async def _post(self, path: str, **options: Any) -> httpx.Response:
        answer = await self.client.post(path, **options)
        assert answer.status_code < 400, answer.text
        return answer


@dataclass(slots=True)
class StripeWorld:
    payments: Payments
    client: httpx.AsyncClient
    inbox: Inbox

    async def pay(self, provider_id: str, number: str = PAYS) -> None:
        decline = "insufficient_funds" if number == DECLINES else None
        await self.happen("pay", session_id=provider_id, decline=decline, returns_late=number == RETURNS_LATE)

    async def refund(self, provider_id: str, amount: int) -> None:
        await self.happen("refund", asked={"payment_intent": await self.intent(provider_id), "amount": amount})

    async def finish_refunds(self, provider_id: str) -> None:
        await self.happen("finish_refunds", intent_id=await self.intent(provider_id))

    async def dispute(self, provider_id: str) -> None:
        await self.happen("dispute", intent_id=await self.intent(provider_id))

    async def close_dispute(self, provider_id: str, how: str) -> None:
        await self.happen("close_dispute", intent_id=await self.intent(provider_id), status=how)

    async def fail(self, operation: str, mode: str, times: int = 1) -> None:
        await self.happen("fault", operation=operation, mode=mode, times=times)

    async def forward(self, by: timedelta) -> None:
        await self.happen("forward", seconds=int(by.total_seconds()))

    async def notices(self, are_enough: AreEnough) -> list[Notice]:
        return await self.inbox.wait_for(are_enough)

    async def intent(self, provider_id: str) -> str:
        return str((await self.happen("find", id=provider_id))["payment_intent"])

    async def happen(self, do: str, **options: Any) -> Any:
        answer = await self.client.post("/_fake", json={"do": do, **options})
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def memory_world() -> AsyncIterator[World]:
    yield MemoryWorld()


@asynccontextmanager
async def simulator_world() -> AsyncIterator[SimulatorWorld]:
    async with inbox() as received:
        with simulator_program(received.port) as (address, _):
            payments = SimulatorPayments(address, SECRET, timeout=TIMEOUT)
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                yield SimulatorWorld(payments, client, received)
            await payments.close()


@asynccontextmanager
async def stripe_world() -> AsyncIterator[StripeWorld]:
    from marketplace.adapters.payments.stripe import StripePayments  # noqa: PLC0415 - loads Stripe's library

    async with inbox() as received:
        with program("stripe_fake", f"http://127.0.0.1:{received.port}/") as (address, _):
            payments = StripePayments(secret_key=KEY, webhook_secret=WEBHOOK_SECRET, api=address, timeout=TIMEOUT)
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                yield StripeWorld(payments, client, received)
            await payments.close()


WORLDS: Mapping[str, Callable[[], Any]] = {
    "memory": memory_world,
    "simulator": simulator_world,
    "stripe": stripe_world,
}
