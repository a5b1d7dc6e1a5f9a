"""A server in an interpreter of its own: one that is forked has in memory what its parent imported."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from postgres.servers import Server, environment

STARTS_WITHIN = 180
"""Seconds, on a machine that does other work as well."""


class FreshServer(Server):
    """`marketplace serve` as an operator starts it, which migrates first. `source` replaces the installed program."""

    def __init__(self, dsn: str, log: Path, port: int, source: Path | None = None, /, **settings: object) -> None:
        self.port = port
        self.log = log
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        own = {} if source is None else {"PYTHONPATH": str(source.resolve())}
        with log.open("ab") as stream:
            self.process: Any = subprocess.Popen(
                [sys.executable, "-m", "marketplace", "serve", "--port", str(port)],
                env=environment(dsn, **settings) | own,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    async def end(self) -> None:
        """Kill the process group."""
        await self.client.aclose()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
