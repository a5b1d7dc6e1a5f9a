#!/usr/bin/env bash
# What is surprising: a Litestar `@asgi` handler whose path has a parameter answers 500 to every request, while the
#   application starts without a complaint, and `@get` with the same path works. The router parses the parameters of
#   `@asgi` under the request's method, where it never stored them (KeyError: 'GET').
# Whom it hurts: those who move a busy route to `@asgi`, the framework's own way around its middleware and injection,
#   and find out with the first request.
# What we do: decision 0044: busy routes are answered in front of the framework, by a table of our own.
# Versions: litestar 2.25.0, msgspec 0.22.0, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages litestar==2.25.0 msgspec==0.22.0 httpx==0.28.1

"$PY" - <<'PY'
import sys
from litestar import Litestar, asgi, get
from litestar.testing import TestClient
from litestar.types import Receive, Scope, Send

async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    body = str(scope["path_params"]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})

@asgi("/plain")
async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(scope, receive, send)

@asgi("/orders/{order_id:int}")
async def order(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(scope, receive, send)

@get("/bills/{bill_id:int}")
async def bill(bill_id: int) -> int:
    return bill_id

seen = {}
with TestClient(Litestar([plain, order, bill], logging_config=None), raise_server_exceptions=False) as client:
    for what, path in (("@asgi", "/plain"), ("@get with a parameter", "/bills/1"), ("@asgi with one", "/orders/1")):
        response = client.get(path)
        seen[what] = response.status_code
        print(f"{what}: GET {path} is {response.status_code} {response.text}")
if [*seen.values()] != [200, 200, 500]:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
