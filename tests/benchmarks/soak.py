"""Half of the top rate for half an hour: memory, connections, files and tasks of a server that only ever goes on.

Clients read, book, cancel and sign in, and hold streams of live seats open. Each minute a line says what the processes
hold; in the end, whether it grows: the slope by least squares over the minutes after the first third, next to its
standard error. Requests that failed are listed by route, status and problem code; one is enough to exit with 1.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/soak.py [--minutes 30] [--streams 200] [--rate 150]
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import asyncpg

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from benchmarks.cpu import family
from benchmarks.fresh_server import FreshServer
from benchmarks.live import listeners, new_wishes
from benchmarks.shoppers import PASSWORD, Client, Shoppers, table_of
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate_now
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.adapters.security.passwords import Argon2Passwords
from open_streams import resident
from ports import free_port
from postgres.http_clients import DISCREPANCIES, people

WORKERS = 2
CLIENTS = 48
SIGNING_IN = 50
WARM_UP, TOP = 10, 20
"""Seconds of load before the top rate is measured, and for it."""
TOO_MUCH = 0.05
"""Growth per hour of a process, as a share of its memory, that is no noise if it is above two standard errors."""
LONG_ENOUGH = 0.25
"""Hours after which caches are full."""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'marketplace%'"


async def keep_sending(port: int, shoppers: Shoppers, wait: Callable[[], Awaitable[bool]]) -> None:
    """Send requests on one connection, as long as there is a next one."""
    client = await Client.to(port)
    while await wait():
        try:
            await shoppers.act(client)
        except (OSError, asyncio.IncompleteReadError):
            client = await Client.to(port)


def until(end: float) -> Callable[[], Awaitable[bool]]:
    """Send as fast as answers come."""

    async def wait() -> bool:
        return time.monotonic() < end

    return wait


def paced(rate: float, end: float) -> Callable[[], Awaitable[bool]]:
    """Send at a rate, shared by all clients; what is late is sent at once."""
    turn = time.monotonic()

    async def wait() -> bool:
        nonlocal turn
        turn += 1 / rate
        await asyncio.sleep(max(0.0, turn - time.monotonic()))
        return time.monotonic() < end

    return wait


async def top_rate(port: int, shoppers: Shoppers) -> float:
    """Return the requests per second that the clients reach when each sends as fast as it is answered."""
    for seconds in (WARM_UP, TOP):
        shoppers.forget()
        end = time.monotonic() + seconds
        await asyncio.gather(*(keep_sending(port, shoppers, until(end)) for _ in range(CLIENTS)))
    return len(shoppers.seconds) / TOP


@dataclass(frozen=True, slots=True)
class Held:
    """What the processes hold at a moment: megabytes by process, and the numbers of other things."""

    hours: float
    memory: dict[str, float]
    numbers: dict[str, int]


def tasks_of(port: int) -> int:
    """Return the tasks of the event loops, from the metrics."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        lines = page.read().decode().splitlines()
    return int(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("marketplace_tasks")))


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


async def held_now(began: float, server: FreshServer, metrics: int, database: "asyncpg.Connection") -> Held:
    processes = {f"process {place}": pid for place, pid in enumerate(server.workers(), 1)}
    all_of_it = [*family(server.pid)]
    return Held(
        hours=(time.monotonic() - began) / 3600,
        memory={name: resident([pid]) / 1e6 for name, pid in processes.items()},
        numbers={
            "connections": await database.fetchval(CONNECTIONS),
            "files": sum(_entries(f"/proc/{pid}/fd") for pid in all_of_it),
            "tasks": await asyncio.to_thread(tasks_of, metrics),
            "threads": sum(_entries(f"/proc/{pid}/task") for pid in all_of_it),
        },
    )


def line_of(held: Held, seconds: Sequence[float], rate: float) -> str:
    """Describe what is held, and how long answers took."""
    times = statistics.quantiles(seconds, n=100) if len(seconds) > 1 else [0.0] * 99
    memory = " ".join(f"{each:6.1f}" for each in held.memory.values())
    numbers = " ".join(f"{name} {number}" for name, number in held.numbers.items())
    speed = f"{rate:6.0f}/s p50 {times[49] * 1e3:.0f} p99 {times[98] * 1e3:.0f} ms"
    return f"{held.hours * 60:5.1f} min {speed} | {memory} MB | {numbers}"


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the growth per hour by least squares, and its standard error."""
    hours, values = zip(*points, strict=True)
    fitted = statistics.linear_regression(hours, values)
    off = sum((value - fitted.slope * at - fitted.intercept) ** 2 for at, value in points)
    spread = sum((at - statistics.fmean(hours)) ** 2 for at in hours)
    return fitted.slope, (off / max(1, len(points) - 2) / spread) ** 0.5


def verdict(minutes: Sequence[Held]) -> bool:
    """Print how everything grew after the first third, and return whether it did not."""
    counted, is_flat = minutes[len(minutes) // 3 :], True
    is_long_enough = minutes[-1].hours >= LONG_ENOUGH
    series = {name: [(each.hours, each.memory[name]) for each in counted] for name in counted[0].memory}
    series |= {name: [(each.hours, float(each.numbers[name])) for each in counted] for name in counted[0].numbers}
    for name, points in series.items():
        growth, error = slope(points)
        mean = statistics.fmean(value for _, value in points)
        grows = growth > max(2 * error, TOO_MUCH * mean)
        is_flat = is_flat and not (grows and is_long_enough)
        said = ("GROWS" if is_long_enough else "too short to say") if grows else "flat"
        print(f"{name:12} {mean:8.1f} on average, {growth:+8.2f} ± {error:.2f} an hour: {said}")
    return is_flat


async def soak(dsn: str, folder: Path, asked: argparse.Namespace) -> bool:
    """Measure the top rate, then soak at a share of it. Return whether all went well."""
    opened = await connect(dsn, PoolLimits(max_size=4))
    storage = postgres_storage(opened)
    wishes = await new_wishes(storage)
    secret = await Argon2Passwords().hash(PASSWORD)
    emails = [each.user.email for each in await people(storage, SIGNING_IN, password_hash=secret)]
    await opened.close()
    shoppers = Shoppers(wishes, emails)
    database, metrics = await asyncpg.connect(dsn), free_port()
    settings = {"workers": WORKERS, "worker_inside": "on", "metrics_port": metrics, "live_streams_per_network": 2_000}
    async with AsyncExitStack() as stack:
        server = FreshServer(dsn, folder / "log", free_port(), **settings)
        stack.push_async_callback(server.end)
        await server.starts(within=180)
        stack.enter_context(listeners(server.port, wishes.sessions, asked.streams))
        rate = asked.rate or await top_rate(server.port, shoppers) / 2
        if shoppers.failures:
            print(f"Failed at the top rate, which does not count:\n{table_of(shoppers.failures)}")
        print(f"{rate:.0f} requests a second, {asked.streams} streams, {WORKERS} workers", flush=True)
        shoppers.forget()
        began, minutes, failed = time.monotonic(), list[Held](), 0
        wait = paced(rate, began + asked.minutes * 60)
        sending = [asyncio.create_task(keep_sending(server.port, shoppers, wait)) for _ in range(CLIENTS)]
        for minute in range(1, asked.minutes * 60 // asked.every + 1):
            await asyncio.sleep(max(0.0, began + minute * asked.every - time.monotonic()))
            minutes.append(await held_now(began, server, metrics, database))
            line = line_of(minutes[-1], shoppers.seconds, len(shoppers.seconds) / asked.every)
            print(f"{line} | failed {shoppers.failures.total() - failed}", flush=True)
            failed = shoppers.failures.total()
            shoppers.seconds.clear()
        await asyncio.gather(*sending)
        logged = server.failures()
    violated = [words for words, statement in DISCREPANCIES.items() if await database.fetch(statement)]
    await database.close()
    is_flat = verdict(minutes)
    failed = shoppers.failures.total()
    print(f"{failed} requests failed, {len(logged)} errors in the log, violated: {violated or 'nothing'}")
    if failed:
        print(table_of(shoppers.failures))
    return is_flat and not failed and not logged and not violated


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second, if not half of the top rate")
    parser.add_argument("--every", type=int, default=60, help="seconds between two lines")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as address:
        migrate_now(address)
        sys.exit(0 if asyncio.run(soak(address, Path(name), given)) else 1)
