"""Drains request bodies rejected before they were read (e.g. 401), so that the connection can be reused.

The server closes a connection with unread input without notice: the client's next request gets no response, and if much
is left unread, even the current response is lost. So the rest is read before the response starts. If it is too large,
or the client sent `Expect`, the response has `Connection: close` instead (RFC 9112, 9.3 and 9.6).
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.http.validation.uploads import FORM, MAX_BODY


@dataclass(frozen=True, slots=True)
class Bound:
    """Bytes that are read and discarded at most, and seconds for it."""

    size: int
    seconds: float


USUAL = Bound(4 * 1024 * 1024, 2)
OF_UPLOADS = Bound(MAX_BODY, 20)
"""A refused upload, as after a login has expired, needs its answer as well, and takes long from a phone."""


def with_drained_body(app: ASGIApp) -> ASGIApp:
    """Wrap `app` so that each request body is read completely before the response starts."""

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # HTTP/2 streams are independent, and connection-specific headers are forbidden there.
        if scope["type"] != ScopeType.HTTP or scope["http_version"].startswith("2") or not _has_body(scope):
            return app(scope, receive, send)
        return answer_drained(scope, receive, send)

    async def answer_drained(scope: Scope, receive: Receive, send: Send) -> None:
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
    headers = dict(scope["headers"])
    if b"expect" in headers:
        return False
    bound = OF_UPLOADS if headers.get(b"content-type", b"").startswith(FORM.encode()) else USUAL
    size = 0
    try:
        async with asyncio.timeout(bound.seconds):
            while size <= bound.size:
                message: Any = await receive()
                if not message.get("more_body"):
                    return True
                size += len(message.get("body", b""))
    except TimeoutError:
        pass
    return False


def _has_body(scope: Scope) -> bool:
    for name, value in scope["headers"]:
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            return True
    return False
