"""Runs the payment simulator next to `serve`, as a process that ends with it."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import msgspec

from marketplace.adapters.payments.events import simulator_secret
from marketplace.bootstrap.payments import ADDRESS, SIMULATOR
from marketplace.settings import PREFIX, Settings, SettingsError

LOG = logging.getLogger(__name__)
MODULE = "marketplace.demo.payment_simulator"
SECRET_VARIABLE = f"{PREFIX}SIMULATOR_SECRET"
PORTS_ABOVE = 10
"""The first port that is tried is so far above that of `serve`."""
RESTART_DELAY = 1.0
"""Seconds before a simulator that ended by itself is started again."""
WEBHOOK = "/api/payments/webhooks/simulator/"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - addresses that are listened on


@contextmanager
def running_simulator(settings: Settings) -> Iterator[Settings]:
    """Run the simulator during the block, if payments need one, and tell its address to worker processes.

    Raises `SettingsError` if it does not start.
    """
    if settings.payments != "simulator" or settings.simulator_url is not None:
        yield settings
        return
    process = _Process(settings)
    address = process.start()
    written = settings.data_dir / SIMULATOR / ADDRESS
    try:
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(address, encoding="utf-8")
        os.environ[f"{PREFIX}SIMULATOR_URL"] = address
        yield replace(settings, simulator_url=address)
    finally:
        process.end()
        written.unlink(missing_ok=True)
        os.environ.pop(f"{PREFIX}SIMULATOR_URL", None)


class _Process:
    """The simulator, and a thread that starts it again at the same address when it ends."""

    def __init__(self, settings: Settings) -> None:
        host = EVERYWHERE.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)
        folder = settings.data_dir / SIMULATOR
        self._options: dict[str, object] = {
            "notify": f"http://{host}:{settings.port}{WEBHOOK}",
            "port": min(settings.port + PORTS_ABOVE, 65_535),
            "journal": None if settings.storage == "memory" else str(folder / "journal"),
            "clock": str(settings.clock_file) if settings.inbox else None,
        }
        self._environment = os.environ | {SECRET_VARIABLE: simulator_secret(settings.secret_key or "")}
        self._is_ending = threading.Event()
        self._lock = threading.Lock()
        self._supervisor = threading.Thread(target=self._supervise, name="payment-simulator", daemon=True)

    def start(self) -> str:
        """Start the process and return its address. Raises `SettingsError`."""
        address = self._spawn()
        if not address:
            raise SettingsError(
                f"{PREFIX}PAYMENTS is 'simulator', but the payment simulator did not start:"
                " is the extra installed, marketplace[simulator]?"
            )
        self._options["port"] = int(address.rpartition(":")[2])
        self._supervisor.start()
        return address

    def end(self) -> None:
        """End the process and wait for it."""
        with self._lock:
            self._is_ending.set()
            self._close()
        self._supervisor.join()

    def _spawn(self) -> str:
        command = [sys.executable, "-m", MODULE, msgspec.json.encode(self._options).decode()]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
        )
        assert self._process.stdout is not None  # noqa: S101 - for mypy
        return self._process.stdout.readline().decode().strip()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _supervise(self) -> None:
        while True:
            self._process.wait()
            if self._is_ending.wait(RESTART_DELAY):
                return
            LOG.warning("The payment simulator ended and starts again")
            with self._lock:
                if self._is_ending.is_set():
                    return
                self._close()
                self._spawn()
