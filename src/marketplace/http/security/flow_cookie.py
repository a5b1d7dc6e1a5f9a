"""The cookie that ties a browser to its way to an identity provider and back."""

from typing import Any

from litestar import Request, Response

from marketplace.core.domain.identities import FLOW_TTL
from marketplace.core.domain.tokens import SecondFactorDue
from marketplace.http.security.cookie_names import CookieNames
from marketplace.settings import Settings

NAME = "marketplace_oidc"
PATH = "/api/auth/oidc/"
LAX: Any = "Lax"
"""Sent with the navigation that comes back from another site. `Any`: the framework's type has lower case only."""


STRICT: Any = "Strict"
CHALLENGE = "marketplace_challenge"
"""Holds what stands for a first factor, so that it is in no address, until the page that asks for the second has it."""
BETWEEN = "~"


class FlowCookie:
    """Reads and writes the cookie. It is `Secure` except over plain HTTP in development."""

    def __init__(self, settings: Settings) -> None:
        self._names = CookieNames(settings)

    def sealed_of(self, request: Request[Any, Any, Any]) -> str:
        """Return the sealed flow, or an empty text."""
        return request.cookies.get(self._names.name_at_site(request, NAME), "")

    def keep(self, request: Request[Any, Any, Any], response: Response[Any], sealed: str) -> None:
        """Set the cookie for the time of one way."""
        self._set(request, response, sealed, int(FLOW_TTL.total_seconds()))

    def drop(self, request: Request[Any, Any, Any], response: Response[Any]) -> None:
        """Delete the cookie."""
        self._set(request, response, "", 0)

    def keep_challenge(self, request: Request[Any, Any, Any], response: Response[Any], due: SecondFactorDue) -> None:
        """Set the cookie of a second factor that is due, which only a page of this site can ask for."""
        value = f"{'.'.join(due.methods)}{BETWEEN}{due.challenge}"
        self._set(request, response, value, int(FLOW_TTL.total_seconds()), name=CHALLENGE, same_site=STRICT)

    def challenge_of(self, request: Request[Any, Any, Any]) -> tuple[str, list[str]] | None:
        """Return the challenge and the methods of a second factor that is due."""
        kept = request.cookies.get(self._names.name_at_site(request, CHALLENGE), "")
        methods, _, challenge = kept.partition(BETWEEN)
        return (challenge, methods.split(".")) if challenge else None

    def drop_challenge(self, request: Request[Any, Any, Any], response: Response[Any]) -> None:
        self._set(request, response, "", 0, name=CHALLENGE, same_site=STRICT)

    def _set(
        self,
        request: Request[Any, Any, Any],
        response: Response[Any],
        value: str,
        max_age: int,
        *,
        name: str = NAME,
        same_site: Any = LAX,
    ) -> None:
        response.set_cookie(
            self._names.name_at_site(request, name),
            value,
            path=PATH,
            max_age=max_age,
            httponly=True,
            samesite=same_site,
            secure=self._names.is_secure(request),
        )
