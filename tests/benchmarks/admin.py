"""`make bench-admin`: the cost of the back office's lists and exports at size, over HTTP.

Fills a million sessions, bookings and audit entries into an embedded PostgreSQL, which takes some minutes;
`--data FOLDER` keeps it for the next run. Each figure is the median of five responses. Every filter is measured alone
in the default order, then every order without a filter, then combinations that are likely to be slow, and deep pages.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg

from databases import migrate_now
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from ports import free_port
from postgres.backoffice_dataset import STAFF, BackofficeSize, load_backoffice
from postgres.http_clients import Person, person
from postgres.large_dataset import BUSY_CREATOR, BUSY_PERSON, Size, load, numbered
from postgres.servers import Server

TIMES = 5
MAX_MILLISECONDS = 300
"""Maximum milliseconds of a first page with one filter, a search, or an order."""
MAX_HARD = 1_000
"""The same for a filter or search whose matches lie at the other end of the requested order."""
MAX_FIRST_BYTE = 1_000
"""Milliseconds."""
FORMATS = ("csv", "jsonl", "xlsx")
USER, CREATOR, SESSION = numbered("user", BUSY_PERSON), numbered("user", BUSY_CREATOR), numbered("session", 1)
MEMBER = numbered("person", STAFF)

FILTERS: dict[str, list[dict[str, Any]]] = {
    "users": [
        {"role": "creator"},
        {"is_active": "true"},
        {"is_active": "false"},
        {"is_staff": "true"},
        {"is_superuser": "true"},
        {"joined_from": "2026-02-01"},
        {"joined_to": "2026-02-01"},
        {"search": "member77777@host277.example"},
        {"search": "member7777"},
        {"search": "example"},
        {"search": "m"},
        {"search": "nobody"},
        {"search": USER},
    ],
    "sessions": [
        {"status": "active"},
        {"status": "inactive"},
        {"is_hidden": "true"},
        {"is_hidden": "false"},
        {"is_archived": "true"},
        {"is_archived": "false"},
        {"is_featured": "true"},
        {"is_featured": "false"},
        {"creator": CREATOR},
        {"min_price": "199"},
        {"max_price": "1"},
        {"created_from": "2027-11-01"},
        {"created_to": "2026-02-01"},
        {"search": "rare"},
        {"search": "common"},
        {"search": "everywhere"},
        {"search": "nothing"},
        {"search": "person7"},
        {"search": "ada"},
        {"search": CREATOR},
    ],
    "bookings": [
        {"status": "pending"},
        {"status": "confirmed"},
        {"status": "cancelled"},
        {"status": "completed"},
        {"session": SESSION},
        {"creator": CREATOR},
        {"learner": USER},
        {"starts_from": "2058-01-01"},
        {"starts_to": "2030-03-01"},
        {"search": "person5000@example.org"},
        {"search": "person1"},
        {"search": "rare"},
        {"search": "common"},
        {"search": "ada"},
        {"search": "nothing"},
        {"search": SESSION},
        {"search": USER},
    ],
    "audit": [
        {"action": "signed_in"},
        {"action": "deactivated"},
        {"action": "role_changed"},
        {"actor": MEMBER},
        {"target": MEMBER},
        {"from": "2026-08-01"},
        {"to": "2026-01-02"},
        {"search": "signed"},
        {"search": "deactivated"},
        {"search": "reported by 1"},
        {"search": "member77777@host277.example"},
        {"search": "example"},
        {"search": "nothing"},
        {"search": MEMBER},
    ],
}
ORDERINGS: dict[str, tuple[str, ...]] = {
    "users": ("date_joined", "email", "username", "last_name"),
    "sessions": ("created_at", "price", "title", "duration"),
    "bookings": ("created_at", "booking_date", "amount"),
    "audit": ("at",),
}
HARD: dict[str, list[dict[str, Any]]] = {
    "users": [{"is_active": "false", "ordering": "last_name"}, {"role": "creator", "ordering": "-email"}],
    "sessions": [
        {"search": "common", "ordering": "price"},
        {"status": "inactive", "ordering": "-title"},
        {"is_hidden": "true", "ordering": "price"},
        {"creator": CREATOR, "ordering": "title"},
    ],
    "bookings": [
        {"status": "pending", "ordering": "booking_date"},
        {"status": "confirmed", "ordering": "booking_date"},
        {"status": "confirmed", "ordering": "created_at"},
        {"status": "completed", "ordering": "-booking_date"},
        {"creator": CREATOR, "ordering": "amount"},
        {"search": "common", "ordering": "-amount"},
        {"starts_from": "2058-01-01", "ordering": "-created_at"},
        {"starts_from": "2058-01-01", "ordering": "amount"},
    ],
    "audit": [{"search": "deactivated", "ordering": "at"}, {"from": "2026-08-01", "ordering": "at"}],
}
DEEP: list[tuple[str, dict[str, Any]]] = [
    (name, {"page": page}) for name in ("sessions", "bookings", "audit") for page in (1_000, 10_000, 50_000)
] + [("bookings", {"status": "completed", "page": 10_000})]


@dataclass(frozen=True, slots=True)
class Question:
    """A list request and its time limit."""

    name: str
    query: dict[str, Any]
    maximum: int | None = MAX_MILLISECONDS


def questions() -> Iterator[Question]:
    """Return all questions in the order in which they are measured."""
    for name, queries in FILTERS.items():
        yield Question(name, {})
        yield from (Question(name, query) for query in queries)
        for order in ORDERINGS[name]:
            yield from (Question(name, {"ordering": f"{sign}{order}"}) for sign in ("", "-"))
        yield from (Question(name, query, MAX_HARD) for query in HARD[name])
    yield from (Question(name, query, None) for name, query in DEEP)


async def measure_lists(server: Server, staff: Person) -> list[str]:
    """Print the table and return what took too long."""
    print(f"\n{'list':10}{'question':58}{'ms':>7}{'rows':>6}{'total':>11}")
    slow = []
    for requested in questions():
        times = []
        for _ in range(TIMES):
            started = time.perf_counter()
            answer = await server.client.get(
                f"/api/admin/{requested.name}/", params=requested.query, headers=staff.headers
            )
            times.append(1_000 * (time.perf_counter() - started))
        took = median(times)
        question = urlencode(requested.query)
        about = "~" if answer.headers.get("x-total-estimated") else ""
        total = f"{about}{int(answer.headers.get('x-total-count', -1)):,}"
        rows = len(answer.json()) if answer.is_success else f"{answer.status_code}!"
        print(f"{requested.name:10}{question:58}{took:7.0f}{rows:>6}{total:>11}", flush=True)
        if not answer.is_success or (requested.maximum is not None and took > requested.maximum):
            slow.append(f"{requested.name} {question}: {took:.0f} ms, {answer.status_code}")
    return slow


async def measure_exports(server: Server, staff: Person) -> list[str]:
    """Print the table of whole exports and return what took too long."""
    print(f"\n{'list':10}{'format':8}{'first byte ms':>14}{'seconds':>9}{'MB':>8}{'memory +MB':>12}")
    late = []
    for name in ("users", "sessions", "bookings", "audit"):
        for form in FORMATS:
            before, started, size, first, maximum = memory(server), time.perf_counter(), 0, 0.0, 0.0
            url = f"/api/admin/{name}/export/"
            async with server.client.stream("GET", url, params={"format": form}, headers=staff.headers) as answer:
                async for part in answer.aiter_bytes():
                    # workbooks start with bytes that are the same in all of them
                    first = first or 1_000 * (time.perf_counter() - started)
                    size += len(part)
                    maximum = max(maximum, memory(server) - before)
            took = time.perf_counter() - started
            print(f"{name:10}{form:8}{first:14.0f}{took:9.1f}{size / 1e6:8.1f}{maximum:12.1f}", flush=True)
            if first > MAX_FIRST_BYTE:
                late.append(f"{name} as {form}: first byte after {first:.0f} ms")
    return late


def memory(server: Server) -> float:
    """Return the megabytes held by the server's processes."""
    pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in server.workers())
    return sum(int(each) * 4096 for each in pages) / 1e6


async def filled(dsn: str, rows: int) -> None:
    """Fill the database unless it is filled already."""
    connection = await asyncpg.connect(dsn)
    is_full = await connection.fetchval("SELECT EXISTS (SELECT FROM audit_entries OFFSET 1000)")
    await connection.close()
    if not is_full:
        print(f"Filling in {rows:,} sessions, bookings and entries; this takes some minutes.", flush=True)
        await load(dsn, Size(sessions=rows, slots=rows // 4, now=datetime.now(UTC)))
        await load_backoffice(dsn, BackofficeSize(people=rows // 5, entries=rows))


async def bench(dsn: str, rows: int, *, exports: bool) -> bool:
    """Measure everything; return whether every limit was met."""
    await filled(dsn, rows)
    database = await connect(dsn)
    name = f"bench{uuid4().hex}"
    staff = await person(postgres_storage(database), is_staff=True, email=f"{name}@example.org", username=name)
    await database.close()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(dsn, Path(folder) / "server.log", free_port())
        try:
            await server.starts()
            started, before = time.perf_counter(), memory(server)
            await server.client.get("/api/admin/users/", headers=staff.headers)
            took, grew = 1_000 * (time.perf_counter() - started), memory(server) - before
            print(f"The first list of a process takes {took:.0f} ms and {grew:.0f} MB, for what it imports.")
            wrong = await measure_lists(server, staff) + (await measure_exports(server, staff) if exports else [])
        finally:
            await server.end()
    print("\nToo slow:" if wrong else "\nEverything was quick enough.", *wrong, sep="\n  ")
    return not wrong


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder in which the filled database is kept")
    parser.add_argument("--rows", type=int, default=1_000_000, help="sessions, bookings and entries")
    parser.add_argument("--no-exports", action="store_true", help="lists only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, embedded_postgres((options.data or Path(name)) / "postgres") as dsn:
        migrate_now(dsn)
        is_good = asyncio.run(bench(dsn, options.rows, exports=not options.no_exports))
    raise SystemExit(0 if is_good else 1)


if __name__ == "__main__":
    main()
