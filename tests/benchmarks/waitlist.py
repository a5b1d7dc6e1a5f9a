"""What waitlists cost bookings, and how soon a freed seat is offered: the figures of decision 0088.

Two builds book in turn over databases of one server, round after round, so that other load affects both alike: a commit
before waitlists, and this one. Judge by the ratio. Then people of long lines are offered seats that others cancel.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/waitlist.py COMMIT
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from benchmarks.cpu import CpuMeter
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres

ROUNDS = int(os.environ.get("ROUNDS", "7"))
SECONDS = float(os.environ.get("SECONDS", "3"))
CLIENTS, PEOPLE, HOT, SEATS = 16, 400, 4, 10_000
LINE, CANCELS = 200, 150
ROOT = Path(__file__).parents[2]
BUILDS = ("before", "now")


async def serve(dsn: str) -> None:
    """Answer each line of the input with the bookings of a second, or the seconds from a cancellation to its offer."""
    from builders import TOMORROW, principal_of, services_over, stored_session, stored_users  # noqa: PLC0415
    from marketplace.adapters.postgres.storage import postgres_storage  # noqa: PLC0415

    database = await connect(dsn, PoolLimits(min_size=8, max_size=8))
    storage = postgres_storage(database)
    services, people = services_over(storage), [principal_of(user) for user in await stored_users(storage, PEOPLE)]

    async def bookings() -> float:
        """Book seats of a few hot starts and of new ones, with as many clients."""
        hot = [await stored_session(storage, max_participants=SEATS) for _ in range(HOT)]
        quiet = [await stored_session(storage, max_participants=2) for _ in range(CLIENTS)]
        numbers, done, end = count(), 0, time.perf_counter() + SECONDS

        async def client(place: int) -> None:
            nonlocal done
            while time.perf_counter() < end:
                number = next(numbers)
                who, hours = people[number % PEOPLE], timedelta(hours=2 * (number // PEOPLE))
                session = hot[place % HOT] if place % 2 else quiet[place]
                shift = hours if place % 2 else timedelta(hours=2 * number)
                await services.bookings.book(who, session.id, TOMORROW + shift)
                done += 1

        await asyncio.gather(*map(client, range(CLIENTS)))
        return done / SECONDS

    async def offers() -> list[float]:
        """Cancel bookings of starts with a line each, and take the time until the next in line has the offer."""
        times = list[float]()
        for _ in range(CANCELS // 10):
            session = await stored_session(storage, max_participants=10)
            owners = people[:10]
            booked = [(await services.bookings.book(who, session.id, TOMORROW)).resource for who in owners]
            for who in people[10 : 10 + LINE]:
                await services.waitlist.join(who, session.id, TOMORROW)

            async def cancel(place: int, booked: list[Any] = booked, owners: list[Any] = owners) -> float:
                began = time.perf_counter()
                # the offer commits with the cancellation
                await services.bookings.act(owners[place], booked[place].id, "cancel")
                return time.perf_counter() - began

            times += await asyncio.gather(*map(cancel, range(10)))
        return times

    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer: object = await (bookings() if line.strip() == "bookings" else offers())
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    await database.close()


@contextmanager
def build_of(folder: Path, dsn: str) -> Iterator[subprocess.Popen[str]]:
    """Run a build's program over a database that it has migrated."""
    environment = os.environ | {"PYTHONPATH": f"{folder / 'src'}:{folder / 'tests'}"}
    migrate = "import sys; from marketplace.adapters.postgres.schema.migrate import migrate_now as m; m(sys.argv[1])"
    subprocess.run([sys.executable, "-c", migrate, dsn], env=environment, check=True)
    program = [sys.executable, __file__, "--serve", dsn]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(program, env=environment, **pipes) as started:
        yield started
        started.communicate()


def ask(started: subprocess.Popen[str], question: str) -> Any:
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write(f"{question}\n")
    started.stdin.flush()
    return json.loads(started.stdout.readline())


class Turn(NamedTuple):
    """Bookings a second, and CPU seconds of each: of the program and PostgreSQL together."""

    rate: float
    cpu: float


def turn(started: subprocess.Popen[str], postmaster: int) -> Turn:
    meter = CpuMeter(started.pid, postmaster)
    rate = float(ask(started, "bookings"))
    spent = meter.spent()
    return Turn(rate, (spent.server + spent.postgres) / (rate * SECONDS))


async def databases(dsn: str) -> dict[str, str]:
    """Create a database for each build."""
    own = await asyncpg.connect(dsn)
    for name in BUILDS:
        await own.execute(f"CREATE DATABASE bench_{name}")
    await own.close()
    head, _, options = dsn.partition("?")
    return {name: f"{head.rpartition('/')[0]}/bench_{name}?{options}" for name in BUILDS}


def main(commit: str) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "data") as dsn:
        before = Path(folder) / "before"
        before.mkdir()
        archive = subprocess.run(["git", "archive", commit, "src", "tests"], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "x"], cwd=before, input=archive.stdout, check=True)
        names = asyncio.run(databases(dsn))
        with build_of(before, names["before"]) as old, build_of(ROOT, names["now"]) as new:
            postmaster = find_postmaster(Path(folder) / "data")
            assert postmaster is not None
            rates, costs = list[float](), list[float]()
            for number in range(ROUNDS):
                pairs = [("before", old), ("now", new)]
                found = {name: turn(each, postmaster.pid) for name, each in (pairs if number % 2 else pairs[::-1])}
                rates.append(found["now"].rate / found["before"].rate)
                costs.append(found["now"].cpu / found["before"].cpu)
            for name, values in (("bookings/s", rates), ("CPU of a booking", costs)):
                middle, spread = statistics.median(values), statistics.quantiles(values, n=4)
                print(f"{name}, now / before: {middle:.3f} (quartiles {spread[0]:.3f} to {spread[2]:.3f})")
            times = sorted(ask(new, "offers"))
            p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
            print(f"cancel → offer, lines of {LINE}, ten at once: median {p50 * 1e3:.0f} ms, p99 {p99 * 1e3:.0f} ms")


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        asyncio.run(serve(sys.argv[2]))
    else:
        main(sys.argv[1])
