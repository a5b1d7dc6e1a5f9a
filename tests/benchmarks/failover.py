"""What is lost when a primary loses its power under load and its asynchronous standby is promoted.

PYTHONPATH=tests .venv/bin/python tests/benchmarks/failover.py [TIMES]
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import marketplace.bootstrap  # noqa: F401 - the locked zones, as in every process of the product
from postgres.failing_database import lost_primary
from postgres.own_postgres import make_migrated


async def main(times: int, migrated: Path) -> None:
    for is_synchronous in (False, True):
        for _ in range(times):
            with tempfile.TemporaryDirectory() as folder:
                async with lost_primary(Path(folder), migrated, is_synchronous=is_synchronous) as checked:
                    made = checked.before_the_loss
                    lost = await checked.books.missing(made)
                    name, rate = "synchronous" if is_synchronous else "asynchronous", checked.rate
                    line = f"{name}: lost {len(lost)} of {len(made)} acknowledged bookings, at {rate:.0f} a second"
                    print(f"{line}; served again after {checked.back:.1f} s", flush=True)


if __name__ == "__main__":
    print(f"load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as made:
        make_migrated(Path(made, "data"))
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, Path(made, "data")))
