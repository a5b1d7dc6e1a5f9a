"""Runs the simulator: `python -m marketplace.demo.payment_simulator '{"notify": "http://…"}'`.

It prints its address once it answers, and ends when its standard input is closed. The secret that it shares with the
shop is in the variable of `SECRET_VARIABLE`.
"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn

from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import Record
from marketplace.adapters.system import ahead_of
from marketplace.demo.payment_simulator.delivery import Delivery
from marketplace.demo.payment_simulator.journal import Journal
from marketplace.demo.payment_simulator.pages import Pages
from marketplace.demo.payment_simulator.rest import Rest
from marketplace.demo.payment_simulator.wire import Application

SECRET_VARIABLE = "MARKETPLACE_SIMULATOR_SECRET"  # noqa: S105 - the name of a variable
HOST = "127.0.0.1"
NEXT_PORTS = 20
GRACE = 1
"""Seconds for running requests at the end; one that never answers would wait for ever."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`port` is the first that is tried, 0 any; `notify` is where notices go. Without a `journal` all is forgotten.

    `clock` is the file of `marketplace sandbox`.
    """

    notify: str
    port: int = 0
    journal: str | None = None
    clock: str | None = None


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ignore Ctrl-C, which reaches the whole process group: the shop may still ask while it shuts down."""
        if sig != signal.SIGINT:
            super().handle_exit(sig, frame)


def build(options: Options, secret: str, address: str) -> Application:
    """Return the application that answers at `address`, with what the journal has."""
    clock = None if options.clock is None else Path(options.clock)

    def now() -> datetime:
        return datetime.now(UTC) + (timedelta() if clock is None else ahead_of(clock))

    journal = None if options.journal is None else Journal(Path(options.journal))
    wake: list[Callable[[], None]] = []

    def save(record: Record) -> None:
        if journal is not None:
            journal.save(record)
        for each in wake:
            each()

    provider = SimulatedProvider(now, save)
    if journal is not None:
        journal.restore(provider, now())
    delivery = Delivery(provider, options.notify, secret)
    wake.append(delivery.wake)
    rest = Rest(provider, secret, lambda payment_id: f"{address}/pay/{payment_id}")
    application = Application([*rest.routes(), *Pages(provider).routes()])
    application.started, application.ended = delivery.start, delivery.end
    return application


def bind(port: int) -> socket.socket:
    """Listen on the port, or on one of the next if it is taken, else on any."""
    for each in (*range(port, port + NEXT_PORTS), 0) if port else (0,):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, each))
            listening.listen()
        except OSError:
            listening.close()
        else:
            return listening
    raise OSError(f"no port is free on {HOST}")


def main() -> None:
    options = msgspec.json.decode(sys.argv[1], type=Options)
    secret = os.environ[SECRET_VARIABLE]
    listening = bind(options.port)
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        build(options, secret, address),
        log_level="critical",  # what it does is seen in its dashboard
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
    server = _Server(config)

    def end_with_input() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_input, daemon=True).start()
    print(address, flush=True)  # noqa: T201 - read by the program that started this one
    server.run(sockets=[listening])


if __name__ == "__main__":
    main()
