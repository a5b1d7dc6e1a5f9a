"""`make bench-suggest`: how long suggestions take while 200 people type at once.

Each types searches of a marketplace of 200,000 sessions, a letter every 200 ms on average, and each letter asks, as the
page does. An unanswered request is cancelled by the next letter, by closing the connection, as browsers do in HTTP/1.1;
its time counts up to then. Two searches in five are popular ones, which other people type too; the others are titles
and tags of one's own. `--data FOLDER` keeps the filled database, which `make bench-plans` uses too.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

import asyncpg

from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from benchmarks.plans import fill
from databases import migrate_now
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from ports import free_port

PEOPLE = 200
BETWEEN_LETTERS = (0.1, 0.3)
"""Seconds."""
SESSIONS = 200_000
SECONDS = 15
WARM_UP = 5
POPULAR = (
    "common",
    "everywhere",
    "common rare",
    "ada lovelace",
    "lovelace",
    "tag8",
    "tag12",
    "tag300",
    "rare",
    "cooking",
)
POPULAR_SHARE = 0.4
LIMIT = 50
"""Milliseconds that the slowest hundredth may take."""


@dataclass(slots=True)
class Found:
    """Milliseconds of answers, and of cancelled requests up to then; other statuses than 200."""

    answered: list[float] = field(default_factory=list)
    cancelled: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        return self.answered + self.cancelled


class Typist:
    """A person with a connection of their own."""

    def __init__(self, port: int, titles: list[str], seed: int) -> None:
        self._port = port
        self._titles = titles
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def type(self, until: float, found: Found) -> None:
        """Type searches, letter by letter."""
        await asyncio.sleep(self._random.uniform(0, BETWEEN_LETTERS[1]))
        while time.monotonic() < until:
            is_popular = self._random.random() < POPULAR_SHARE
            text = self._random.choice(POPULAR if is_popular else self._titles)
            for length in range(1, len(text) + 1):
                typed = text[:length].strip()
                self._cancel()
                self._asking = asyncio.create_task(self._ask(typed, found))
                await asyncio.sleep(self._random.uniform(*BETWEEN_LETTERS))
                if time.monotonic() >= until:
                    break
        self._cancel()

    def _cancel(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, typed: str, found: Found) -> None:
        began = time.perf_counter()
        try:
            status = await self._exchange(f"/api/sessions/suggest/?q={quote(typed)}")
        except asyncio.CancelledError:
            if self._streams is not None:
                self._streams[1].close()
                self._streams = None
            found.cancelled.append((time.perf_counter() - began) * 1000)
            raise
        found.answered.append((time.perf_counter() - began) * 1000)
        if status != "200":
            found.refused.append(status)

    async def _exchange(self, path: str) -> str:
        """Send a request and read its answer; return the status."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length:")[2].partition("\r\n")[0].strip()
        await reader.readexactly(int(length))
        return head.split()[1]


def run_typists(port: int, titles: list[str], seconds: float) -> Found:
    """Let everyone type, in a process without other work."""

    async def run() -> Found:
        warm_up, found = Found(), Found()
        people = [Typist(port, titles, seed) for seed in range(PEOPLE)]
        for into, lasting in ((warm_up, WARM_UP), (found, seconds)):
            until = time.monotonic() + lasting
            await asyncio.gather(*(each.type(until, into) for each in people))
        return found

    return asyncio.run(run())


async def titles_of(dsn: str) -> list[str]:
    """Return titles and tags of some sessions."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT title, tags[2] AS tag FROM sessions ORDER BY id LIMIT 1000")
    finally:
        await connection.close()
    return [text for row in rows for text in (row["title"], row["tag"])]


async def bench(dsn: str, folder: Path, seconds: float) -> Found:
    """Measure a server with two workers."""
    await fill(dsn, SESSIONS)
    titles = await titles_of(dsn)
    server = FreshServer(dsn, folder / "log", free_port(), workers=2)
    try:
        await server.starts(STARTS_WITHIN)
        loop = asyncio.get_running_loop()
        # in a session of its own, as a client elsewhere: Linux lets those of one session wait for each other
        with ProcessPoolExecutor(1, get_context("spawn"), initializer=os.setsid) as apart:
            return await loop.run_in_executor(apart, run_typists, server.port, titles, seconds)
    finally:
        await server.end()


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder in which the filled database is kept")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres((options.data or Path(name)) / "postgres", database=f"plans_{SESSIONS}") as dsn,
    ):
        migrate_now(dsn)
        load_before = os.getloadavg()[0]
        found = asyncio.run(bench(dsn, Path(name), options.seconds))
    parts = quantiles(found.all, n=100)
    sys.stdout.write(
        f"{PEOPLE} people: {len(found.all) / options.seconds:.0f} requests a second, {len(found.cancelled)} cancelled, "
        f"{len(found.refused)} refused; load average before: {load_before:.1f}\n"
        f"p50 {parts[49]:.1f} ms, p99 {parts[98]:.1f} ms\n"
    )
    raise SystemExit(0 if parts[98] <= LIMIT and not found.refused else 1)


if __name__ == "__main__":
    main()
