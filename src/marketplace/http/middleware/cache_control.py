"""Which answers a cache between us and many clients may keep, and for how long."""

from typing import Any

from litestar.types import Message

from marketplace.http.security.authorization import Access, Route

SHARED = b"public, max-age=0, s-maxage=1"
"""A second: enough for one answer to serve a crowd, and too short for anybody to notice (RFC 9111, 5.2.2.10)."""


async def allow_shared_caching(message: Message, scope: Any) -> None:
    """Let what anyone sees, and nobody asked for by name, be kept by shared caches; browsers ask again.

    An answer to somebody with a token is theirs alone, so the token is named in `Vary` (RFC 9110, 12.5.5).
    """
    if message["type"] != "http.response.start" or message["status"] != 200:  # noqa: PLR2004 - OK
        return
    route = getattr(scope.get("route_handler"), "opt", {}).get("route")
    if not isinstance(route, Route) or route.access is not Access.ANYONE or scope.get("method") not in {"GET", "HEAD"}:
        return
    headers = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
    is_personal = any(name == b"authorization" for name, _ in scope["headers"])
    kept = b"private, no-store" if is_personal else SHARED
    message["headers"] = [*headers, (b"cache-control", kept), (b"vary", b"authorization")]
