"""The program as processes to start, call and kill."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from databases import of_program
from marketplace.entrypoints.heavy_process import NAME as HEAVY
from ports import free_port
from programs import Program, run_program

SECRET_KEY = "tests-only-f0c1a2b3d4e5968778695a4b3c2d1e0f"
STARTS_WITHIN = 90
"""Seconds."""
POLL = 0.02


def environment(dsn: str, **settings: object) -> dict[str, str]:
    """Return this environment without settings of the program, plus these settings. `dsn` is the owner's."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARKETPLACE_")}
    addresses = {"database_url": of_program(dsn), "migration_database_url": dsn} if dsn else {}
    unlimited = {"rate_limit": "off", "max_live_bookings": 1_000_000, "max_sessions": 1_000_000}
    own = {"secret_key": SECRET_KEY} | unlimited | addresses | settings
    return inherited | {f"MARKETPLACE_{name.upper()}": str(value) for name, value in own.items()}


def is_alive(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def name_of(pid: int) -> str:
    """Return the name of a process, or empty text if it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


async def becomes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until the condition is true; return whether it is within these seconds."""
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:  # noqa: ASYNC110 - other processes set no event
        await asyncio.sleep(POLL)
    return met


class Server:
    """A `marketplace serve` process in a process group of its own, which `end` kills."""

    def __init__(self, dsn: str, log: Path, port: int, **settings: object) -> None:
        self.port = port
        self.log = log
        words = ["serve", "--port", str(self.port), "--no-migrate"]
        self.process = Program(words, environment(dsn, **settings), log)
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            timeout=60,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
            trust_env=False,
        )

    async def starts(self, within: float = STARTS_WITHIN) -> None:
        """Wait until it serves. Raises `AssertionError` with its log when it does not within these seconds."""
        end = time.monotonic() + within
        while not await self.serves():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            await asyncio.sleep(POLL)

    async def serves(self) -> bool:
        """Return whether it is ready to serve."""
        with suppress(httpx.TransportError):
            return (await self.client.get("/health/ready")).status_code == httpx.codes.OK
        return False

    @property
    def pid(self) -> int:
        return self.process.pid

    def workers(self) -> list[int]:
        """Return the child processes of the main process, except that for heavy work."""
        return [pid for pid in self.children() if name_of(pid) != HEAVY]

    def heavy_processes(self) -> list[int]:
        """Return the process for heavy work, unless it is just starting."""
        return [pid for pid in self.children() if name_of(pid) == HEAVY]

    def children(self) -> list[int]:
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return sorted(int(pid) for children in threads for pid in children.read_text().split())

    def failures(self) -> list[str]:
        """Return its logged errors, except that a worker was killed."""
        lines = [line for line in self.log.read_text().splitlines() if '"level":"error"' in line]
        return [line for line in lines if '"logger":"_granian"' not in line]

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of its log that are written to their end."""
        whole = [line for line in self.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [json.loads(line) for line in whole if line.startswith("{")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        return [line for line in self.lines() if line["event"] == event]

    async def end(self) -> None:
        """Kill the process group."""
        await self.client.aclose()
        self.process.kill_group()


@asynccontextmanager
async def servers(number: int, dsn: str, folder: Path, **settings: object) -> AsyncIterator[list[Server]]:
    """Run several programs over one database, once they are ready."""
    async with AsyncExitStack() as stack:
        started: list[Server] = []
        for place in range(number):
            started.append(Server(dsn, folder / f"server{place}.log", free_port(), **settings))
            stack.push_async_callback(started[-1].end)
        await asyncio.gather(*(server.starts() for server in started))
        yield started


async def run_command(dsn: str, *words: str, provided: Mapping[str, str] | None = None) -> str:
    """Run a command of the program, which must succeed, and return its output.

    With `provided`, variables that Python reads when it starts, it runs in a new interpreter.
    """
    env = environment(dsn) | dict(provided or {})
    if provided:
        command = [sys.executable, "-m", "marketplace", *words]
        ended = await asyncio.to_thread(subprocess.run, command, env=env, capture_output=True, text=True, check=False)
    else:
        ended = await asyncio.to_thread(run_program, words, env)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
