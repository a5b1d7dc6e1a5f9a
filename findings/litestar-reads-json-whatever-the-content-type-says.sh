#!/usr/bin/env bash
# What is surprising: a Litestar handler with a JSON body (`data: Order`) also takes JSON that is declared as
#   text/plain, as a picture or not declared at all; the generated OpenAPI document promises application/json only.
# Whom it hurts: APIs whose contract says 415, and clients: their wrong header works here and is refused by the next
#   server.
# What we do: decision 0028: the program reads bodies itself and answers 415 to every other content type.
# Versions: litestar 2.25.0, msgspec 0.22.0, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages litestar==2.25.0 msgspec==0.22.0 httpx==0.28.1

"$PY" - <<'PY'
import sys
from dataclasses import dataclass
from litestar import Litestar, post
from litestar.testing import TestClient

@dataclass
class Order:
    seats: int

@post("/orders")
async def order(data: Order) -> Order:
    return data

app = Litestar([order], logging_config=None)
promised = list(app.openapi_schema.to_schema()["paths"]["/orders"]["post"]["requestBody"]["content"])
print("OpenAPI promises", promised)
seen = {}
with TestClient(app) as client:
    for kind in ("application/json", "text/plain", "image/png", ""):
        answer = client.post("/orders", content=b'{"seats": 2}', headers={"content-type": kind} if kind else {})
        seen[kind] = answer.status_code
        print(f"content type {kind or '(none)'}: {answer.status_code} {answer.text}")
if promised != ["application/json"] or set(seen.values()) != {201}:
    sys.exit(f"Changed: {seen}, and OpenAPI promises {promised}")
PY
echo "As described."
