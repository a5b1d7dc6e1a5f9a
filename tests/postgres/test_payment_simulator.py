"""`serve` starts the payment simulator, which ends with it however that ends."""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from ports import free_port
from postgres.servers import Server, becomes_true, is_alive

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn


def simulators_of(server: Server) -> list[int]:
    commands = {pid: Path(f"/proc/{pid}/cmdline") for pid in server.workers()}
    return [pid for pid, path in commands.items() if b"payment_simulator" in path.read_bytes()]


async def status_of(address: str) -> int:
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{address}/dashboard")).status_code
    return 0


async def test_serve_runs_the_simulator_and_starts_it_again_until_it_ends(tmp_path: Path) -> None:
    settings = {"storage": "memory", "payments": "simulator", "data_dir": tmp_path / "data", "log_format": "text"}
    server = Server("", tmp_path / "log", free_port(), **settings)
    try:
        await server.starts()
        found = re.search(r"Test payments at (http://127\.0\.0\.1:\d+)/dashboard", server.log.read_text())
        assert found
        written = tmp_path / "data" / "simulator" / "address"
        assert written.read_text() == found[1]
        assert await status_of(found[1]) == 200
        (first,) = simulators_of(server)
        os.kill(first, signal.SIGKILL)
        assert await becomes_true(lambda: [pid for pid in simulators_of(server) if pid != first] != [], 30)
        (second,) = simulators_of(server)
        os.kill(server.pid, signal.SIGKILL)
        assert await becomes_true(lambda: not is_alive(second), 30)
        assert await status_of(found[1]) == 0
    finally:
        await server.end()
