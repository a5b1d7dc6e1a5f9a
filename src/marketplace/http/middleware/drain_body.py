"""Drains request bodies rejected before they were read (e.g. 401), so that the connection can be reused.

The server closes a connection with unread input without notice: the client's next request gets no response, and if much
is left unread, even the current response is lost. So the rest is read before the response starts. If it is too large,
or the client sent `Expect`, the response has `Connection: close` instead (RFC 9112, 9.3 and 9.6).
"""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

MAX_DRAINED = 4 * 1024 * 1024
"""Bytes read and discarded before giving up."""
DRAIN_TIMEOUT = 2
"""Seconds to read the rest of a body."""


def with_drained_body(app: ASGIApp) -> ASGIApp:
    """Wrap `app` so that each request body is read completely before the response starts."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # HTTP/2 streams are independent, and connection-specific headers are forbidden there.
        if scope["type"] != ScopeType.HTTP or scope["http_version"].startswith("2") or not _has_body(scope):
            await app(scope, receive, send)
            return
        is_read = False

        async def receive_tracked() -> Any:
            nonlocal is_read
            message = await receive()
            is_read = is_read or not message.get("more_body")
            return message

        async def send_after_drain(message: Message) -> None:
            if message["type"] == "http.response.start" and not (is_read or await _drain(scope, receive)):
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await app(scope, receive_tracked, send_after_drain)

    return answer


async def _drain(scope: Scope, receive: Receive) -> bool:
    """Discard the rest of the body within the limits; return whether all of it was read."""
    if b"expect" in dict(scope["headers"]):
        return False
    size = 0
    try:
        async with asyncio.timeout(DRAIN_TIMEOUT):
            while size <= MAX_DRAINED:
                message: Any = await receive()
                if not message.get("more_body"):
                    return True
                size += len(message.get("body", b""))
    except TimeoutError:
        pass
    return False


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
