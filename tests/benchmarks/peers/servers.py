"""Starts the programs that the marketplace is compared with, each with as many workers, on this machine."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx

from benchmarks.peers.bare_reads import DATABASE
from ports import free_port

ROOT = Path(__file__).parents[3]
BENCH_BIN = ROOT / ".bench/bin"
SETTINGS = "benchmarks.peers.django_marketplace.settings"
THREADS = 4
"""Per worker of gunicorn; each keeps its connection to the database, and connections of clients stay open."""


class PeerServer:
    """A program in a process group of its own, which `end` kills."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], port: int, log: Path) -> None:
        self.port = port
        self.log = log
        inherited = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, env=inherited | dict(env), stdout=output, stderr=output, start_new_session=True
            )
        self.pid = self._process.pid

    async def starts(self, within: float) -> None:
        """Wait until it serves. Raises `AssertionError` with its log when it does not within these seconds."""
        end = time.monotonic() + within
        async with httpx.AsyncClient(trust_env=False) as client:
            while time.monotonic() < end:
                with suppress(httpx.TransportError):
                    await client.get(f"http://127.0.0.1:{self.port}/health/live")
                    return
                assert self._process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.1)
        raise AssertionError(self.log.read_text())

    async def end(self) -> None:
        """Kill it with its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def bare_server(module: str, dsn: str, workers: int, log: Path, **env: str) -> PeerServer:
    """Start an ASGI application of this folder under granian, which also serves the marketplace."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--http", "1", "--no-log"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), f"benchmarks.peers.{module}:app"]
    return PeerServer(command, {DATABASE: dsn, **env}, port, log)


def django_server(dsn: str, workers: int, log: Path) -> PeerServer:
    """Start the Django peer under gunicorn: threads keep connections, and were faster than the worker without."""
    port = free_port()
    command = [str(BENCH_BIN / "gunicorn"), "--worker-class", "gthread", "--threads", str(THREADS)]
    command += ["--workers", str(workers), "--keep-alive", "75", "--bind", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "django.core.wsgi:get_wsgi_application()"]
    return PeerServer(command, django_environment(dsn), port, log)


def django_environment(dsn: str) -> dict[str, str]:
    """Return the variables that its settings read."""
    address = urlsplit(dsn)
    return {
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "BENCH_DATABASE_HOST": parse_qs(address.query)["host"][0],
        "BENCH_DATABASE_NAME": address.path.removeprefix("/"),
        "BENCH_DATABASE_USER": address.username or "",
    }


def make_django_tables(dsn: str) -> None:
    """Create the tables of the Django peer."""
    inherited = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    command = [str(BENCH_BIN / "django-admin"), "migrate", "--run-syncdb", "--verbosity", "0"]
    subprocess.run(command, env=inherited | django_environment(dsn), check=True)


def django_versions() -> str:
    """Say which versions are installed."""
    listed = "'Django', django.__version__ + ', REST framework', rest_framework.__version__ + ', gunicorn'"
    code = f"import django, rest_framework, gunicorn; print({listed}, gunicorn.__version__)"
    command = [str(BENCH_BIN / "python"), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
