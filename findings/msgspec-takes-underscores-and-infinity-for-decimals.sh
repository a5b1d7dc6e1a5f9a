#!/usr/bin/env bash
# What is surprising: msgspec reads a JSON string into Decimal by whatever Python's Decimal() takes: digits grouped by
#   underscores, exponents, "NaN" and "Infinity". The type refuses none of these, and NaN raises as soon as something
#   compares it.
# Whom it hurts: prices in JSON, which are strings so that no float rounds them: 422 for the client becomes 500
#   further in.
# What we do: decision 0028: decimals are read by a pattern of our own, digits with at most one point.
# Versions: msgspec 0.22.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages msgspec==0.22.0

"$PY" - <<'PY'
import sys
from decimal import Decimal
import msgspec

class Price(msgspec.Struct):
    amount: Decimal

seen = {}
for text in ("1_0.5", "1e3", "NaN", "Infinity", "12.50"):
    price = msgspec.json.decode(msgspec.json.encode({"amount": text}), type=Price)
    seen[text] = str(price.amount)
    print(f'{{"amount": "{text}"}} is {price.amount!r}, above 100: ', end="")
    print(price.amount > 100 if price.amount.is_finite() or price.amount.is_infinite() else "cannot be compared")
if seen != {"1_0.5": "10.5", "1e3": "1E+3", "NaN": "NaN", "Infinity": "Infinity", "12.50": "12.50"}:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
