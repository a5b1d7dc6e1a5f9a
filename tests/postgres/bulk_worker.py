"""A worker process that runs bulk jobs as the program does, but retries sooner."""

import asyncio
import sys

from marketplace.bootstrap.container import make_container
from marketplace.core.ports.jobs import Handlers
from marketplace.settings import Settings
from postgres.job_worker import work


async def _main(dsn: str) -> None:
    container = make_container(Settings(database_url=dsn, secret_key="forty-two-characters-that-nobody-else-has"))
    handlers = await container.get(Handlers)
    await work(dsn, {"run_bulk": handlers["run_bulk"]})


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
