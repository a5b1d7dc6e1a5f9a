"""Adds `HEAD` to every `GET` route (RFC 9110, 9.1) and completes `Allow` in responses to `OPTIONS`."""

from typing import Any

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Send


def with_head_and_options(app: ASGIApp) -> ASGIApp:
    """Wrap `app` to answer `HEAD` like `GET`, without the body, and `OPTIONS` with all methods."""

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        async def send_options(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_all_methods(message["headers"], scope)
            await send(message)

        method = scope["method"] if scope["type"] == ScopeType.HTTP else None
        if method == HttpMethod.HEAD:
            # Modify the scope in place: the request log reads what the framework adds to it.
            scope["method"] = HttpMethod.GET
            await app(scope, receive, send_head)
        else:
            await app(scope, receive, send_options if method == HttpMethod.OPTIONS else send)

    return answer


def _with_all_methods(headers: Any, scope: Any) -> Any:
    """List all methods of a path in `Allow` (RFC 9110, 9.3.7); the framework lists those of one handler only."""
    methods = {
        str(method)
        for route in scope["litestar_app"].routes
        if route.path_format == scope.get("path_template")
        for method in getattr(route, "route_handler_map", ())
    }
    allow = ", ".join(sorted(methods)).encode()
    return [(name, allow if name.lower() == b"allow" and methods else value) for name, value in headers]
