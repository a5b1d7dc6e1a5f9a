"""Endpoints for one's connected sign-ins."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, get
from litestar.params import FromPath

from marketplace.core.domain.identities import Identity, IdentityProvider
from marketplace.core.errors import NotFound
from marketplace.core.errors.identities import LastWayIn
from marketplace.core.services.identities import IdentityService
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.http.security.authorization import Access, Proof, opt, principal_of


class IdentityOut(msgspec.Struct):
    """An account at a service that signs in to yours. `provider` is `null` if this site no longer offers it."""

    id: UUID
    provider: str | None
    label: str
    email: Annotated[str | None, msgspec.Meta(description="The address there when it was last used.")]
    connected_at: datetime
    last_used_at: datetime


class IdentityController(Controller):
    """One's connected sign-ins."""

    path = "/api/auth/identities"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_identities", summary="List your connected sign-ins", opt=opt(Access.SIGNED_IN))
    async def list_own(
        self,
        request: Request[Any, Any, Any],
        identities: FromDishka[IdentityService],
        sign_ins: FromDishka[ProviderSignIns],
    ) -> list[IdentityOut]:
        """Oldest first."""
        return [identity_out(each, sign_ins.configured) for each in await identities.list(principal_of(request))]

    @delete(
        "/{identity_id:uuid}",
        operation_id="disconnect_identity",
        summary="Disconnect a service",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(NotFound, LastWayIn)),
    )
    async def disconnect(
        self, request: Request[Any, Any, Any], identity_id: FromPath[UUID], identities: FromDishka[IdentityService]
    ) -> None:
        """Ends your other logins. The last way to sign in can't be removed."""
        await identities.disconnect(principal_of(request), identity_id)


def identity_out(identity: Identity, configured: tuple[IdentityProvider, ...]) -> IdentityOut:
    provider = next((each for each in configured if each.issuer == identity.issuer), None)
    return IdentityOut(
        id=identity.id,
        provider=provider.name if provider else None,
        label=provider.label if provider else identity.issuer,
        email=identity.email,
        connected_at=identity.connected_at,
        last_used_at=identity.last_used_at,
    )
