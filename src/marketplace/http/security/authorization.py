"""Who may call a route: denied unless the route says otherwise, judged before the body is read."""

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
"""Those that change nothing (RFC 9110, 9.2.1)."""


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "anyone; a token is not even looked at"
    ANYONE = "anyone; who sends a token must send a good one, and is known"
    SIGNED_IN = "who is signed in"
    CREATOR = "creators"
    STAFF = "the staff"
    SUPERUSER = "superusers, who are of the staff"


OF_THE_STAFF = frozenset({Access.STAFF, Access.SUPERUSER})
"""Whoever is refused these is in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a route needs and may refuse: read by the guard, and written into the OpenAPI document."""

    access: Access
    body: type[msgspec.Struct] | None = None
    is_partial: bool = False
    is_body_optional: bool = False
    query: type[msgspec.Struct] | None = None
    is_keyed: bool = False
    """Whether it takes an `Idempotency-Key`."""
    is_by_cookie: bool = False
    """Whether it takes the refresh token from a cookie too."""
    errors: tuple[type[MarketplaceError], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    """Headers of a good answer, with what they say."""
    files: tuple[str, ...] = ()
    """The media types of which a good answer, being a file, has one."""


def opt(access: Access, **changes: Any) -> dict[str, Any]:
    """The `opt` of a handler."""
    return {"route": Route(access=access, **changes)}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in who may; leave the caller, or `None`, as the connection's user. Raises `NotSignedIn`, or why not."""
    if connection.scope.get("method") == "OPTIONS":
        connection.scope["user"] = None
        return
    route = handler.opt.get("route")
    access = route.access if isinstance(route, Route) else Access.SIGNED_IN
    connection.scope["user"] = None if access is Access.PUBLIC else await _principal(connection, access)


async def _principal(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Principal | None:
    token = bearer_token(connection)
    if token is None:
        if access is Access.ANYONE:
            return None
        raise NotSignedIn
    principal = await _authenticated(connection, token)
    if principal.impersonator_id is not None and connection.scope.get("method") not in SAFE_METHODS:
        await _note(connection, principal, ImpersonatedReadOnly)
        raise ImpersonatedReadOnly
    if refusal_of(access, principal) is not None:
        principal = await _recheck(connection, access)
    return principal


def refusal_of(access: Access, principal: Principal) -> type[MarketplaceError] | None:
    """Why somebody who is signed in may not call such a route, or `None`."""
    if access is Access.CREATOR and principal.role != "creator":
        return NotACreator
    if access in OF_THE_STAFF and not principal.is_staff:
        return NotStaff
    if access is Access.SUPERUSER and not principal.is_superuser:
        return NotSuperuser
    return None


async def _recheck(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Principal:
    # nobody is refused for what was remembered: they may have become a creator a moment ago
    principal = await _authenticated(connection, bearer_token(connection) or "", fresh=True)
    refusal = refusal_of(access, principal)
    if refusal is not None:
        if access in OF_THE_STAFF:
            await _note(connection, principal, refusal)
        raise refusal
    return principal


async def _note(
    connection: ASGIConnection[Any, Any, Any, Any], principal: Principal, refusal: type[MarketplaceError]
) -> None:
    refusals = await connection.app.state.dishka_container.get(RefusalService)
    await refusals.record(principal, requirement_of(connection), refusal)


async def _authenticated(
    connection: ASGIConnection[Any, Any, Any, Any], token: str, *, fresh: bool = False
) -> Principal:
    tokens = await connection.app.state.dishka_container.get(TokenService)
    principal: Principal = await tokens.authenticate(token, fresh=fresh)
    return replace(principal, origin=origin_of(connection))


def requirement_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What somebody with a token asked for. No address that itself is a secret asks for a token."""
    return f"{connection.scope.get('method')} {connection.scope['path']}"


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token of `Authorization: Bearer …` (RFC 6750), `None` without the header. Raises `NotSignedIn`."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


async def creator_of(request: Request[Any, Any, Any]) -> Principal:
    """The caller, where only some uses of a route need a creator. Raises `NotSignedIn`, `NotACreator`."""
    principal = principal_of(request)
    return principal if principal.role == "creator" else await _recheck(request, Access.CREATOR)


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """The caller of a route that needs one."""
    principal = request.scope["user"]
    if not isinstance(principal, Principal):
        raise NotSignedIn
    return principal


def optional_principal_of(request: Request[Any, Any, Any]) -> Principal | None:
    """The caller of a route for anyone, or `None`."""
    principal = request.scope["user"]
    return principal if isinstance(principal, Principal) else None
