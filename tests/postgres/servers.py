"""The program as processes to start, call and kill."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

SECRET_KEY = "tests-only-f0c1a2b3d4e5968778695a4b3c2d1e0f"
STARTS_WITHIN = 30
"""Seconds."""
POLL = 0.02


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(dsn: str, **settings: object) -> dict[str, str]:
    """Return this environment without settings of the program, plus these settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARKETPLACE_")}
    own = {"database_url": dsn, "secret_key": SECRET_KEY, "rate_limit": "off"} | settings
    return inherited | {f"MARKETPLACE_{name.upper()}": str(value) for name, value in own.items()}


def is_alive(pid: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


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
        command = [sys.executable, "-m", "marketplace", "serve", "--port", str(self.port), "--no-migrate"]
        with log.open("a") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment(dsn, **settings),
                start_new_session=True,
            )
        self.client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            timeout=60,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
            trust_env=False,
        )

    async def starts(self) -> None:
        """Wait until it serves. Raises `AssertionError` with its log when it does not."""
        end = time.monotonic() + STARTS_WITHIN
        while not await self.serves():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            await asyncio.sleep(POLL)

    async def serves(self) -> bool:
        """Return whether it is ready to serve."""
        with suppress(httpx.TransportError):
            return (await self.client.get("/health/ready")).status_code == httpx.codes.OK
        return False

    def workers(self) -> list[int]:
        """Return the child processes of the main process."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return sorted(int(pid) for children in threads for pid in children.read_text().split())

    def failures(self) -> list[str]:
        """Return its logged errors, except that a worker was killed."""
        lines = [line for line in self.log.read_text().splitlines() if '"level":"error"' in line]
        return [line for line in lines if '"logger":"_granian"' not in line]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    async def end(self) -> None:
        """Kill the process group."""
        await self.client.aclose()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


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


async def run_command(dsn: str, *words: str) -> str:
    """Run a command of the program, which must succeed, and return its output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "marketplace",
        *words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(dsn),
    )
    output, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    return output.decode()
