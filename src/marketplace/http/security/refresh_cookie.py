"""Refresh token in an `HttpOnly` cookie: our pages can use it, but scripts cannot read it."""

import ipaddress
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, Response

from marketplace.core.errors import BadRefreshToken, Forbidden, NoRefreshToken
from marketplace.core.services.tokens import TokenService
from marketplace.http import problems
from marketplace.http.security.cookie_names import PREFIX, CookieNames
from marketplace.settings import Settings

NAME = "marketplace_refresh"
SECURE_NAME = f"{PREFIX}{NAME}"
PATH = "/api/auth/"
STRICT: Any = "Strict"
"""Capitalized as in the standard; `Any`, since the framework's type allows lower case only."""
COOKIE_PARAMETER: dict[str, Any] = {
    "name": SECURE_NAME,
    "in": "cookie",
    "required": False,
    "description": (
        "The refresh token of a login with `use_cookie`, sent by browsers. Used if the body "
        "has none and the `Origin` is this site or one that the operator allows. Over plain http its name is "
        f"`{NAME}`."
    ),
    "schema": {"type": "string"},
}
COOKIE_HEADER = {
    "Set-Cookie": (
        f"The cookie `{SECURE_NAME}`, if the login asked for it; otherwise absent. At sign-in another one makes the "
        "browser known, so that guesses of others do not slow it."
    )
}


class ForeignOrigin(Forbidden):
    """The cookie came with a cross-origin request."""

    code = "foreign_origin"
    sentence = "Only pages of this site can use a login kept in a cookie."


class RefreshCookie:
    """Reads and writes the cookie. It is `Secure` except over plain HTTP in development."""

    def __init__(self, settings: Settings, tokens: TokenService) -> None:
        self._tokens = tokens
        self._is_production = settings.environment == "production"
        self._names = CookieNames(settings)
        self._allowed = frozenset(settings.cors_origins)
        self._max_age = int(settings.refresh_token_ttl.total_seconds())

    def token_of(self, request: Request[Any, Any, Any]) -> str:
        """Return the token in the cookie, also under the name it had before the prefix.

        Raises `NoRefreshToken`, `ForeignOrigin`.
        """
        token = request.cookies.get(SECURE_NAME) or request.cookies.get(NAME)
        if not token:
            raise NoRefreshToken
        if not self._is_same_or_allowed_origin(request):
            raise ForeignOrigin
        return token

    async def replace(self, request: Request[Any, Any, Any], response: Response[Any], token: str) -> None:
        """Set the cookie at a sign-in, and end the login that it had (OWASP ASVS 5.0, 7.2.4)."""
        with suppress(NoRefreshToken, ForeignOrigin):
            await self._tokens.log_out(self.token_of(request))
        self.keep(request, response, token)

    def keep(self, request: Request[Any, Any, Any], response: Response[Any], token: str) -> None:
        """Set the cookie for the lifetime of the token."""
        self._set(request, response, token, self._max_age)

    def drop(self, request: Request[Any, Any, Any], response: Response[Any]) -> None:
        """Delete the cookie."""
        self._set(request, response, "", 0)

    def refuse(self, request: Request[Any, Any, Any], error: BadRefreshToken) -> Response[Any]:
        """Return the problem of an ended login and delete the cookie."""
        response = problems.refuse(request, error).response()
        self.drop(request, response)
        return response

    def _set(self, request: Request[Any, Any, Any], response: Response[Any], value: str, max_age: int) -> None:
        current = self._names.name_for(request, NAME)
        cookies = {current: (value, max_age)}
        if current != NAME and NAME in request.cookies:
            cookies[NAME] = ("", 0)
        is_secure = self._names.is_secure(request)
        for name, (content, age) in cookies.items():
            response.set_cookie(name, content, path=PATH, max_age=age, httponly=True, samesite=STRICT, secure=is_secure)

    def _is_same_or_allowed_origin(self, request: Request[Any, Any, Any]) -> bool:
        """Return whether `Origin` matches `Host` or is allowed by `cors_origins` (CSRF protection).

        The scheme is not compared, since ours is http behind a proxy that terminates TLS. Instead, production requires
        a potentially trustworthy origin, whose pages cannot be altered in transit.
        """
        origins, hosts = request.headers.getall("origin", []), request.headers.getall("host", [])
        if len(origins) != 1 or len(hosts) != 1:
            return False
        origin = origins[0]
        if origin in self._allowed:
            return True
        scheme, _, authority = origin.partition("://")
        if scheme not in {"http", "https"} or (self._is_production and not _is_trustworthy(origin)):
            return False
        port = ":443" if scheme == "https" else ":80"
        return bool(authority) and authority.removesuffix(port) == hosts[0].lower().removesuffix(port)


def _is_trustworthy(origin: str) -> bool:
    """Return whether the origin is potentially trustworthy (W3C Secure Contexts, 3.1): https or loopback."""
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
