"""Runs the issuer: `python -m marketplace.demo.identity_provider '{"port": 8020}'`.

It prints its address once it answers, and ends when its standard input is closed.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from marketplace.adapters.system import ahead_of
from marketplace.demo.companion import run
from marketplace.demo.identity_provider.issuer import DemoIssuer
from marketplace.demo.identity_provider.pages import Pages
from marketplace.demo.wire import Application


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`port` is the first that is tried, 0 any; `clock` is the file of `marketplace sandbox`."""

    port: int = 0
    clock: str | None = None


def build(options: Options, address: str) -> Application:
    """Return the application that answers at `address`."""
    clock = None if options.clock is None else Path(options.clock)

    def now() -> datetime:
        return datetime.now(UTC) + (timedelta() if clock is None else ahead_of(clock))

    return Application(Pages(DemoIssuer(address, now)).routes())


def main() -> None:
    options = msgspec.json.decode(sys.argv[1], type=Options)
    run(options.port, lambda address: build(options, address))


if __name__ == "__main__":
    main()
