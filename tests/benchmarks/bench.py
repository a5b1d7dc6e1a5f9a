"""`make bench`: the cost of requests, next to bare handlers and a Django REST framework of the same size.

Every program has two workers, a database of its own on one PostgreSQL server, and 32 connections of one wrk, on this
machine. In each round every program answers a route in turn, so that ratios within a round compare equal moments.
`BENCH="detail page"` measures parts and only prints; without it docs/performance.md is written as well.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import report
from benchmarks.cpu import Memory, largest_worker
from benchmarks.crowds import measure_oversold, rushes
from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from benchmarks.load import require_wrk
from benchmarks.market import CREATORS, PASSWORD, Market, execute, fill_market
from benchmarks.peers.bare_reads import PERSON, SESSION
from benchmarks.peers.rows import copy_answers, fill_bare_bookings, fill_django
from benchmarks.peers.servers import PeerServer, bare_server, django_server, django_versions, make_django_tables
from benchmarks.routes import Peer, routes_of
from benchmarks.sign_in import measure as measure_sign_ins
from benchmarks.turns import Measured, Servers, measure
from databases import address_of, migrate_now
from databases import execute as run
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from ports import free_port
from postgres.servers import Server

WORKERS = 2
ROUNDS = 5
NOTHING_KEPT = {"keep_answers": "off", "trusted_proxies": "127.0.0.1"}
"""The setting that turns kept bytes and kept fragments off."""
PARTS = ("detail", "page", "kept", "profile", "bookings", "slots", "facets", "health", "booking", "oversold", "sign-in")


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """Addresses of the databases of one PostgreSQL server, the process id of that server, and a folder for files."""

    ours: str
    bare: str
    django: str
    postgres: int
    folder: Path


@asynccontextmanager
async def programs(databases: Databases, market: Market) -> AsyncIterator[Servers]:
    """Start every program, one after the other."""
    log, dsn = databases.folder / "servers.log", databases.ours
    named = {SESSION: str(market.page[0].id), PERSON: str(market.learner.user.id)}
    starts: dict[Peer, Callable[[], Server | PeerServer]] = {
        Peer.OURS: lambda: FreshServer(dsn, log, free_port(), workers=WORKERS),
        Peer.NOTHING_KEPT: lambda: FreshServer(dsn, log, free_port(), workers=WORKERS, **NOTHING_KEPT),
        Peer.BARE: lambda: bare_server("bare_reads", dsn, WORKERS, log, **named),
        Peer.BARE_BOOKINGS: lambda: bare_server("bare_bookings", databases.bare, WORKERS, log),
        Peer.DJANGO: lambda: django_server(databases.django, WORKERS, log),
    }
    async with AsyncExitStack() as stack:
        started: Servers = {}
        for peer, start in starts.items():
            server = start()
            stack.push_async_callback(server.end)
            await server.starts(STARTS_WITHIN)
            started[peer] = server
        yield started | {Peer.SAME: started[Peer.BARE]}


def memory(servers: Servers) -> dict[Peer, Memory]:
    """Return the memory of the largest worker of each program."""
    return {peer: largest_worker(server.pid) for peer, server in servers.items() if peer != Peer.SAME}


@contextmanager
def filled_databases(folder: Path) -> Iterator[tuple[Databases, Market]]:
    """Start a PostgreSQL server with a database for each program."""
    with embedded_postgres(folder / "postgres") as dsn:
        bare, django = address_of(dsn, "bare"), address_of(dsn, "django")
        run(dsn, "CREATE DATABASE bare", "CREATE DATABASE django")
        migrate_now(dsn)
        market = asyncio.run(fill_market(dsn))
        asyncio.run(copy_answers(dsn, [each.id for each in market.page]))
        asyncio.run(fill_bare_bookings(bare, CREATORS))
        make_django_tables(django)
        asyncio.run(fill_django(django))
        server = find_postmaster(folder / "postgres")
        assert server is not None
        databases = Databases(ours=dsn, bare=bare, django=django, postgres=server.pid, folder=folder)
        yield databases, market


async def bench(databases: Databases, market: Market, parts: Sequence[str]) -> str:
    """Measure the parts, and return the report; tables of routes are printed as they come."""
    said = []
    async with programs(databases, market) as servers:
        before = memory(servers)
        all_measured = await measured_routes(databases, market, servers, parts)
        if all_measured:
            said += [report.route_table(all_measured), report.ratio_table(all_measured)]
        ours, django = servers[Peer.OURS], servers[Peer.DJANGO]
        if "oversold" in parts:
            found = rushes(market, ours, databases.ours, django, databases.django)
            said.append(report.oversold_table([await measure_oversold(rush, databases.folder) for rush in found]))
        if "sign-in" in parts:
            said.append(report.sign_in_text(await measure_sign_ins(ours.port, market.emails, PASSWORD)))
        said.append(report.memory_table(before, memory(servers)))
    version = await execute(databases.ours, "SELECT current_setting('server_version_num')::int")
    foreign = median(each.foreign_cores for each in all_measured) if all_measured else 0.0
    return "\n\n".join([f"{report.machine(version, foreign)} {django_versions()}. {ROUNDS} rounds.", *said])


async def measured_routes(
    databases: Databases, market: Market, servers: Servers, parts: Sequence[str]
) -> list[Measured]:
    found = []
    for route in routes_of(market):
        if route.part in parts:
            found.append(await measure(route, servers, databases.postgres, ROUNDS, databases.folder))
            print(report.route_table(found[-1:]), report.ratio_table(found[-1:]), sep="\n\n", end="\n\n", flush=True)
    return found


def main() -> None:
    """Measure what the arguments name, or everything."""
    require_wrk("make bench")
    parts = tuple(sys.argv[1:]) or PARTS
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"make bench has no part {', '.join(sorted(unknown))}. It has {', '.join(PARTS)}.")
    with tempfile.TemporaryDirectory() as name, filled_databases(Path(name)) as (databases, market):
        text = asyncio.run(bench(databases, market, parts))
    print(text)
    if set(parts) == set(PARTS):
        report.write_section(report.PAGE, "figures", text)


if __name__ == "__main__":
    main()
