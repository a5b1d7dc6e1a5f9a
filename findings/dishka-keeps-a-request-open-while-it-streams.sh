#!/usr/bin/env bash
# What is surprising: with dishka's integration for Litestar, what a handler was given in Scope.REQUEST is closed when
#   the last byte of the answer was sent, and not when the handler returns. For a stream of server-sent events that is
#   when the person closes the page.
# Whom it hurts: a request-scoped database session, the usual example: twenty open pages hold twenty connections of
#   the pool, doing nothing, and the twenty-first request waits.
# What we do: decision 0002: containers have the APP scope only; a service borrows a connection for one transaction.
# Versions: dishka 1.10.1, litestar 2.25.0, httpx 0.28.1.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages dishka==1.10.1 litestar==2.25.0 httpx==0.28.1

"$PY" - <<'PY'
import asyncio, sys
from collections.abc import AsyncIterator
import httpx
from dishka import Provider, Scope, make_async_container, provide
from dishka.integrations.litestar import FromDishka, inject, setup_dishka
from litestar import Litestar, get
from litestar.response import ServerSentEvent

happened = []

class Connection:
    """Something that a pool has few of."""

class Pool(Provider):
    @provide(scope=Scope.REQUEST)
    async def connection(self) -> AsyncIterator[Connection]:
        happened.append("connection taken")
        yield Connection()
        happened.append("connection given back")

@get("/live")
@inject
async def live(connection: FromDishka[Connection]) -> ServerSentEvent:
    async def events() -> AsyncIterator[str]:
        for number in range(2):
            happened.append(f"event {number}")
            yield str(number)
    happened.append("handler returns")
    return ServerSentEvent(events())

async def main():
    app = Litestar([live], logging_config=None)
    setup_dishka(make_async_container(Pool()), app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        await client.get("/live")
    print(" -> ".join(happened))
    if happened != ["connection taken", "handler returns", "event 0", "event 1", "connection given back"]:
        sys.exit(f"Changed: {happened}")

asyncio.run(main())
PY
echo "As described."
