"""Runs the payment simulator next to `serve`, as a process that ends with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from marketplace.adapters.payments.events import simulator_secret
from marketplace.bootstrap.payments import ADDRESS, SIMULATOR
from marketplace.entrypoints.companions import Companion
from marketplace.settings import PREFIX, Settings, SettingsError

MODULE = "marketplace.demo.payment_simulator"
SECRET_VARIABLE = f"{PREFIX}SIMULATOR_SECRET"
PORTS_ABOVE = 10
"""The first port that is tried is so far above that of `serve`."""
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
    process = _companion(settings)
    address = process.start()
    if not address:
        raise SettingsError(
            f"{PREFIX}PAYMENTS is 'simulator', but the payment simulator did not start:"
            " is the extra installed, marketplace[simulator]?"
        )
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


def _companion(settings: Settings) -> Companion:
    host = EVERYWHERE.get(settings.host, f"[{settings.host}]" if ":" in settings.host else settings.host)
    options = {
        "notify": f"http://{host}:{settings.port}{WEBHOOK}",
        "port": min(settings.port + PORTS_ABOVE, 65_535),
        "journal": None if settings.storage == "memory" else str(settings.data_dir / SIMULATOR / "journal"),
        "clock": str(settings.clock_file) if settings.inbox else None,
    }
    secrets = {SECRET_VARIABLE: simulator_secret(settings.secret_key or "")}
    return Companion("payment simulator", MODULE, options, secrets)
