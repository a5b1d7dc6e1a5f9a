"""Tells signed-in clients the API's time, by which holds of seats and offers end."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

from dishka import AsyncContainer
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.core.ports.system import Clock

SERVER_TIME = "X-Server-Time"
"""Milliseconds since 1970. `Date` is a proxy's time, in whole seconds, and not that of a moved clock."""
_NAME = SERVER_TIME.lower().encode()
_EPOCH, _UNIT = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def with_server_time(app: ASGIApp, state: Any) -> ASGIApp:
    """Wrap `app` so that its responses to requests with a token have the time. `state` has the container."""

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP and any(name == b"authorization" for name, _ in scope["headers"]):
            return answer_with_time(scope, receive, send)
        return app(scope, receive, send)

    async def answer_with_time(scope: Scope, receive: Receive, send: Send) -> None:
        container: AsyncContainer = state.dishka_container
        clock = await container.get(Clock)

        async def send_with_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = (clock.now() - _EPOCH) // _UNIT
                message["headers"] = [*message["headers"], (_NAME, str(now).encode())]
            await send(message)

        await app(scope, receive, send_with_time)

    return answer
