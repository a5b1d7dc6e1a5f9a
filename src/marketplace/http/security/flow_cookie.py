"""The cookie that ties a browser to its way to an identity provider and back."""

from typing import Any

from litestar import Request, Response

from marketplace.core.domain.identities import FLOW_TTL
from marketplace.settings import Settings

NAME = "marketplace_oidc"
PATH = "/api/auth/oidc/"
LAX: Any = "Lax"
"""Sent with the navigation that comes back from another site. `Any`: the framework's type has lower case only."""


class FlowCookie:
    """Reads and writes the cookie. It is `Secure` except over plain HTTP in development."""

    def __init__(self, settings: Settings) -> None:
        self._is_production = settings.environment == "production"

    def sealed_of(self, request: Request[Any, Any, Any]) -> str:
        """Return the sealed flow, or an empty text."""
        return request.cookies.get(NAME, "")

    def keep(self, request: Request[Any, Any, Any], response: Response[Any], sealed: str) -> None:
        """Set the cookie for the time of one way."""
        self._set(request, response, sealed, int(FLOW_TTL.total_seconds()))

    def drop(self, request: Request[Any, Any, Any], response: Response[Any]) -> None:
        """Delete the cookie."""
        self._set(request, response, "", 0)

    def _set(self, request: Request[Any, Any, Any], response: Response[Any], value: str, max_age: int) -> None:
        is_plain = request.scope["scheme"] == "http" and not self._is_production
        response.set_cookie(NAME, value, path=PATH, max_age=max_age, httponly=True, samesite=LAX, secure=not is_plain)
