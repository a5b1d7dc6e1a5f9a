"""Live seats: how soon a change reaches open pages, and what open streams cost bookings.

Servers with and without streams run over one database and take turns, so that other load on the machine affects both
alike. Streams are read by a process of their own. With `--before FOLDER`, the server of another checkout, which has the
same schema, has its turns, too.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/live.py [latency] [bookings] [--streams 500] [--before FOLDER]
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from benchmarks.cpu import cpu_of
from benchmarks.fresh_server import FreshServer
from benchmarks.market import execute
from builders import a_schedule, stored_session
from databases import migrate_now
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from open_streams import OpenStreams
from ports import free_port
from postgres.http_clients import Person, people

SESSIONS, SEATS = 20, 50
ROUNDS, SECONDS, REST, AT_ONCE = 12, 3, 0.8, 16
BUYERS = 2_000
CHANGES, PAUSE = 60, 0.2
MAX_STREAMS = "15000"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Sessions, starts of all of them, and people."""

    sessions: list[Session]
    starts: list[datetime]
    buyers: list[Person]


@dataclass(frozen=True, slots=True)
class Turn:
    """Bookings, and CPU microseconds for each."""

    bookings: int
    server: float
    postgres: float

    @property
    def rate(self) -> float:
        return self.bookings / SECONDS

    def line(self) -> str:
        return (
            f"{self.rate:.0f} bookings/s; CPU µs per booking: server {self.server:.0f}, PostgreSQL {self.postgres:.0f}"
        )


async def new_wishes(storage: Storage) -> Wishes:
    now = datetime.now(UTC)
    first = (now + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    creators = await people(storage, SESSIONS, role="creator", time_zone="UTC")
    sessions = [
        await stored_session(storage, creator_id=each.user.id, max_participants=SEATS, duration=60) for each in creators
    ]
    for session in sessions:
        async with storage.unit_of_work() as tx:
            schedule = a_schedule()
            written = MaterializedAvailability.of(schedule, session.duration, now)
            await tx.sessions.save_schedule(session.id, schedule, written)
    starts = [first + timedelta(days=day, hours=hour) for day in range(50) for hour in range(8)]
    return Wishes(sessions, starts, list(await people(storage, BUYERS)))


class Buyer:
    """A kept connection that books."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def book(self, person: Person, session: Session, start: datetime) -> float:
        """Book, and return when the answer came, by `monotonic`."""
        body = b'{"session":"%b","booking_date":"%b"}' % (str(session.id).encode(), start.isoformat().encode())
        head = (
            "POST /api/bookings/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: {person.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 201"), answer
        length = int(answer.partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        await self._reader.readexactly(length)
        return time.monotonic()


def wishes_in_turn(wishes: Wishes) -> Iterator[tuple[Person, Session, datetime]]:
    """Yield bookings of all sessions in turn; a person books a start of a session once."""
    for start in wishes.starts:
        for place in range(SEATS):
            for number, session in enumerate(wishes.sessions):
                yield wishes.buyers[(place * SESSIONS + number) % BUYERS], session, start


@asynccontextmanager
async def serving(dsn: str, folder: Path, source: Path | None = None) -> AsyncIterator[FreshServer]:
    """Start a server, of another checkout if one is named."""
    settings = {"worker_inside": "on", "live_streams": MAX_STREAMS, "live_streams_per_network": MAX_STREAMS}
    before = os.environ.get("PYTHONPATH", "")
    if source is not None:
        os.environ["PYTHONPATH"] = str(source / "src")
    try:
        port = free_port()
        server = FreshServer(dsn, folder / f"{port}.log", port, **settings)
    finally:
        os.environ["PYTHONPATH"] = before
    try:
        await server.starts(within=180)
        yield server
    finally:
        await server.end()


@contextmanager
def listeners(port: int, sessions: list[Session], number: int) -> Iterator[None]:
    """Open streams in a process of their own, if any."""
    if not number:
        yield
        return
    command = [sys.executable, __file__, "listen", str(port), str(number), *(str(each.id) for each in sessions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield
        finally:
            process.kill()


async def listen(port: int, number: int, sessions: list[str]) -> None:
    async with AsyncExitStack() as stack:
        for session in sessions:
            streams = await stack.enter_async_context(OpenStreams(port, session, are_deaf=True))
            await streams.open(number // len(sessions))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def one_turn(server: FreshServer, postgres: int, left: Iterator[tuple[Person, Session, datetime]]) -> Turn:
    """Book for some seconds, and wait for what follows."""
    done, end = 0, time.monotonic() + SECONDS
    connected = [Buyer(*await asyncio.open_connection("127.0.0.1", server.port)) for _ in range(AT_ONCE)]
    before = cpu_of(server.process.pid), cpu_of(postgres)

    async def buy(buyer: Buyer) -> None:
        nonlocal done
        while time.monotonic() < end:
            await buyer.book(*next(left))
            done += 1

    await asyncio.gather(*map(buy, connected))
    await asyncio.sleep(REST)
    ours, theirs = (
        (cpu_of(pid) - spent) / 1e3 / done for pid, spent in zip((server.process.pid, postgres), before, strict=True)
    )
    return Turn(done, ours, theirs)


async def bookings(dsn: str, postgres: int, folder: Path, arguments: argparse.Namespace) -> None:
    """Print bookings per second and their CPU time, turn by turn. Each server has sessions of its own."""
    with_streams = f"{arguments.streams} streams"
    names = [*(["before"] if arguments.before else []), "no stream", with_streams]
    turns: dict[str, list[Turn]] = {name: [] for name in names}
    database = await connect(dsn, PoolLimits(max_size=4))
    wishes = {name: await new_wishes(postgres_storage(database)) for name in names}
    await database.close()
    left = {name: wishes_in_turn(wishes[name]) for name in names}
    async with AsyncExitStack() as stack:
        servers = {}
        for name in names:
            source = arguments.before if name == "before" else None
            servers[name] = await stack.enter_async_context(serving(dsn, folder, source))
        stack.enter_context(listeners(servers[with_streams].port, wishes[with_streams].sessions, arguments.streams))
        for number in range(ROUNDS + 1):
            # the order changes, so that no kind always follows the same other
            for name in names if number % 2 else reversed(names):
                turn = await one_turn(servers[name], postgres, left[name])
                if number:
                    turns[name].append(turn)
                    print(f"{name:12}: {turn.line()}", flush=True)
            if not number:  # it fills tables and caches; plans are those of filled tables
                await execute(dsn, "VACUUM ANALYZE")
    for name in names[1:]:
        pairs = list(zip(turns[names[0]], turns[name], strict=True))
        rates = [new.rate / old.rate for old, new in pairs]
        cpu = [(new.server + new.postgres) / (old.server + old.postgres) for old, new in pairs]
        print(
            f"{name} against {names[0]}: bookings/s {statistics.median(rates):.3f}, CPU per booking"
            f" {statistics.median(cpu):.3f} (medians of {len(pairs)} rounds); sums"
            f" {sum(new.bookings for _, new in pairs) / sum(old.bookings for old, _ in pairs):.3f}"
        )


async def latency(dsn: str, _: int, folder: Path, arguments: argparse.Namespace) -> None:
    """Print how long changes took from the answer to their event at each stream."""
    database = await connect(dsn, PoolLimits(max_size=4))
    wishes = await new_wishes(postgres_storage(database))
    await database.close()
    left = wishes_in_turn(wishes)
    async with serving(dsn, folder) as server, AsyncExitStack() as stack:
        opened = {}
        for session in wishes.sessions:
            opened[session.id] = await stack.enter_async_context(OpenStreams(server.port, session.id))
            await opened[session.id].open(arguments.streams // SESSIONS)
        buyer, delays = Buyer(*await asyncio.open_connection("127.0.0.1", server.port)), []
        for number in count(1):
            person, session, start = next(left)
            booked = await buyer.book(person, session, start)
            heard = await opened[session.id].heard("seats", within=30, since=booked - 0.05)
            delays += [each - booked for each in heard]
            await asyncio.sleep(PAUSE * (number % 7) / 7)
            if number == CHANGES:
                break
    delays.sort()
    p50, p99 = (delays[int(part * (len(delays) - 1))] * 1000 for part in (0.5, 0.99))
    print(
        f"change → event, {arguments.streams} streams, {CHANGES} changes: median {p50:.0f} ms, 99 % {p99:.0f} ms,"
        f" most {delays[-1] * 1000:.0f} ms"
    )


PARTS = {"latency": latency, "bookings": bookings}

if __name__ == "__main__":
    if sys.argv[1:2] == ["listen"]:
        asyncio.run(listen(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
        sys.exit()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=" or ".join(PARTS))
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--before", type=Path)
    asked = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f}")
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as dsn:
            migrate_now(dsn)
            postmaster = find_postmaster(Path(name) / "postgres")
            assert postmaster is not None
            asyncio.run(PARTS[part](dsn, postmaster.pid, Path(name), asked))
    print(f"load average {os.getloadavg()[0]:.1f}")
