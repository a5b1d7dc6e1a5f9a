"""`make bench-ledger`: what a balance costs in a ledger of ten million entries.

Fills the ledger of an embedded PostgreSQL, which takes some minutes. Prints milliseconds of calls of the storage, one
after the other, and fails if the slowest hundredth of the balances takes more than `LIMIT`. `--data FOLDER` keeps the
filled database, `--entries` makes it smaller.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

import asyncpg

from databases import migrate_now
from ledger_entries import a_transaction
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.ledger import payment_entries
from marketplace.core.ports.storage import Storage
from postgres.large_ledger import BUSY, OF_A_BOOKING, booking_of, creator_of, fill_ledger

ENTRIES = 10_000_000
CALLS = 2_000
LIMIT = 5
"""Milliseconds that the slowest hundredth of the balances may take."""


async def fill(dsn: str, bookings: int) -> None:
    """Fill the ledger unless an earlier run has, and print its size."""
    connection = await asyncpg.connect(dsn)
    started = time.perf_counter()
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM ledger_transactions)"):
        await fill_ledger(connection, bookings)
        print(f"filled in {time.perf_counter() - started:,.0f} s")
    size = await connection.fetchval("SELECT pg_total_relation_size('ledger_entries')")
    count = await connection.fetchval("SELECT count(*) FROM ledger_entries")
    await connection.close()
    print(f"{count:,} entries, {size / 2**20:,.0f} MiB with their index\n")


async def measure(name: str, call: Callable[[], Awaitable[object]], times: int = CALLS) -> float:
    """Print the median and the slowest hundredth of calls in milliseconds, and return the latter."""
    for _ in range(times // 10):
        await call()
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        await call()
        spent.append((time.perf_counter() - started) * 1000)
    cuts = quantiles(spent, n=100)
    print(f"{name:48}{cuts[49]:9.2f}{cuts[98]:9.2f}", flush=True)
    return cuts[98]


async def bench(dsn: str, bookings: int) -> bool:
    """Print the figures; return whether balances are within the limit and the ledger is balanced."""
    await fill(dsn, bookings)
    database = await connect(dsn)
    storage, random_ = postgres_storage(database), random.Random(1)  # noqa: S311 - a choice of bookings
    books = storage.ledger

    def any_booking() -> int:
        return random_.randint(1, bookings)

    print(f"{'milliseconds':48}{'p50':>9}{'p99':>9}")
    await measure("nothing, which the machine's load delays alike", lambda: database.fetchrow("SELECT 1"))
    slowest = [
        await measure("balance of the busiest creator", lambda: books.balance(BUSY, "EUR")),
        await measure("balance of any creator", lambda: books.balance(creator_of(any_booking()), "EUR")),
    ]
    await measure("page of the busiest creator", lambda: books.of_creator(BUSY, 20, None))
    await measure("transactions of a booking", lambda: books.of_booking(booking_of(any_booking())))
    await measure("post of a payment, with its commit", lambda: post(storage), CALLS // 4)
    started = time.perf_counter()
    wrong = await books.imbalances()
    print(f"\ncomparison of the whole ledger: {time.perf_counter() - started:,.1f} s, {len(wrong)} imbalances")
    await database.close()
    return max(slowest) <= LIMIT and not wrong


async def post(storage: Storage) -> None:
    async with storage.unit_of_work() as tx:
        await tx.ledger.post(a_transaction(*payment_entries(uuid4(), BUSY, 7_200), creator_id=BUSY))


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder in which the filled database is kept")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres((options.data or Path(name)) / "postgres", database=f"ledger_{options.entries}") as dsn,
    ):
        migrate_now(dsn)
        is_good = asyncio.run(bench(dsn, options.entries // OF_A_BOOKING))
    print("\nBalances are within the limit." if is_good else f"\nA balance took more than {LIMIT} ms, or is wrong.")
    raise SystemExit(0 if is_good else 1)


if __name__ == "__main__":
    main()
