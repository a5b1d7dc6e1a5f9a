"""Who may call a route: denied unless the route says otherwise, judged before the body is read."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from marketplace.core.entities.tokens import Caller
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
from marketplace.http.origin import origin_of

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
    is_address_secret: bool = False
    """Whether who knows the address may do it, so that no log may have it."""


def opt(access: Access, **facts: Any) -> dict[str, Any]:
    """The `opt` of a handler."""
    return {"route": Route(access=access, **facts)}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in who may; leave the caller, or `None`, as the connection's user. Raises `NotSignedIn`, or why not."""
    if connection.scope.get("method") == "OPTIONS":
        connection.scope["user"] = None
        return
    route = handler.opt.get("route")
    access = route.access if isinstance(route, Route) else Access.SIGNED_IN
    connection.scope["user"] = None if access is Access.PUBLIC else await _caller(connection, access)


async def _caller(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Caller | None:
    token = bearer_token(connection)
    if token is None:
        if access is Access.ANYONE:
            return None
        raise NotSignedIn
    caller = await _authenticated(connection, token)
    if caller.impersonator_id is not None and connection.scope.get("method") not in SAFE_METHODS:
        await _note(connection, caller, ImpersonatedReadOnly)
        raise ImpersonatedReadOnly
    if refusal_of(access, caller) is not None:
        caller = await _looked_at_again(connection, access)
    return caller


def refusal_of(access: Access, caller: Caller) -> type[MarketplaceError] | None:
    """Why somebody who is signed in may not call such a route, or `None`."""
    if access is Access.CREATOR and caller.role != "creator":
        return NotACreator
    if access in OF_THE_STAFF and not caller.is_staff:
        return NotStaff
    if access is Access.SUPERUSER and not caller.is_superuser:
        return NotSuperuser
    return None


async def _looked_at_again(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Caller:
    # nobody is refused for what was remembered: they may have become a creator a moment ago
    caller = await _authenticated(connection, bearer_token(connection) or "", fresh=True)
    refusal = refusal_of(access, caller)
    if refusal is not None:
        if access in OF_THE_STAFF:
            await _note(connection, caller, refusal)
        raise refusal
    return caller


async def _note(
    connection: ASGIConnection[Any, Any, Any, Any], caller: Caller, refusal: type[MarketplaceError]
) -> None:
    refusals = await connection.app.state.dishka_container.get(RefusalService)
    await refusals.note(caller, asked_of(connection), refusal)


async def _authenticated(connection: ASGIConnection[Any, Any, Any, Any], token: str, *, fresh: bool = False) -> Caller:
    tokens = await connection.app.state.dishka_container.get(TokenService)
    caller: Caller = await tokens.authenticate(token, fresh=fresh)
    return replace(caller, origin=origin_of(connection))


def asked_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What was asked for, as a log may have it."""
    scope = connection.scope
    route = getattr(scope.get("route_handler"), "opt", {}).get("route")
    is_secret = isinstance(route, Route) and route.is_address_secret
    return f"{scope.get('method')} {scope['path_template' if is_secret else 'path']}"


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token of `Authorization: Bearer …` (RFC 6750), `None` without the header. Raises `NotSignedIn`."""
    header = connection.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


async def creator_of(request: Request[Any, Any, Any]) -> Caller:
    """The caller, where only some uses of a route need a creator. Raises `NotSignedIn`, `NotACreator`."""
    caller = caller_of(request)
    return caller if caller.role == "creator" else await _looked_at_again(request, Access.CREATOR)


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """The caller of a route that needs one."""
    caller = request.scope["user"]
    if not isinstance(caller, Caller):
        raise NotSignedIn
    return caller


def visitor_of(request: Request[Any, Any, Any]) -> Caller | None:
    """The caller of a route for anyone, or `None`."""
    caller = request.scope["user"]
    return caller if isinstance(caller, Caller) else None
