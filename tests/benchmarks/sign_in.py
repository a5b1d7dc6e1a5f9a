"""What fifty people who sign in at once cost the others: `/health/live` at rest and meanwhile, in turns of one run.

Part of `make bench`; alone by `PYTHONPATH=tests .venv/bin/python tests/benchmarks/sign_in.py`.
"""

import asyncio
import http.client
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from databases import address_of, scratch_database
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from ports import free_port

PEOPLE = 50
PASSWORD = "a seat by the window"
ROUNDS, SECONDS = 4, 3.0
CONNECTIONS = 8
"""Of the probe, so that it asks both workers."""
PAUSE = 0.003


@dataclass(frozen=True, slots=True)
class SignIns:
    """Milliseconds of `/health/live`, and what became of the sign-ins."""

    rest_p50: float
    rest_p99: float
    busy_p50: float
    busy_p99: float
    signed_in_per_second: float
    refused: int

    @property
    def ratio(self) -> float:
        """Return how much slower the slowest hundredth is while people sign in."""
        return self.busy_p99 / self.rest_p99


def probe_live(port: int, seconds: float) -> list[float]:
    """Ask `/health/live` one at a time, from a process without other work; return the milliseconds of each."""
    opened = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    found, end = list[float](), time.monotonic() + seconds
    while time.monotonic() < end:
        connection = opened[len(found) % CONNECTIONS]
        started = time.perf_counter()
        connection.request("GET", "/health/live")
        connection.getresponse().read()
        found.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
    for connection in opened:
        connection.close()
    return found


async def _register(client: httpx.AsyncClient) -> list[str]:
    """Create accounts, and return their addresses."""
    emails = [f"person{number}@example.org" for number in range(PEOPLE)]
    for number, email in enumerate(emails):
        person = {"username": f"person{number}", "first_name": "Ada", "last_name": "No", "role": "user"}
        sent = {"email": email, "password": PASSWORD} | person
        (await client.post("/api/auth/register/", json=sent)).raise_for_status()
    return emails


async def measure(
    port: int, emails: Sequence[str], password: str, *, rounds: int = ROUNDS, seconds: float = SECONDS
) -> SignIns:
    """Measure a server without a rate limit, while the owners of these addresses sign in again and again."""
    limits = httpx.Limits(max_connections=len(emails), max_keepalive_connections=len(emails))
    rest, busy, signed_in, refused, spent = list[float](), list[float](), 0, 0, 0.0
    loop = asyncio.get_running_loop()
    # in a session of its own, as a client elsewhere: Linux lets those of one session wait for each other (autogroup)
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=os.setsid) as apart:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as client:

            async def sign_in(email: str, until: float) -> None:
                nonlocal signed_in, refused
                while time.monotonic() < until:
                    answer = await client.post("/api/auth/login/", json={"email": email, "password": password})
                    signed_in += answer.status_code == httpx.codes.OK
                    refused += answer.status_code == httpx.codes.SERVICE_UNAVAILABLE

            for number in range(rounds + 1):
                at_rest = await loop.run_in_executor(apart, probe_live, port, seconds)
                began = time.monotonic()
                sent = [asyncio.create_task(sign_in(email, began + seconds)) for email in emails]
                meanwhile = await loop.run_in_executor(apart, probe_live, port, seconds)
                await asyncio.gather(*sent)
                if number == 0:  # warms up
                    signed_in = refused = 0
                    continue
                spent += time.monotonic() - began
                rest += at_rest
                busy += meanwhile
    rested, pressed = quantiles(rest, n=100), quantiles(busy, n=100)
    return SignIns(rested[49], rested[98], pressed[49], pressed[98], signed_in / spent, refused)


async def _measure_own_server(database: str, folder: Path) -> SignIns:
    server = FreshServer(database, folder / "log", free_port(), workers=2)
    try:
        await server.starts(STARTS_WITHIN)
        return await measure(server.port, await _register(server.client), PASSWORD)
    finally:
        await server.end()


def main() -> None:
    """Measure a server with two workers over a database of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder) / "data") as dsn,
        scratch_database(dsn) as name,
    ):
        found = asyncio.run(_measure_own_server(address_of(dsn, name), Path(folder)))
    sys.stdout.write(
        f"/health/live at rest: p50 {found.rest_p50:.2f} ms, p99 {found.rest_p99:.2f} ms\n"
        f"while {PEOPLE} sign in: p50 {found.busy_p50:.2f} ms, p99 {found.busy_p99:.2f} ms, {found.ratio:.1f} times\n"
        f"{found.signed_in_per_second:.0f} sign-ins per second, {found.refused} refused\n"
    )


if __name__ == "__main__":
    main()
