"""Endpoints for one's own API keys."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, get, post
from litestar.params import FromPath

from marketplace.core.domain.api_keys import ApiKey, KeyName, KeyScopes
from marketplace.core.domain.rate_limits import API_KEYS, Attempt
from marketplace.core.errors import NotFound, TooManyApiKeys
from marketplace.core.services.api_keys import ApiKeyService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.fields import KeyExpiresAt
from marketplace.http.validation.parsing import read_body

KeyStart = Annotated[str, msgspec.Meta(description="Its first characters, to tell keys apart.")]
LastUsedAt = Annotated[datetime | None, msgspec.Meta(description="To the minute; `null` if it was never used.")]
RevokedAt = Annotated[datetime | None, msgspec.Meta(description="`null` unless it was revoked.")]


class ApiKeyIn(msgspec.Struct, kw_only=True):
    """A new API key."""

    name: KeyName
    scopes: KeyScopes
    expires_at: KeyExpiresAt = None


class ApiKeyOut(msgspec.Struct):
    """An API key, without its secret."""

    id: UUID
    name: KeyName
    scopes: KeyScopes
    start: KeyStart
    created_at: datetime
    expires_at: datetime
    last_used_at: LastUsedAt
    revoked_at: RevokedAt


class NewApiKeyOut(ApiKeyOut):
    """A new API key. `key` is its secret, which is not shown again."""

    key: Annotated[str, msgspec.Meta(description="For `Authorization: Bearer`. It is not stored.")]


class ApiKeyController(Controller):
    """The keys by which programs act for a person."""

    path = "/api/auth/api-keys"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_api_keys", summary="List your API keys", opt=opt(Access.SIGNED_IN))
    async def list_own(self, request: Request[Any, Any, Any], keys: FromDishka[ApiKeyService]) -> list[ApiKeyOut]:
        """Newest first. Expired and revoked keys are listed for 90 days."""
        return [api_key_out(key) for key in await keys.list_own(principal_of(request))]

    @post(
        "/",
        operation_id="create_api_key",
        summary="Create an API key",
        opt=opt(Access.SIGNED_IN, body=ApiKeyIn, proof=Proof.ALWAYS, errors=(TooManyApiKeys,)),
    )
    async def create(
        self,
        request: Request[Any, Any, Any],
        keys: FromDishka[ApiKeyService],
        limits: FromDishka[RateLimitService],
    ) -> NewApiKeyOut:
        """At most 20 live keys each. A mail tells you of every new one.

        A program sends the key as `Authorization: Bearer`, and may then do what its scopes and your role allow, but
        nothing that staff or account pages do. Changing your password doesn't end keys.
        """
        principal = principal_of(request)
        parsed = await read_body(request, ApiKeyIn)
        data = parsed.checked(keys.validate(parsed.values.get("expires_at")))
        await limits.check(Attempt(API_KEYS, str(principal.user_id)))
        created = await keys.create(principal, data.name, data.scopes, data.expires_at)
        return converted(created.key, NewApiKeyOut, {"key": created.secret})

    @delete(
        "/{key_id:uuid}",
        operation_id="revoke_api_key",
        summary="Revoke an API key",
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def revoke(
        self, request: Request[Any, Any, Any], key_id: FromPath[UUID], keys: FromDishka[ApiKeyService]
    ) -> None:
        """It changes nothing from then on, and reads nothing within a second. Revoking it again does nothing."""
        await keys.revoke(principal_of(request), key_id)


def api_key_out(key: ApiKey) -> ApiKeyOut:
    return converted(key, ApiKeyOut)
