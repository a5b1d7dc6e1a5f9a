"""`make bench-payments`: how long a notice of the provider takes, and what a payment adds to a booking.

Notices of as many paid pages arrive at 100 a second, each measured from the moment that it was due. Rounds of bookings
that are paid online and of bookings that are paid at the session alternate, so that other load affects both alike; a
paid one counts once its page is opened and paid, and its notice was applied. CPU time is that of the program and of
PostgreSQL; that of the simulator, a program of its own, is printed besides.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/payments.py [notices] [bookings]
"""

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import msgspec

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from benchmarks.cpu import CpuMeter, cpu_of
from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from databases import address_of, migrate_now, scratch_database
from marketplace.adapters.payments.events import simulator_secret
from marketplace.adapters.payments.plain_http import PlainClient, Response
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from ports import free_port
from postgres.http_clients import Person, people
from postgres.servers import SECRET_KEY
from postgres.simulated_shop import SimulatedShop
from provider_worlds import PAYS, Notice, inbox, program

PER_SECOND, FOR_SECONDS = 100, int(os.environ.get("BENCH_SECONDS", "10"))
ROUNDS, ROUND, AT_ONCE = 4, int(os.environ.get("BENCH_SECONDS", "10")) / 2, 8
BUYERS, SESSIONS = 24_000, 20
MAX_P99, MIN_RATIO = 50.0, 0.6
SECRET = simulator_secret(SECRET_KEY)
JSON, FORM = ({"content-type": f"application/{kind}"} for kind in ("json", "x-www-form-urlencoded"))
WEBHOOK = "/api/payments/webhooks/simulator/"


@dataclass(frozen=True, slots=True)
class Round:
    """Bookings per second, and for each the milliseconds of CPU time of the program, PostgreSQL and the simulator."""

    rate: float
    server: float
    postgres: float
    simulator: float

    @property
    def cpu(self) -> float:
        return self.server + self.postgres


@dataclass(frozen=True, slots=True)
class Site:
    """A server, a shop in this process over the same database, and the simulator that both ask."""

    server: FreshServer
    shop: SimulatedShop
    postgres: int
    simulator: int
    client: PlainClient = field(default_factory=lambda: PlainClient(timeout=60, connect_timeout=10))
    """A general client would cost this machine more than the programs that are measured."""

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> Response:
        return await self.client.request("POST", f"http://127.0.0.1:{self.server.port}{path}", headers, body)


@asynccontextmanager
async def site(dsn: str, folder: Path, postgres: int, notified: str) -> AsyncIterator[Site]:
    """Run a server, and a simulator that sends its notices to an address; without one, to the server."""
    port = free_port()
    asked = json.dumps({"notify": notified or f"http://127.0.0.1:{port}{WEBHOOK}"})
    with program("marketplace.demo.payment_simulator", asked, MARKETPLACE_SIMULATOR_SECRET=SECRET) as (
        address,
        process,
    ):
        log = folder / f"log{port}"
        server = FreshServer(dsn, log, port, workers=2, payments="simulator", simulator_url=address, data_dir=folder)
        pool = await connect(dsn, PoolLimits(max_size=AT_ONCE))
        shop = SimulatedShop(postgres_storage(pool), address, SECRET)
        try:
            await server.starts(STARTS_WITHIN)
            running = Site(server, shop, postgres, process.pid)
            yield running
            await running.client.close()
        finally:
            await shop.close()
            await pool.close()
            await server.end()


async def at_once(number: int, work: Callable[[], Awaitable[None]]) -> None:
    """Do some work so often, a few at a time."""
    turns = iter(range(number))

    async def one() -> None:
        for _ in turns:
            await work()

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))


async def notices(dsn: str, folder: Path, postgres: int) -> bool:
    """Print how long notices take at a steady rate. Return whether that is fast enough."""
    number, took, others = PER_SECOND * FOR_SECONDS, list[float](), list[int]()
    async with inbox() as received, site(dsn, folder, postgres, f"http://127.0.0.1:{received.port}/") as running:
        session = await running.shop.session()

        async def paid_page() -> None:
            await running.shop.use_card(*await running.shop.book(session))

        await at_once(number, paid_page)
        found = await received.wait_for(lambda all_of_them: len(all_of_them) >= number)

        async def send(notice: Notice, due: float) -> None:
            body, headers = notice
            signature = {"simulator-signature": headers["simulator-signature"]}
            answer = await running.post(WEBHOOK, body, signature | JSON)
            took.append(1000 * (time.perf_counter() - due))
            if answer.status != HTTPStatus.NO_CONTENT:
                others.append(answer.status)

        load, meter = os.getloadavg()[0], CpuMeter(running.server.pid, postgres)
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for place, notice in enumerate(found[:number]):
                due = begin + place / PER_SECOND
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(send(notice, due))
        spent = meter.spent()
    await asyncio.sleep(0.1)  # the simulator's connections end
    p99 = quantiles(took, n=100)[98]
    sys.stdout.write(
        f"{number} notices in {spent.seconds:.1f} s: median {median(took):.1f} ms, p99 {p99:.1f} ms, "
        f"CPU {1000 * spent.server / number:.2f} + {1000 * spent.postgres / number:.2f} ms; {len(others)} not applied; "
        f"load average {load:.1f}, other programs on {spent.foreign_cores:.1f} cores\n"
    )
    return p99 <= MAX_P99 and not others


async def buy(running: Site, buyer: Person, session: Session) -> None:
    """Book; pay for it, too, if it is paid online."""
    start = (datetime.now(UTC) + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
    wanted = {"session": session.id, "booking_date": start}
    booked = read(await running.post("/api/bookings/", msgspec.json.encode(wanted), buyer.headers | JSON))
    if session.payment_method == "online":
        page = read(await running.post(f"/api/bookings/{booked['id']}/pay/", b"", buyer.headers))["url"]
        answer = await running.client.request("POST", page, FORM, urlencode({"number": PAYS}).encode())
        assert answer.status < HTTPStatus.BAD_REQUEST, answer.body


def read(answer: Response) -> Any:
    assert answer.is_success, answer
    return msgspec.json.decode(answer.body)


async def are_confirmed(running: Site, sessions: Sequence[Session], number: int) -> bool:
    """Return whether so many bookings of sessions are paid, once their notices have arrived."""
    books = running.shop.storage.ledger
    for _ in range(600):
        held = sum([(await books.balance(each.creator_id, "EUR")).held for each in sessions])
        if held >= number * 3600:
            return True
        await asyncio.sleep(0.1)
    return False


async def a_round(running: Site, buyers: Iterator[Person], method: str) -> Round:
    # each of another creator, who has one of them at a time
    sessions = [await running.shop.session(payment_method=method) for _ in range(SESSIONS)]
    turns, done, end = itertools.cycle(sessions), 0, time.monotonic() + ROUND
    meter, simulator = CpuMeter(running.server.pid, running.postgres), cpu_of(running.simulator)

    async def one() -> None:
        nonlocal done
        while time.monotonic() < end:
            await buy(running, next(buyers), next(turns))
            done += 1

    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    if method == "online":
        assert await are_confirmed(running, sessions, done)
    spent = meter.spent()
    of_simulator = (cpu_of(running.simulator) - simulator) / 1e9
    each = (1000 * seconds / done for seconds in (spent.server, spent.postgres, of_simulator))
    return Round(done / spent.seconds, *each)


async def bookings(dsn: str, folder: Path, postgres: int) -> bool:
    """Print what a paid booking costs next to an unpaid one. Return whether that is little enough."""
    found: dict[str, list[Round]] = {"at_session": [], "online": []}
    async with site(dsn, folder, postgres, "") as running:
        load = os.getloadavg()[0]
        for method in list(found) * ROUNDS:
            buyers = iter(await people(running.shop.storage, BUYERS // ROUNDS // 2))
            found[method].append(await a_round(running, buyers, method))
    for method, rounds in found.items():
        shown = ", ".join(
            f"{each.rate:.0f}/s {each.server:.2f} + {each.postgres:.2f} ms ({each.simulator:.2f})" for each in rounds
        )
        sys.stdout.write(f"{method:10}: {shown}\n")
    unpaid, paid = found.values()
    by_rate = median(each.rate for each in paid) / median(each.rate for each in unpaid)
    by_cpu = median(each.cpu for each in unpaid) / median(each.cpu for each in paid)
    sys.stdout.write(f"paid next to unpaid: {by_rate:.2f} by rate, {by_cpu:.2f} by CPU; load average {load:.1f}\n")
    return min(by_rate, by_cpu) >= MIN_RATIO


PARTS = {"notices": notices, "bookings": bookings}


def main(parts: list[str]) -> bool:
    """Run each part over a database of its own. Return whether all are fast enough."""
    are_fast = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        data = Path(name) / "postgres"
        dsn = stack.enter_context(embedded_postgres(data))
        server = find_postmaster(data)
        assert server is not None
        for part in parts or PARTS:
            database = address_of(dsn, stack.enter_context(scratch_database(dsn)))
            migrate_now(database)
            are_fast.append(asyncio.run(PARTS[part](database, Path(name), server.pid)))
    return all(are_fast)


if __name__ == "__main__":
    raise SystemExit(0 if main(sys.argv[1:]) else 1)
