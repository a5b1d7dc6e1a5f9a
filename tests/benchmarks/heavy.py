"""`make bench-heavy`: what heavy requests of one visitor cost the others.

Eight clients of one address send a heavy request again and again, one kind after another. Meanwhile another process
asks for a page of the catalog, a different one each time, `/health/live`, and the same of the listener for probes. Each
kind has turns of its own at rest, in the same run; those of the edit, with the same bookings but without the edit.
Clients that are refused wait for as long as they are told. With `--before`, each turn is repeated on a server that runs
another source tree, so that both meet the same noise.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/heavy.py [feed] … [--workers 2] [--seconds 4] [--before src]
"""

import argparse
import asyncio
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from builders import a_schedule, stored_session
from databases import address_of, scratch_database
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate_now
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.schedules import TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from ports import free_port
from postgres.booked_session import fill_session
from postgres.http_clients import Person, people, person
from postgres.large_dataset import Size, load, numbered

CLIENTS = 8
ROUNDS, PAUSE, LEAD = 3, 0.003, 0.3
SIZE = {"sessions": 10_000, "slots": 10_000, "seats": 10}
"""100,000 bookings."""
BUSY_USER = 5_000
SHORTENED_SLOTS, SHORTENED_SEATS = 500, 200
MAX_CATALOG, MAX_LIVE = 3.0, 2.0
SERVED = ("/api/sessions/?limit=20&max_price={number}", "/health/live")
"""What is asked for on the port of clients."""


@dataclass(frozen=True, slots=True)
class Heavy:
    """Requests of one kind: method, path with the number of the request, headers, and bodies in turn."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    bodies: Sequence[bytes | None] = (None,)
    others: "Heavy | None" = None
    """What all clients but the first send, also at rest."""

    def of(self, client: int) -> "Heavy":
        return self.others if client and self.others is not None else self


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of heavy requests: the number by status, seconds and bytes of those that were answered."""

    statuses: Counter[int]
    seconds: list[float]
    size: int

    def with_more(self, more: "Answers") -> "Answers":
        return Answers(self.statuses + more.statuses, [*self.seconds, *more.seconds], max(self.size, more.size))


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds of the slowest hundredth of catalog, live and listener, at rest and meanwhile."""

    kind: str
    rest: Sequence[float]
    busy: Sequence[float]
    answers: Answers

    @property
    def ratios(self) -> list[float]:
        return [busy / rest for rest, busy in zip(self.rest, self.busy, strict=True)]

    @property
    def is_met(self) -> bool:
        catalog, live, listener = self.ratios
        return catalog <= MAX_CATALOG and live <= MAX_LIVE and listener <= MAX_LIVE

    def __str__(self) -> str:
        pairs = [
            f"{rest:.1f} → {busy:.1f} ({ratio:.1f})"
            for rest, busy, ratio in zip(self.rest, self.busy, self.ratios, strict=True)
        ]
        statuses = " ".join(f"{status}:{times}" for status, times in sorted(self.answers.statuses.items()))
        typical = f"{median(self.answers.seconds):.2f}" if self.answers.seconds else "-"
        size = f"{self.answers.size / 1e6:.2f}"
        met = "met" if self.is_met else "not met"
        return f"| {self.kind} | {statuses} | {size} | {typical} | {' | '.join(pairs)} | {met} |"


HEAD = (
    "| eight clients | answers | MB | median s | catalog p99 ms | live p99 ms | live of the listener | |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def probe(port: int, own_port: int, seconds: float, start: int) -> list[list[float]]:
    """Ask in turn for each of `SERVED`, and for live on the own port; return the milliseconds of each.

    Four connections to the port of clients, so that each worker has some.
    """
    served = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(4)]
    own = http.client.HTTPConnection("127.0.0.1", own_port)
    found: list[list[float]] = [[], [], []]
    end = time.monotonic() + seconds
    for number in count(start):
        if time.monotonic() > end:
            break
        for place, path in enumerate((*SERVED, "/health/live")):
            connection = own if place == len(SERVED) else served[number % len(served)]
            started = time.perf_counter()
            connection.request("GET", path.format(number=number))
            answer = connection.getresponse()
            answer.read()
            found[place].append((time.perf_counter() - started) * 1000)
            assert answer.status == http.client.OK, (path, answer.status)
            time.sleep(PAUSE)
    for connection in (*served, own):
        connection.close()
    return found


def press(port: int, heavy: Heavy, seconds: float, start: int, clients: int = CLIENTS) -> Answers:
    """Send a heavy request from all clients, again and again, until the seconds are over."""
    answers, lock, numbers, end = Answers(Counter(), [], 0), threading.Lock(), count(start), time.monotonic() + seconds
    sizes: list[int] = []

    def keep_asking(client: int) -> None:
        asked = heavy.of(client)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < end:
            number, started, size = next(numbers), time.monotonic(), 0
            try:
                body = asked.bodies[number % len(asked.bodies)]
                connection.request(asked.method, asked.path.format(number=number), body, asked.headers)
                answer = connection.getresponse()
                while part := answer.read(1 << 16):
                    size += len(part)
                    if time.monotonic() > end + 1:
                        connection.close()
                        break
            except OSError:
                connection.close()
                continue
            with lock:
                answers.statuses[answer.status] += 1
                if answer.status < http.client.BAD_REQUEST:
                    answers.seconds.append(time.monotonic() - started)
                    sizes.append(size)
            if answer.status in {http.client.SERVICE_UNAVAILABLE, http.client.TOO_MANY_REQUESTS}:
                wait = int(answer.headers.get("Retry-After", 1))
                time.sleep(max(0.0, min(wait, end - time.monotonic())))
        connection.close()

    threads = [threading.Thread(target=keep_asking, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Answers(answers.statuses, answers.seconds, max(sizes, default=0))


@dataclass(frozen=True, slots=True)
class World:
    """What heavy requests are about."""

    feed: str
    minutes: Session
    creator: Person
    staff: Person
    shortened: Session
    owner: Person
    buyers: Sequence[Person]
    now: datetime


async def new_world(dsn: str) -> World:
    now = datetime.now(UTC)
    await load(dsn, Size(**SIZE, now=now))
    database = await connect(dsn)
    try:
        storage = postgres_storage(database)
        creator, owner = await people(storage, 2, role="creator", time_zone="UTC")
        staff = await person(storage, is_staff=True)
        minutes = await session_of_minutes(storage, creator, now)
        shortened = await stored_session(storage, creator_id=owner.user.id, duration=30, max_participants=1_000)
        buyers = list(await people(storage, 2_000))
        first = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
        await fill_session(
            dsn,
            storage,
            shortened,
            buyers[0].user.id,
            first=first,
            slots=SHORTENED_SLOTS,
            seats=SHORTENED_SEATS,
        )
        feed = "f" * 43
        await database.fetch(
            "INSERT INTO calendar_feeds (user_id, token, created_at) VALUES ($1, $2, now())",
            numbered("user", BUSY_USER),
            feed,
        )
    finally:
        await database.close()
    return World(feed, minutes, creator, staff, shortened, owner, buyers, now)


async def session_of_minutes(storage: Storage, creator: Person, now: datetime) -> Session:
    """Store a session with a start every minute for eight hours of each day."""
    hours = TimeRange(
        starts=datetime(1, 1, 1, 9, tzinfo=UTC).time(), ends=datetime(1, 1, 1, 17, tzinfo=UTC).time(), step=1
    )
    schedule = a_schedule(weekly=tuple(WeeklyHours(weekday=day, hours=hours) for day in range(1, 8)), horizon=365)
    session = await stored_session(storage, creator_id=creator.user.id, duration=15)
    async with storage.unit_of_work() as tx:
        written = MaterializedAvailability.of(schedule, session.duration, now)
        await tx.sessions.save_schedule(session.id, schedule, written)
    return session


def minutes_wire() -> dict[str, object]:
    """Return the schedule of `session_of_minutes` as it is sent."""
    return {
        "weekly": [{"weekday": day, "starts": "09:00", "ends": "17:00", "step": 1} for day in range(1, 8)],
        "horizon": 365,
    }


def heavies(world: World) -> dict[str, Heavy]:
    """Return the heavy requests by name. A number in the path makes each answer one that is not kept."""
    json_headers = {"Content-Type": "application/json"}
    day = timedelta(days=1)
    window = (
        f"to={(world.now + 61 * day).strftime('%Y-%m-%dT%H:%M:%SZ')}&from={world.now.strftime('%Y-%m-%dT%H:%M:%S')}"
    )
    preview = {**minutes_wire(), "starts_from": world.now.isoformat(), "starts_to": (world.now + 61 * day).isoformat()}
    first = (world.now + 2 * day).replace(minute=0, second=0, microsecond=0)
    shorten = Heavy(
        f"/api/sessions/{world.shortened.id}/",
        "PATCH",
        world.owner.headers | json_headers,
        (b'{"duration": 29}', b'{"duration": 30}'),
        others=Heavy(
            "/api/bookings/",
            "POST",
            world.buyers[1].headers | json_headers,
            [
                json.dumps(
                    {"session": str(world.shortened.id), "booking_date": (first + hour * day / 24).isoformat()}
                ).encode()
                for hour in range(2 * SHORTENED_SLOTS)
            ],
        ),
    )
    return {
        "feed": Heavy(f"/api/calendar/{world.feed}.ics"),
        "slots": Heavy(f"/api/sessions/{world.minutes.id}/slots/?{window}.{{number:06}}Z"),
        "preview": Heavy(
            f"/api/sessions/{world.minutes.id}/schedule/preview/",
            "POST",
            world.creator.headers | json_headers,
            (json.dumps(preview).encode(),),
        ),
        "facets": Heavy("/api/sessions/facets/?search=everywhere&max_price={number}"),
        "search": Heavy("/api/admin/bookings/?search=ada{number}&limit=100", headers=world.staff.headers),
        "csv": Heavy("/api/admin/bookings/export/?format=csv", headers=world.staff.headers),
        "xlsx": Heavy("/api/admin/bookings/export/?format=xlsx", headers=world.staff.headers),
        "json": Heavy("/api/auth/login/", "POST", json_headers, (b"[" + b"1," * (512 * 1024 - 2) + b"1]",)),
        "shorten": shorten,
    }


def p99(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=100)[98]


class Machine:
    """Servers by name, with two processes that send requests to one of them at a time.

    Each has a session of its own, as clients elsewhere: Linux lets those of one session wait for each other.
    """

    def __init__(self, servers: dict[str, tuple[FreshServer, int]], seconds: float, stack: ExitStack) -> None:
        self._servers = servers
        self._seconds = seconds
        self._numbers = count(1, 10_000)
        self._probing, self._pressing = (
            stack.enter_context(ProcessPoolExecutor(1, get_context("spawn"), initializer=os.setsid)) for _ in range(2)
        )

    async def probe(self, name: str) -> list[list[float]]:
        server, own_port = self._servers[name]
        return await asyncio.get_running_loop().run_in_executor(
            self._probing, probe, server.port, own_port, self._seconds, next(self._numbers)
        )

    def press(self, name: str, heavy: Heavy, clients: int = CLIENTS) -> asyncio.Future[Answers]:
        server, _ = self._servers[name]
        return asyncio.get_running_loop().run_in_executor(
            self._pressing, press, server.port, heavy, self._seconds + 2 * LEAD, next(self._numbers), clients
        )

    async def probe_while(self, name: str, heavy: Heavy, clients: int = CLIENTS) -> tuple[list[list[float]], Answers]:
        pressed = self.press(name, heavy, clients)
        await asyncio.sleep(LEAD)
        found = await self.probe(name)
        return found, await pressed

    async def measure(self, kind: str, heavy: Heavy) -> list[Row]:
        """Return a row for each server, of turns at rest and under the heavy requests."""
        rest, busy = ({name: list[list[float]]([[], [], []]) for name in self._servers} for _ in range(2))
        answers = {name: Answers(Counter(), [], 0) for name in self._servers}
        for _ in range(ROUNDS):
            for name in self._servers:
                if heavy.others is None:
                    _add(rest[name], await self.probe(name))
                else:
                    usual, _ = await self.probe_while(name, heavy.others, CLIENTS - 1)
                    _add(rest[name], usual)
                found, pressed = await self.probe_while(name, heavy)
                _add(busy[name], found)
                answers[name] = answers[name].with_more(pressed)
                await asyncio.sleep(1.0)
        return [
            Row(f"{kind}, {name}" if name else kind, [*map(p99, rest[name])], [*map(p99, busy[name])], answers[name])
            for name in self._servers
        ]


def _add(lists: Sequence[list[float]], more: Sequence[list[float]]) -> None:
    for collected, found in zip(lists, more, strict=True):
        collected.extend(found)


async def measure(dsn: str, folder: Path, asked: argparse.Namespace) -> list[Row]:
    """Measure servers of its own, and print the rows. Return those of this source tree."""
    world, rows, trees = await new_world(dsn), list[Row](), {"": None}
    if asked.before is not None:
        trees = {"before": asked.before, "after": None}
    async with AsyncExitStack() as servers:
        started = dict[str, tuple[FreshServer, int]]()
        for name, tree in trees.items():
            own_port, data = free_port(), folder / f"data {name}"
            server = FreshServer(
                dsn,
                folder / f"log {name}",
                free_port(),
                tree,
                workers=asked.workers,
                metrics_port=own_port,
                data_dir=data,
            )
            servers.push_async_callback(server.end)
            await server.starts(STARTS_WITHIN)
            started[name] = server, own_port
        with ExitStack() as stack:
            machine = Machine(started, asked.seconds, stack)
            for kind, heavy in heavies(world).items():
                if not asked.kinds or kind in asked.kinds:
                    for name in started:
                        await machine.probe(name)
                        await machine.press(name, heavy)  # loads what only this kind needs
                    measured = await machine.measure(kind, heavy)
                    print(*measured, sep="\n", flush=True)
                    rows.append(measured[-1])
    return rows


def main() -> None:
    """Measure a server over a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--before", type=Path, metavar="src")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres(Path(name) / "postgres") as dsn,
        scratch_database(dsn) as database,
    ):
        migrate_now(address_of(dsn, database))
        print(f"load average {os.getloadavg()[0]:.1f}\n{HEAD}", flush=True)
        rows = asyncio.run(measure(address_of(dsn, database), Path(name), asked))
    print(f"load average {os.getloadavg()[0]:.1f}")
    sys.exit(0 if all(row.is_met for row in rows) else 1)


if __name__ == "__main__":
    main()
