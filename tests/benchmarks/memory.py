"""Memory of each worker of a server, at rest and after many mixed requests.

Run by `PYTHONPATH=tests .venv/bin/python tests/benchmarks/memory.py [REQUESTS]`.
RSS counts pages that workers share, PSS a share of each.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from benchmarks.cpu import memory_of
from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from browser.accounts import PASSWORD, Account, account, scheduled_session
from databases import address_of, scratch_database
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from ports import free_port
from postgres.servers import Server

REQUESTS = 23_000
AT_ONCE = 32
SESSIONS = 40
WORKERS = 2


async def _requests(server: Server, person: Account, sessions: Sequence[dict[str, Any]], number: int) -> None:
    """Send reads of every hot route, and a sign-in for each thousand of them."""
    signed_in = {"Authorization": f"Bearer {person.access}"}
    queue = iter(range(number))

    async def send(each: int) -> httpx.Response:
        published = sessions[each % len(sessions)]["id"]
        if each % 1000 == 0:
            return await server.client.post("/api/auth/login/", json={"email": person.email, "password": PASSWORD})
        paths = (
            "/api/sessions/",
            f"/api/sessions/{published}/",
            f"/api/sessions/{published}/slots/",
            f"/api/sessions/?search=bread&limit={1 + each % 50}",
            "/api/auth/profile/",
            "/api/bookings/",
        )
        return await server.client.get(paths[each % len(paths)], headers=signed_in if each // len(paths) % 2 else {})

    async def take_turns() -> None:
        for each in queue:
            answer = await send(each)
            assert answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR, answer.text

    await asyncio.gather(*(take_turns() for _ in range(AT_ONCE)))


def _written(when: str, server: Server) -> str:
    found = map(memory_of, server.workers())
    workers = ", ".join(f"RSS {each.rss:.0f} (PSS {each.pss:.0f})" for each in found)
    return f"{when}: {workers} MB\n"


async def _measure_own_server(database: str, number: int) -> None:
    server = FreshServer(database, Path(os.devnull), free_port(), workers=WORKERS)
    try:
        await server.starts(STARTS_WITHIN)
        sys.stdout.write(_written("At rest", server))
        creator = await account(server, "creator")
        sessions = [await scheduled_session(creator) for _ in range(SESSIONS)]
        done = 0
        for until in sorted({min(5_000, number), number}):
            await _requests(server, creator, sessions, until - done)
            done = until
            sys.stdout.write(_written(f"After {done:,} requests", server))
    finally:
        await server.end()


def main() -> None:
    """Measure a server over a database of its own."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder) / "data") as dsn,
        scratch_database(dsn) as name,
    ):
        asyncio.run(_measure_own_server(address_of(dsn, name), number))


if __name__ == "__main__":
    main()
