"""Programs that use the embedded PostgreSQL, and helpers to inspect its processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")

IN_THE_FOREGROUND = """
import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
"""
"""A run in the background of a shell ignores SIGINT, and so would every program that it starts."""

USES_IT = """
import sys
from pathlib import Path
from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError, embedded_postgres

try:
    with embedded_postgres(Path(sys.argv[1])) as dsn:
        print(dsn, flush=True)
        sys.stdin.read()
except EmbeddedPostgresError as error:
    print(error)
"""

FORKS_A_WORKER_THAT_UNWINDS = """
import os, sys
from pathlib import Path
from marketplace.adapters.postgres.embedded.server import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as dsn:
    if os.fork() == 0:
        sys.exit()
    os.wait()
    print(dsn, flush=True)
    sys.stdin.read()
"""

FORKS_A_WORKER_THAT_STAYS = """
import os, sys, time
from pathlib import Path
from marketplace.adapters.postgres.embedded.server import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as dsn:
    worker = os.fork()
    if worker == 0:
        os.close(1)
        time.sleep(60)
        os._exit(0)
    print(dsn, worker, flush=True)
    sys.stdin.read()
"""

WORKS_FOR_SECONDS = """
DO $$
DECLARE until timestamptz := clock_timestamp() + interval '3 seconds';
BEGIN
    WHILE clock_timestamp() < until LOOP END LOOP;
END $$
"""


class Program:
    """A Python program that enters the embedded PostgreSQL, prints its DSN and stays until its input ends."""

    def __init__(self, data: Path, script: str = USES_IT, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", IN_THE_FOREGROUND + script, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
        )

    def read_line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def wait_for_exit(self) -> int:
        self.process.communicate(timeout=120)
        return self.process.returncode

    def send_signal_and_wait(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.wait_for_exit()


def processes_of(folder: Path) -> list[int]:
    """Return the ids of the PostgreSQL processes whose command line names something in `folder`, zombies aside."""
    listed = subprocess.run(["ps", "-Aww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    lines = [line.strip().split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [
        int(pid)
        for pid, command in lines
        if f" -D {folder}" in command and ("postgres" in command or "initdb" in command)
    ]


def becomes_true(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return met


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


def query(dsn: str, *statements: str) -> Any:
    """Run the statements in one connection and return the value of the last."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def keep_a_note(dsn: str, text: str = "kept") -> None:
    query(dsn, "CREATE TABLE IF NOT EXISTS note (text text)", f"INSERT INTO note VALUES ('{text}') RETURNING text")  # noqa: S608


def notes(dsn: str) -> Any:
    return query(dsn, "SELECT string_agg(text, ' ' ORDER BY text) FROM note")
