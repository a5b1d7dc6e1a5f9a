"""Prints how well searches find what people expect, on both adapters: `make relevance`."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from relevance_set import Judged, judge, mean_reciprocal_rank


def report(adapter: str, judged: list[Judged]) -> None:
    """Print the searches whose first result is not an expected one, then the mean."""
    print(f"\n{adapter}: {len(judged)} searches")
    for each in judged:
        if each.score < 1:
            print(f"  {each.score:.2f}  {each.text!r}: first {each.first!r}")
    print(f"mean reciprocal rank {mean_reciprocal_rank(judged):.3f}")


async def _postgres(dsn: str) -> list[Judged]:
    await migrate(dsn)
    database = await connect(dsn)
    try:
        return await judge(postgres_storage(database))
    finally:
        await database.close()


def main() -> None:
    report("memory", asyncio.run(judge(memory_storage())))
    with TemporaryDirectory() as folder, embedded_postgres(Path(folder) / "data") as dsn:
        report("PostgreSQL", asyncio.run(_postgres(dsn)))


if __name__ == "__main__":
    main()
