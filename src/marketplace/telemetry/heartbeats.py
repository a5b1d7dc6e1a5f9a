"""Signs of life of the processes of a program, for the listener that answers health checks in their place.

Each process writes them from its event loop into a file of its own: one whose loop is stuck writes none. Times are of
the monotonic clock, which the processes of a machine share.
"""

import asyncio
import os
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from marketplace.core.errors import MarketplaceError

INTERVAL = 1.0
"""Seconds between signs of life."""
CHECK_INTERVAL = 3.0
"""Seconds between the ends and starts of checks whether a process can serve."""
HUNG_AFTER = 15.0
"""Seconds without a sign of life, after which a process is hung: no request holds a loop for so long."""
UNREADY_AFTER = 15.0
"""Seconds after the last check that found a process ready: longer than a check may wait for the database."""
FIELDS = struct.Struct("<dd")
"""When the process was alive, and when it was found ready or 0."""
NAME = "alive-{}"


class Heartbeat:
    """Writes the signs of life of this process."""

    def __init__(self, folder: Path, check: Callable[[], Awaitable[None]] | None = None) -> None:
        """`check` raises a `MarketplaceError` if the process cannot serve now; without it, alive is ready."""
        self._path = folder / NAME.format(os.getpid())
        self._check = check
        self._ready_at = 0.0
        self._file = -1
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._keep_checking())]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        os.close(self._file)
        self._path.unlink(missing_ok=True)

    async def _beat(self) -> None:
        while True:
            self._write()
            await asyncio.sleep(INTERVAL)

    async def _keep_checking(self) -> None:
        while True:
            try:
                if self._check is not None:
                    await self._check()
                self._ready_at = time.monotonic()
            except MarketplaceError:
                self._ready_at = 0.0
            self._write()
            await asyncio.sleep(CHECK_INTERVAL)

    def _write(self) -> None:
        # a few bytes at once, which a reader sees whole
        os.pwrite(self._file, FIELDS.pack(time.monotonic(), self._ready_at), 0)


@dataclass(frozen=True, slots=True)
class Health:
    """Of all processes of a program together: one that is hung leaves its share of the requests without an answer."""

    is_live: bool
    is_ready: bool


def read_health(folder: Path, now: float) -> Health:
    """Judge the processes that wrote into the folder and still run; one that was killed is about to be replaced."""
    signs = [sign for path in folder.glob(NAME.format("*")) if (sign := _read(path)) is not None]
    is_live = bool(signs) and all(now - alive_at < HUNG_AFTER for alive_at, _ in signs)
    return Health(is_live, is_live and all(now - ready_at < UNREADY_AFTER for _, ready_at in signs))


def _read(path: Path) -> tuple[float, float] | None:
    try:
        os.kill(int(path.name.rpartition("-")[2]), 0)
        return FIELDS.unpack(path.read_bytes())
    except ProcessLookupError:
        path.unlink(missing_ok=True)
    except (FileNotFoundError, struct.error):  # it ends, or begins
        pass
    return None
