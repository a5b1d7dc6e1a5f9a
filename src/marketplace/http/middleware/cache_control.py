"""Sets `Cache-Control` so that shared caches may store anonymous responses of public routes."""

from collections.abc import Iterable
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.http.security.authorization import Access, Route

SHARED_CACHING = b"public, max-age=0, s-maxage=1"
"""Shared caches may reuse a response for one second, which absorbs bursts (`s-maxage`: RFC 9111, 5.2.2.10)."""
SHARED, PERSONAL = (b"cache-control", SHARED_CACHING), (b"cache-control", b"private, no-store")
CACHEABLE = {200, 304}
"""A 304 repeats the headers (RFC 9110, 15.4.5)."""


def with_cache_control(app: ASGIApp) -> ASGIApp:
    """Wrap `app` to allow shared caching of its responses, see `allow_shared_caching`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_allowed(message: Message) -> None:
            allow_shared_caching(message, scope)
            await send(message)

        await app(scope, receive, send_allowed)

    return answer


def allow_shared_caching(message: Any, scope: Any) -> None:
    """Allow shared caching of successful anonymous `GET` and `HEAD` responses; browsers must revalidate.

    Responses to requests with a token are private, so `Vary` lists `Authorization` (RFC 9110, 12.5.5). With CORS, only
    those to an allowed origin have its headers, so all list `Origin` (Fetch, 3.3.6).
    """
    if message["type"] != "http.response.start" or message["status"] not in CACHEABLE:
        return
    if getattr(scope.get("litestar_app"), "cors_config", None) is not None:
        message["headers"] = [*message["headers"], (b"vary", b"origin")]
    route = getattr(scope.get("route_handler"), "opt", {}).get("route")
    if not isinstance(route, Route) or route.access is not Access.ANYONE or scope.get("method") not in {"GET", "HEAD"}:
        return
    is_personal = any(name == b"authorization" for name, _ in scope["headers"])
    headers = [(name.lower(), value) for name, value in message["headers"]]
    message["headers"] = shared_headers(headers, is_personal=is_personal)


def shared_headers(headers: Iterable[tuple[bytes, bytes]], *, is_personal: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response of a public route, whose names are in lower case."""
    kept = [header for header in headers if header[0] != b"cache-control"]
    return [*kept, PERSONAL if is_personal else SHARED, (b"vary", b"authorization")]
