"""`make bench`: the cost of requests, as ratios within one run.

The server, PostgreSQL and the load share one machine, so the figures compare paths with one another and with the same
run of an earlier version; they do not predict the rates of a dedicated server.
"""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from builders import stored_session, stored_user
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate_now
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import CatalogFilters, Session
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Person, people
from postgres.large_dataset import Size, load
from postgres.servers import Server, free_port

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 32
SECONDS = 6
NOBODY = "-"
WORKERS = 2
SESSIONS = 50_000
SLOTS = 10_000
BUYERS = 12_000
CREATORS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Prepared requests to measure, repeated or each sent once."""

    name: str
    requests: Sequence[str]
    is_repeated: bool = True


async def measured(server: Server, path: Measure, folder: Path) -> tuple[float, str]:
    """Return successful responses per second, and the number of responses by status."""
    prepared = folder / "requests.txt"
    prepared.write_text("\n".join(path.requests))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(SCRIPT), f"http://127.0.0.1:{server.port}"]
    wrk = await asyncio.create_subprocess_exec(
        *command, "--", str(prepared), "repeat" if path.is_repeated else "once", stdout=asyncio.subprocess.PIPE
    )
    output = (await wrk.communicate())[0].decode()
    statuses = dict(re.findall(r"(\d{3}):(\d+)", output.partition("Statuses")[2]))
    took = re.search(r"requests in ([\d.]+)s", output)
    assert took is not None, output
    good = sum(int(times) for status, times in statuses.items() if status.startswith("2"))
    return good / float(took[1]), " ".join(f"{status}:{times}" for status, times in sorted(statuses.items()))


def get(*paths: str, token: str = NOBODY) -> list[str]:
    """Prepare read requests."""
    return [f"GET {path} {token}" for path in paths]


def bookings(buyers: Iterable[Person], sessions: Sequence[Session], starts: Sequence[datetime]) -> list[str]:
    """Prepare one booking per buyer: the next session each time, and the next start once every session had its turn."""
    lines = []
    for number, buyer in enumerate(buyers):
        session = sessions[number % len(sessions)]
        start = starts[number // len(sessions) % len(starts)]
        body = {"session": str(session.id), "booking_date": start.isoformat()}
        token = buyer.headers["Authorization"].removeprefix("Bearer ")
        lines.append(f"POST /api/bookings {token} {json.dumps(body)}")
    return lines


async def paths(storage: Storage) -> list[Measure]:
    """Prepare all measures with the data they need."""
    buyers = await people(storage, BUYERS)
    creators = [await stored_user(storage, role="creator") for _ in range(CREATORS)]
    published = [await stored_session(storage, creator_id=each.id, max_participants=10_000) for each in creators]
    page = await storage.catalog.list(CatalogFilters(), 100, None, datetime.now(UTC))
    ids = [str(session.id) for session in page.items]
    tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    slots = [tomorrow + timedelta(hours=3 * number) for number in range(BUYERS)]
    token = buyers[0].headers["Authorization"].removeprefix("Bearer ")
    half = BUYERS // 2
    return [
        Measure(name="no database (health/live)", requests=get("/health/live")),
        Measure(name="one session", requests=get(*(f"/api/sessions/{each}" for each in ids))),
        Measure(name="catalog, first page of 20", requests=get("/api/sessions")),
        Measure(name="catalog, by price, filtered", requests=get("/api/sessions?ordering=price&min_duration=30")),
        Measure(name="search, common word", requests=get("/api/sessions?search=common")),
        Measure(name="search, one typo", requests=get("/api/sessions?search=comon")),
        Measure(name="own profile", requests=get("/api/auth/profile", token=token)),
        Measure(
            name="booking, a slot of its own each",
            requests=bookings(buyers[:half], published, slots),
            is_repeated=False,
        ),
        Measure(
            name="booking, everybody one slot",
            requests=bookings(buyers[half:], published[:1], [tomorrow + timedelta(days=3000)]),
            is_repeated=False,
        ),
    ]


async def bench(dsn: str, folder: Path) -> None:
    """Measure everything once and print a table."""
    database = await connect(dsn)
    await load(dsn, Size(sessions=SESSIONS, slots=SLOTS, now=datetime.now(UTC)))
    measures = await paths(postgres_storage(database))
    await database.close()
    server = Server(dsn, folder / "server.log", free_port(), workers=WORKERS)
    try:
        await server.starts()
        print(f"{WORKERS} workers, {CONNECTIONS} connections, {SESSIONS:,} sessions, {SECONDS} s each\n")
        print(f"{'path':34}{'good/s':>9}{'of no database':>16}   answers")
        maximum = 0.0
        for path in measures:
            rate, statuses = await measured(server, path, folder)
            maximum = maximum or rate
            print(f"{path.name:34}{rate:9,.0f}{rate / maximum:16.3f}   {statuses}", flush=True)
    finally:
        await server.end()


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    if shutil.which("wrk") is None:
        sys.exit("make bench needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name, embedded_postgres(Path(name) / "postgres") as dsn:
        migrate_now(dsn)
        asyncio.run(bench(dsn, Path(name)))


if __name__ == "__main__":
    main()
