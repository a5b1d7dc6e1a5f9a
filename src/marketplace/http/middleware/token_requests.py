"""Requests with a token: their responses tell the API's time, and their API key is forgotten at the end."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.core.ports.system import Clock
from marketplace.core.services.acting_keys import without_key
from marketplace.http.injection import Injected

SERVER_TIME = "X-Server-Time"
"""Milliseconds since 1970, by which holds of seats and offers end. `Date` is a proxy's time, in whole seconds, and not
that of a moved clock."""
_NAME = SERVER_TIME.lower().encode()
_EPOCH, _UNIT = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def with_token_requests(app: ASGIApp, state: Any) -> ASGIApp:
    """Wrap `app` to add the time to its responses to requests with a token. `state` has the container.

    No request acts by the key of an earlier one of the same task.
    """
    clocks: Injected[Clock] = Injected(state, Clock)

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == ScopeType.HTTP and any(name == b"authorization" for name, _ in scope["headers"]):
            return answer_with_time(scope, receive, send)
        return app(scope, receive, send)

    async def answer_with_time(scope: Scope, receive: Receive, send: Send) -> None:
        clock = await clocks.get()

        async def send_with_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = (clock.now() - _EPOCH) // _UNIT
                message["headers"] = [*message["headers"], (_NAME, str(now).encode())]
            await send(message)

        with without_key():
            await app(scope, receive, send_with_time)

    return answer
