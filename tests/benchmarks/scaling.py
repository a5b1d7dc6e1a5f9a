"""`make bench-scaling`: the figures behind docs/scaling.md, in some minutes.

PostgreSQL, its standby, the program and the load share one machine, so read rates as ratios of one another; each is
the best of several runs. Bytes, connections and shares do not depend on the machine.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.booking_disk_size import measure_bytes
from benchmarks.load import Responses, bookings, get, once, require_wrk, send
from builders import stored_session, stored_user
from databases import migrate_now
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.sessions import Session
from ports import free_port
from postgres.http_clients import Person, people
from postgres.large_dataset import Size, load
from postgres.servers import Server, environment
from postgres.standby import standby_of

RUNS = 3
WORKERS = 2
SESSIONS = 50_000
SLOTS = 2_000
BUYERS = 12_000
OFFERS = 60
READS_PER_BOOKING = 15
WORKER_STARTS_WITHIN = 30
"""Seconds."""
LIST_READS = (
    "/api/sessions",
    "/api/sessions?ordering=price&min_duration=30",
    "/api/sessions?search=common",
    "/api/sessions?category=music",
    "/api/sessions/facets",
)

SPENT = """
    SELECT queryid, total_exec_time AS ms FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
HELD = "SELECT application_name, count(*) FROM pg_stat_activity WHERE application_name LIKE 'marketplace%' GROUP BY 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A filled database with its standby, and the people and sessions that the load uses."""

    primary: str
    standby: str
    folder: Path
    buyers: Sequence[Person]
    published: Sequence[Session]
    ids: Sequence[str]

    @asynccontextmanager
    async def served(self, session: str = "", **settings: object) -> AsyncIterator[Server]:
        """Run the program over it; `session` is appended to the database address as connection options."""
        log = self.folder / "server.log"
        server = Server(self.primary + session, log, free_port(), workers=WORKERS, **settings)
        try:
            await server.starts()
            yield server
        finally:
            await server.end()

    def starts(self, run: int) -> list[datetime]:
        """Return start times that no other run has used."""
        first = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30 + 40 * run)
        return [first + timedelta(hours=3 * number) for number in range(BUYERS // (OFFERS - 3) + 1)]


async def requested(dsn: str, statement: str, *arguments: object) -> list[Any]:
    """Return all rows of a statement."""
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()


async def measure_seats(market: Market) -> None:
    """Compare the lock of one row with many rows, and the share of the commit; interleaved, since machines vary."""
    print(f"\n{'Bookings':48}{'a second':>24}{'of many':>12}   answers")
    async with market.served() as safe, market.served("&synchronous_commit=off") as hasty:
        ways = {
            "a slot of its own each": (safe, market.published[3:]),
            "everybody one slot": (safe, market.published[:1]),
            "everybody one slot, commits that wait for no disk": (hasty, market.published[1:2]),
        }
        runs = [
            (name, await sold(market, server, published, run))
            for run in range(RUNS)
            for name, (server, published) in ways.items()
        ]
    best = {name: max(sale for way, sale in runs if way == name) for name in ways}
    many = next(iter(best.values()))[0]
    for name, (rate, output, wal) in best.items():
        print(f"  {name:52}{rate:18,.0f}{rate / many:12.2f}   {output}, {wal:,.0f} bytes of WAL each", flush=True)


async def sold(market: Market, server: Server, published: Sequence[Session], run: int) -> tuple[float, str, float]:
    """Return bookings per second, the responses, and WAL bytes per booking; one session means one contended start."""
    lines = bookings(market.buyers, published, market.starts(run)[: 1 if len(published) == 1 else None])
    before = (await requested(market.primary, "SELECT pg_current_wal_lsn()"))[0][0]
    responses = await send(server.port, once(lines), market.folder)
    [written] = await requested(market.primary, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1)", before)
    return responses.rate, responses.by_status, float(written[0]) / responses.statuses["201"]


def mixed(market: Market, run: int) -> list[str]:
    """Mix one booking with fifteen reads: ten lists and five sessions."""
    paths: list[str] = []
    for number, one in enumerate(market.ids):
        lists = (LIST_READS[each % len(LIST_READS)] for each in (number, number + 2))
        paths += [*lists, f"/api/sessions/{one}"]
    looks = cycle(get(*paths))
    lines: list[str] = []
    for booking in bookings(market.buyers[:1_000], market.published, market.starts(run)):
        lines += [*islice(looks, READS_PER_BOOKING), booking]
    return lines


async def measure_standby(market: Market) -> None:
    """Measure what reads and bookings cost the primary, and what remains of it when a standby answers lists."""
    what = f"A mix of {READS_PER_BOOKING} looks for each booking"
    print(f"\n{what:48}{'ms a request of primary':>24}{'of standby':>12}   answers")
    of_lists: set[int] = set()
    for first, (name, settings) in enumerate(
        (("with a standby for the lists", {"read_database_url": market.standby}), ("the primary alone", {}))
    ):
        runs = []
        async with market.served(**settings) as server:
            for run in range(RUNS):
                runs.append(await looked_and_booked(market, server, RUNS + RUNS * first + run))
                of_lists |= set(runs[-1].standby)
        best = min(runs, key=lambda mix: sum(mix.primary.values()) / mix.responses.number)
        each = [sum(side.values()) / best.responses.number for side in (best.primary, best.standby)]
        print(f"  {name:46}{each[0]:24.2f}{each[1]:12.2f}   {best.responses.by_status}", flush=True)
    lists = sum(ms for statement, ms in best.primary.items() if statement in of_lists)
    print(f"  Of the time of the primary alone, a standby can take {lists / sum(best.primary.values()):.0%}")


@dataclass(frozen=True, slots=True)
class Mix:
    """Milliseconds on each server by statement, and what came back."""

    primary: dict[int, float]
    standby: dict[int, float]
    responses: Responses


async def looked_and_booked(market: Market, server: Server, run: int) -> Mix:
    """Run the load and return its cost on each server."""
    sides = (market.primary, market.standby)
    for dsn in sides:
        await requested(dsn, "SELECT pg_stat_statements_reset()")
    lines = mixed(market, run)
    responses = await send(server.port, once(lines), market.folder)
    primary, standby = [{row["queryid"]: row["ms"] for row in await requested(dsn, SPENT)} for dsn in sides]
    return Mix(primary, standby, responses)


async def measure_connections(market: Market) -> None:
    """Measure the connections of one program, idle and busy."""
    print("\nConnections that one program holds")
    async with market.served() as server:
        await asyncio.sleep(2)
        print(f"  serve, {WORKERS} processes, idle: {await held(market.primary)}")
        contended = bookings(market.buyers, market.published[2:3], market.starts(3 * RUNS)[:1])
        load = asyncio.create_task(send(server.port, once(contended), market.folder))
        maximum = ""
        while not load.done():
            maximum = max(maximum, await held(market.primary), key=total_of)
            await asyncio.sleep(0.2)
        print(f"  serve, {WORKERS} processes, in a crowd: {maximum}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "marketplace", "worker"),
        stderr=asyncio.subprocess.DEVNULL,
        env=environment(market.primary),
    )
    end = asyncio.get_running_loop().time() + WORKER_STARTS_WITHIN
    while "worker" not in (held_now := await held(market.primary)) and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.5)
    print(f"  worker: {held_now}")
    process.terminate()
    await process.wait()


def total_of(output: str) -> int:
    """Return the total of the connections in a text of `held`."""
    return sum(int(number) for number in re.findall(r"(\d+) of", output))


async def held(dsn: str) -> str:
    """Return the number of connections by application name."""
    rows = await requested(dsn, HELD)
    return ", ".join(f"{row['count']} of {row['application_name']}" for row in rows)


@contextmanager
def watched_postgres(folder: Path) -> Iterator[str]:
    """Start a server with `pg_stat_statements`, which its copies inherit."""
    with embedded_postgres(folder):
        pass
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write("shared_preload_libraries = 'pg_stat_statements'\n")
    with embedded_postgres(folder) as dsn:
        yield dsn


async def bench(primary: str, folder: Path) -> None:
    """Measure everything once and print it."""
    await load(primary, Size(sessions=SESSIONS, slots=SLOTS, now=datetime.now(UTC)))
    await requested(primary, "CREATE EXTENSION pg_stat_statements")
    database = await connect(primary)
    storage = postgres_storage(database)
    creators = [await stored_user(storage, role="creator") for _ in range(OFFERS)]
    published = [await stored_session(storage, creator_id=each.id, max_participants=10_000) for each in creators]
    page = await storage.catalog.list(CatalogFilters(), 100, None, datetime.now(UTC))
    buyers = await people(storage, BUYERS)
    await database.close()
    print(f"{WORKERS} processes of the program, {SESSIONS:,} sessions, {len(buyers):,} people; best of {RUNS} runs")
    await measure_bytes(primary, SESSIONS)
    async with AsyncExitStack() as stack:
        standby = stack.enter_context(standby_of(primary, folder / "standby"))
        market = Market(
            primary=primary,
            standby=standby,
            folder=folder,
            buyers=buyers,
            published=published,
            ids=[str(session.id) for session in page.items],
        )
        await measure_seats(market)
        await measure_standby(market)
        await measure_connections(market)


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    require_wrk("make bench-scaling")
    with tempfile.TemporaryDirectory() as name, watched_postgres(Path(name) / "postgres") as dsn:
        migrate_now(dsn)
        asyncio.run(bench(dsn, Path(name)))


if __name__ == "__main__":
    main()
