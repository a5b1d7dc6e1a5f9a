"""Sets `Cache-Control` so that shared caches may store anonymous responses of public routes."""

from typing import Any

from litestar.types import Message

from marketplace.http.security.authorization import Access, Route

SHARED_CACHING = b"public, max-age=0, s-maxage=1"
"""Shared caches may reuse a response for one second, which absorbs bursts (`s-maxage`: RFC 9111, 5.2.2.10)."""


async def allow_shared_caching(message: Message, scope: Any) -> None:
    """Allow shared caching of successful anonymous `GET` and `HEAD` responses; browsers must revalidate.

    Responses to requests with a token are private, so `Vary` lists `Authorization` (RFC 9110, 12.5.5).
    """
    if message["type"] != "http.response.start" or message["status"] != 200:  # noqa: PLR2004 - OK
        return
    route = getattr(scope.get("route_handler"), "opt", {}).get("route")
    if not isinstance(route, Route) or route.access is not Access.ANYONE or scope.get("method") not in {"GET", "HEAD"}:
        return
    headers = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
    is_personal = any(name == b"authorization" for name, _ in scope["headers"])
    cache_control = b"private, no-store" if is_personal else SHARED_CACHING
    message["headers"] = [*headers, (b"cache-control", cache_control), (b"vary", b"authorization")]
