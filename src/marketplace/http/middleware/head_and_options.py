"""Adds `HEAD` to every `GET` route (RFC 9110, 9.1) and completes `Allow` in responses to `OPTIONS`."""

from typing import Any

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send


async def complete_allow(message: Message, scope: Any) -> None:
    """List all methods of a path in `Allow` (RFC 9110, 9.3.7); the framework lists those of one handler only."""
    if message["type"] != "http.response.start" or scope.get("method") != "OPTIONS":
        return
    methods = {
        str(method)
        for route in scope["litestar_app"].routes
        if route.path_format == scope.get("path_template")
        for method in getattr(route, "route_handler_map", ())
    }
    allow = ", ".join(sorted(methods)).encode()
    message["headers"] = [
        (name, allow if name.lower() == b"allow" and methods else value) for name, value in message["headers"]
    ]


def with_head(app: ASGIApp) -> ASGIApp:
    """Wrap `app` to answer `HEAD` like `GET`, without the body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            # Modify the scope in place: the request log reads what the framework adds to it.
            scope["method"] = HttpMethod.GET
            await app(scope, receive, send_head)
        else:
            await app(scope, receive, send)

    return answer
