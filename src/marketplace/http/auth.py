"""Who may call a route: denied unless the route says otherwise, judged before the body is read."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import MarketplaceError, NotACreator, NotSignedIn
from marketplace.core.services.tokens import TokenService


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "anyone; a token is not even looked at"
    ANYONE = "anyone; who sends a token must send a good one, and is known"
    SIGNED_IN = "who is signed in"
    CREATOR = "creators"


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


def opt(access: Access, **facts: Any) -> dict[str, Any]:
    """The `opt` of a handler."""
    return {"route": Route(access=access, **facts)}


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let in who may; leave the caller, or `None`, as the connection's user. Raises `NotSignedIn`, `NotACreator`."""
    if connection.scope.get("method") == "OPTIONS":
        connection.scope["user"] = None
        return
    route = handler.opt.get("route")
    access = route.access if isinstance(route, Route) else Access.SIGNED_IN
    connection.scope["user"] = None if access is Access.PUBLIC else await _caller(connection, access)


async def _caller(connection: ASGIConnection[Any, Any, Any, Any], access: Access) -> Caller | None:
    token = _bearer_token(connection)
    if token is None:
        if access is Access.ANYONE:
            return None
        raise NotSignedIn
    tokens = await connection.app.state.dishka_container.get(TokenService)
    caller: Caller = await tokens.authenticate(token)
    if access is Access.CREATOR and caller.role != "creator":
        caller = await _creator(connection)
    return caller


async def _creator(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    # nobody is refused for what was remembered: they may have become a creator a moment ago
    tokens = await connection.app.state.dishka_container.get(TokenService)
    caller: Caller = await tokens.authenticate(_bearer_token(connection) or "", fresh=True)
    if caller.role != "creator":
        raise NotACreator
    return caller


def _bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
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
    return caller if caller.role == "creator" else await _creator(request)


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
