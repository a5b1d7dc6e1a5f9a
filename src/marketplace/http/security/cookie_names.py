"""Names of cookies, and whether they are `Secure`."""

from typing import Any

from litestar import Request

from marketplace.settings import Settings

PREFIX = "__Secure-"
"""Of a `Secure` cookie: browsers take this prefix from https only (RFC 6265bis, 4.1.3.1)."""


class CookieNames:
    """Cookies are `Secure` except over plain HTTP in development."""

    def __init__(self, settings: Settings) -> None:
        self._is_production = settings.environment == "production"
        self._site = settings.public_url or ""

    def is_secure(self, request: Request[Any, Any, Any]) -> bool:
        return request.scope["scheme"] == "https" or self._is_production

    def name_for(self, request: Request[Any, Any, Any], name: str) -> str:
        """Return the name with the prefix, if the browser of this request takes it."""
        return self._named(request, name, request.headers.get("origin") or self._site)

    def name_at_site(self, request: Request[Any, Any, Any], name: str) -> str:
        """Return the name for a browser at the site's own address, which sends no origin when it opens one."""
        return self._named(request, name, self._site)

    def _named(self, request: Request[Any, Any, Any], name: str, page: str) -> str:
        # in production a page of plain http is one on the loopback interface, and its browser refuses the prefix
        return f"{PREFIX}{name}" if self.is_secure(request) and not page.startswith("http:") else name
