"""Authorization of routes: deny by default, decided before the request body is read."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from marketplace.core.domain.api_keys import KeyScope, looks_like_key
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import (
    ImpersonatedReadOnly,
    MarketplaceError,
    NotACreator,
    NotSignedIn,
    NotStaff,
    NotSuperuser,
)
from marketplace.core.errors.second_factors import ReauthenticationRequired, SecondFactorSetupRequired
from marketplace.core.services.acting_keys import act_by
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.api_keys import ApiKeyService, require_scope
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.tokens import TokenService
from marketplace.http.answers import HasScope, headers_of
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


class Proof(Enum):
    """Routes that a borrowed device must not reach: when the login must have been proved recently."""

    ALWAYS = "always"
    WITH_SECOND_FACTOR = "if the account has a second factor; the body has the current password"
    BY_FIELD = "if the body changes a certain field; the handler checks it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Requirements and errors of a route, read by the guard and by the OpenAPI document."""

    access: Access
    scope: KeyScope | None = None
    """What an API key must allow; `None` takes no key. Public routes ignore keys as they do tokens."""
    body: type[msgspec.Struct] | None = None
    upload: type[msgspec.Struct] | None = None
    """The texts of a form that is read instead of a body, next to its `file`."""
    is_partial: bool = False
    is_body_optional: bool = False
    query: type[msgspec.Struct] | None = None
    proof: Proof | None = None
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


UNDECLARED = Route(access=Access.SIGNED_IN)
"""Of a handler that names none."""


class Authenticator:
    """Authenticates and authorizes requests: the same for every way to reach a route."""

    def __init__(
        self,
        tokens: TokenService,
        api_keys: ApiKeyService,
        refusals: RefusalService,
        reauthentication: ReauthenticationService,
    ) -> None:
        self._tokens = tokens
        self._api_keys = api_keys
        self._refusals = refusals
        self._reauthentication = reauthentication

    async def authorize(self, request: HasScope, route: Route) -> Principal | None:
        """Return the caller, `None` if anonymous.

        Raises `NotSignedIn`, `MissingScope`, `ImpersonatedReadOnly`, `NotACreator`, `NotStaff` or `NotSuperuser`.
        """
        access = route.access
        if access is Access.PUBLIC:
            return None
        token = bearer_token(request)
        if token is None:
            if access is Access.ANYONE:
                return None
            raise NotSignedIn
        principal = await self._authenticate(request, token)
        require_scope(principal, route.scope)
        if principal.impersonator_id is not None and request.scope["method"] not in SAFE_METHODS:
            await self._record_refusal(request, principal, ImpersonatedReadOnly)
            raise ImpersonatedReadOnly
        if refusal_of(access, principal) is not None:
            return await self.recheck(request, access)
        return principal

    async def recheck(self, request: HasScope, access: Access) -> Principal:
        """Authorize a signed-in user on fresh data, since principals are cached: they may just have become a creator.

        Raises `NotSignedIn`, `NotACreator`, `NotStaff` or `NotSuperuser`.
        """
        principal = await self._authenticate(request, bearer_token(request) or "", fresh=True)
        refusal = refusal_of(access, principal)
        if refusal is not None:
            if access in STAFF_ONLY:
                await self._record_refusal(request, principal, refusal)
            raise refusal
        return principal

    async def require_proof(self, request: HasScope, principal: Principal, proof: Proof) -> Principal:
        """Return the caller, whose login was proved recently. Raises `ReauthenticationRequired`, `NotSignedIn`."""
        only = proof is Proof.WITH_SECOND_FACTOR
        try:
            await self._reauthentication.require(principal, only_second_factor=only)
        except ReauthenticationRequired:
            # principals are cached: another process may just have renewed the proof
            principal = await self._authenticate(request, bearer_token(request) or "", fresh=True)
            await self._reauthentication.require(principal, only_second_factor=only)
        return principal

    async def _authenticate(self, request: HasScope, token: str, *, fresh: bool = False) -> Principal:
        by: TokenService | ApiKeyService = self._api_keys if looks_like_key(token) else self._tokens
        principal = await by.authenticate(token, fresh=fresh)
        if principal.key_id is not None:
            act_by(principal.key_id)
        return replace(principal, origin=origin_of(request))

    async def _record_refusal(self, request: HasScope, principal: Principal, refusal: type[MarketplaceError]) -> None:
        # Paths that contain a secret are not recorded: they require no token.
        route = f"{request.scope['method']} {request.scope['path']}"
        await self._refusals.record(principal, route, refusal)


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Authorize a request and set the caller, or `None`, as the connection's user. Raises as `Authenticator`."""
    if connection.scope.get("method") == "OPTIONS":
        connection.scope["user"] = None
        return
    route = handler.opt.get("route")
    declared = route if isinstance(route, Route) else UNDECLARED
    authenticator = await _authenticator_of(connection)
    principal = await authenticator.authorize(connection, declared)
    if declared.proof is not None and declared.proof is not Proof.BY_FIELD and principal is not None:
        principal = await authenticator.require_proof(connection, principal, declared.proof)
    connection.scope["user"] = principal


async def require_recent_proof(request: HasScope) -> None:
    """Check the proof of the caller's login, where the route says `Proof.BY_FIELD`.

    Raises `ReauthenticationRequired`, `NotSignedIn`.
    """
    authenticator = await _authenticator_of(request)
    await authenticator.require_proof(request, principal_of(request), Proof.BY_FIELD)


def refusal_of(access: Access, principal: Principal) -> type[MarketplaceError] | None:
    """Return the error that keeps a signed-in user from routes with this access, or `None`."""
    if access is Access.CREATOR and principal.role != "creator":
        return NotACreator
    if access in STAFF_ONLY and principal.lacks_second_factor:
        return SecondFactorSetupRequired
    if access in STAFF_ONLY and not principal.is_staff:
        return NotStaff
    if access is Access.SUPERUSER and not principal.is_superuser:
        return NotSuperuser
    return None


def bearer_token(request: HasScope) -> str | None:
    """Return the token of `Authorization: Bearer …` (RFC 6750), or `None` without the header.

    Raises `NotSignedIn` if the header is malformed.
    """
    headers = headers_of(request, b"authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


async def creator_of(request: HasScope) -> Principal:
    """Return the caller, who must be a creator; for routes that require one only in some cases.

    Raises `NotSignedIn`, `NotACreator`.
    """
    principal = principal_of(request)
    return (
        principal
        if principal.role == "creator"
        else await (await _authenticator_of(request)).recheck(request, Access.CREATOR)
    )


async def _authenticator_of(request: HasScope) -> Authenticator:
    authenticator: Authenticator = await request.scope["litestar_app"].state.dishka_container.get(Authenticator)
    return authenticator


def principal_of(request: HasScope) -> Principal:
    """Return the caller. Raises `NotSignedIn` if the request is anonymous."""
    principal = request.scope["user"]
    if not isinstance(principal, Principal):
        raise NotSignedIn
    return principal


def optional_principal_of(request: HasScope) -> Principal | None:
    """Return the caller, or `None` if the request is anonymous."""
    principal = request.scope["user"]
    return principal if isinstance(principal, Principal) else None
