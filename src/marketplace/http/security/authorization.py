"""Authorization of routes: deny by default, decided before the request body is read."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from marketplace.core.domain.principals import Principal
from marketplace.core.errors import (
    ImpersonatedReadOnly,
    MarketplaceError,
    NotACreator,
    NotSignedIn,
    NotStaff,
    NotSuperuser,
)
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.tokens import TokenService
from marketplace.http.security.origin import origin_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods without side effects (RFC 9110, 9.2.1)."""


class Access(Enum):
    """Callers allowed on a route."""

    PUBLIC = "anyone; a token is ignored"
    ANYONE = "anyone; a token is optional but must be valid"
    SIGNED_IN = "signed-in users"
    CREATOR = "creators"
    STAFF = "staff"
    SUPERUSER = "superusers, who are also staff"


STAFF_ONLY = frozenset({Access.STAFF, Access.SUPERUSER})
"""Refused access to these routes is recorded in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Requirements and errors of a route, read by the guard and by the OpenAPI document."""

    access: Access
    body: type[msgspec.Struct] | None = None
    is_partial: bool = False
    is_body_optional: bool = False
    query: type[msgspec.Struct] | None = None
    is_keyed: bool = False
    """Accepts an `Idempotency-Key`."""
    is_by_cookie: bool = False
    """Accepts the refresh token from a cookie, too."""
    errors: tuple[type[MarketplaceError], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of successful responses and their descriptions."""
    files: tuple[str, ...] = ()
    """Possible media types of a successful response that is a file."""


def opt(access: Access, **requirements: Any) -> dict[str, Any]:
    """Build the `opt` argument of a route handler."""
    return {"route": Route(access=access, **requirements)}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Authorize a request and set the caller, or `None`, as the connection's user.

    Raises `NotSignedIn`, `ImpersonatedReadOnly`, `NotACreator`, `NotStaff` or `NotSuperuser`.
    """
    if connection.scope.get("method") == "OPTIONS":
        connection.scope["user"] = None
        return
    route = handler.opt.get("route")
    access = route.access if isinstance(route, Route) else Access.SIGNED_IN
    connection.scope["user"] = None if access is Access.PUBLIC else await _authorized_principal(connection, access)


async def _authorized_principal(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Principal | None:
    token = bearer_token(connection)
    if token is None:
        if access is Access.ANYONE:
            return None
        raise NotSignedIn
    principal = await _authenticated(connection, token)
    if principal.impersonator_id is not None and connection.scope.get("method") not in SAFE_METHODS:
        await _record_refusal(connection, principal, ImpersonatedReadOnly)
        raise ImpersonatedReadOnly
    if refusal_of(access, principal) is not None:
        principal = await _recheck(connection, access)
    return principal


def refusal_of(access: Access, principal: Principal) -> type[MarketplaceError] | None:
    """Return the error that keeps a signed-in user from routes with this access, or `None`."""
    if access is Access.CREATOR and principal.role != "creator":
        return NotACreator
    if access in STAFF_ONLY and not principal.is_staff:
        return NotStaff
    if access is Access.SUPERUSER and not principal.is_superuser:
        return NotSuperuser
    return None


async def _recheck(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Principal:
    # Principals are cached. Refuse only on fresh data: the user may just have become a creator.
    principal = await _authenticated(connection, bearer_token(connection) or "", fresh=True)
    refusal = refusal_of(access, principal)
    if refusal is not None:
        if access in STAFF_ONLY:
            await _record_refusal(connection, principal, refusal)
        raise refusal
    return principal


async def _record_refusal(
    connection: ASGIConnection[Any, Any, Any, Any], principal: Principal, refusal: type[MarketplaceError]
) -> None:
    refusals = await connection.app.state.dishka_container.get(RefusalService)
    await refusals.record(principal, _route_for_audit(connection), refusal)


async def _authenticated(
    connection: ASGIConnection[Any, Any, Any, Any], token: str, *, fresh: bool = False
) -> Principal:
    tokens = await connection.app.state.dishka_container.get(TokenService)
    principal: Principal = await tokens.authenticate(token, fresh=fresh)
    return replace(principal, origin=origin_of(connection))


def _route_for_audit(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """Return method and path for the audit log. Paths that contain a secret are not logged: they require no token."""
    return f"{connection.scope.get('method')} {connection.scope['path']}"


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the token of `Authorization: Bearer …` (RFC 6750), or `None` without the header.

    Raises `NotSignedIn` if the header is malformed.
    """
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


async def creator_of(request: Request[Any, Any, Any]) -> Principal:
    """Return the caller, who must be a creator; for routes that require one only in some cases.

    Raises `NotSignedIn`, `NotACreator`.
    """
    principal = principal_of(request)
    return principal if principal.role == "creator" else await _recheck(request, Access.CREATOR)


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """Return the caller. Raises `NotSignedIn` if the request is anonymous."""
    principal = request.scope["user"]
    if not isinstance(principal, Principal):
        raise NotSignedIn
    return principal


def optional_principal_of(request: Request[Any, Any, Any]) -> Principal | None:
    """Return the caller, or `None` if the request is anonymous."""
    principal = request.scope["user"]
    return principal if isinstance(principal, Principal) else None
