"""Bodies that an answer did not wait for, such as that of somebody who is not signed in.

The server ends a connection on which there is more to come than was read, and without a word: what the client sends
next is not answered, and with much left over the answer itself is lost on its way. So the rest is read first. Where it
is too much, or the client waits to be asked for it (`Expect`), the answer says that the connection ends instead (RFC
9112, 9.3 and 9.6).
"""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

MAX_DRAINED = 4 * 1024 * 1024
"""Bytes of a body that nobody wants."""
DRAIN_TIMEOUT = 2
"""Seconds."""


def with_drained_body(app: ASGIApp) -> ASGIApp:
    """The application, with each body read before its answer begins."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # in HTTP/2 a request ends by itself, and no header may say anything of the connection
        if scope["type"] != ScopeType.HTTP or scope["http_version"].startswith("2") or not _has_body(scope):
            await app(scope, receive, send)
            return
        is_read = False

        async def receive_noted() -> Any:
            nonlocal is_read
            message = await receive()
            is_read = is_read or not message.get("more_body")
            return message

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and not (is_read or await _is_drained(scope, receive)):
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await app(scope, receive_noted, send_noted)

    return answer


async def _is_drained(scope: Scope, receive: Receive) -> bool:
    """Whether nothing is left of a body, after reading what may be read of it."""
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
