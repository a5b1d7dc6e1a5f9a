"""`make bench-plans`: what a search by relevance reads among a million sessions.

Fills an embedded PostgreSQL, which takes some minutes; `--data FOLDER` keeps it for the next run. For each search it
prints the milliseconds of the slowest statement of a page and of its counts by `EXPLAIN ANALYZE`, the best of five,
and the 8 KiB pages and rows that it reads. `--plan` prints the plans, too. Fails if one reads more than the plan tests
allow.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import asyncpg

from databases import migrate_now
from fakes import NOW
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.core.domain.catalog import CatalogFilters
from postgres.large_dataset import Size, load
from postgres.query_plans import PAGE, costly, plans, watched
from postgres.searched_words import RANKED, WINDOW_BLOCKS, WINDOW_ROWS

TIMES = 5
FILLED = "plans: filled"


async def fill(dsn: str, sessions: int) -> None:
    """Fill the database unless an earlier run has."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT obj_description('sessions'::regclass)") != FILLED:
            await load(dsn, Size(sessions=sessions))
            await connection.execute(f"COMMENT ON TABLE sessions IS '{FILLED}'")
    finally:
        await connection.close()


async def bench(dsn: str, sessions: int, *, prints_plans: bool) -> bool:
    """Print the figures of each search; return whether none reads too much."""
    await fill(dsn, sessions)
    wrong = []
    print(f"{f'among {sessions:,} sessions':45}{'ms':>9}{'pages':>9}{'rows':>9}")
    async with watched(dsn) as program:
        catalog = program.storage.catalog
        for name, words in RANKED.items():
            filters = CatalogFilters(words=words, ordering="relevance")
            for part, ask in (
                ("page", catalog.list(filters, PAGE, None, NOW)),
                ("counts", catalog.facets(filters, NOW)),
            ):
                sent = await program.sent_by(ask)
                times = [await plans(dsn, sent) for _ in range(TIMES)]
                wrong += costly(times[-1], blocks=WINDOW_BLOCKS, rows=WINDOW_ROWS)
                best = [min(each, key=lambda plan: plan.milliseconds) for each in zip(*times, strict=True)]
                plan = max(best, key=lambda plan: plan.milliseconds)
                figures = f"{plan.milliseconds:9.2f}{plan.blocks():9,}{plan.rows_read():9,}"
                print(f"{name if part == 'page' else '  counts':45}{figures}", flush=True)
                if prints_plans:
                    print(plan.statement, json.dumps(plan.root, indent=1), sep="\n")
    print("\nToo much:" if wrong else "\nAll within the bounds.", *wrong, sep="\n  ")
    return not wrong


def main() -> None:
    """Run the benchmark on an embedded PostgreSQL of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder in which the filled database is kept")
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--plan", action="store_true", help="print the plans")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres((options.data or Path(name)) / "postgres", database=f"plans_{options.sessions}") as dsn,
    ):
        migrate_now(dsn)
        is_good = asyncio.run(bench(dsn, options.sessions, prints_plans=options.plan))
    raise SystemExit(0 if is_good else 1)


if __name__ == "__main__":
    main()
