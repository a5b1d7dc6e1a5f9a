"""Runs the simulator: `python -m marketplace.demo.payment_simulator '{"notify": "http://…"}'`.

It prints its address once it answers, and ends when its standard input is closed. The secret that it shares with the
shop is in the variable of `SECRET_VARIABLE`.
"""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import Record
from marketplace.adapters.system import ahead_of
from marketplace.demo.companion import run
from marketplace.demo.payment_simulator.delivery import Delivery
from marketplace.demo.payment_simulator.journal import Journal
from marketplace.demo.payment_simulator.pages import Pages
from marketplace.demo.payment_simulator.rest import Rest
from marketplace.demo.wire import Application

SECRET_VARIABLE = "MARKETPLACE_SIMULATOR_SECRET"  # noqa: S105 - the name of a variable


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`port` is the first that is tried, 0 any; `notify` is where notices go. Without a `journal` all is forgotten.

    `clock` is the file of `marketplace sandbox`.
    """

    notify: str
    port: int = 0
    journal: str | None = None
    clock: str | None = None


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


def main() -> None:
    options = msgspec.json.decode(sys.argv[1], type=Options)
    secret = os.environ[SECRET_VARIABLE]
    run(options.port, lambda address: build(options, secret, address))


if __name__ == "__main__":
    main()
