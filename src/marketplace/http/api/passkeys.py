"""Endpoints for one's own passkeys."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, get, patch, post
from litestar.params import FromPath

from marketplace.core.domain.passkeys import PasskeyName
from marketplace.core.errors import NotFound, RateLimited
from marketplace.core.errors.identities import LastWayIn
from marketplace.core.errors.passkeys import PasskeyRefused, PasskeysUnavailable, TooManyPasskeys
from marketplace.core.services.passkeys import PasskeyService
from marketplace.http.api.passkey_structs import PasskeyCreationOptions, PasskeyOut, creation_options
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.parsing import read_body, read_nothing
from marketplace.http.validation.passkey_fields import NewCredentialField, OptionalPasskeyName


class NewPasskeyBody(msgspec.Struct, kw_only=True):
    """What the browser returned for the options, and a name."""

    credential: NewCredentialField
    name: OptionalPasskeyName = None


class PasskeyNameIn(msgspec.Struct, kw_only=True):
    """A name."""

    name: PasskeyName


class PasskeyController(Controller):
    """One's own passkeys."""

    path = "/api/auth/passkeys"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_passkeys", summary="List your passkeys", opt=opt(Access.SIGNED_IN))
    async def list_own(self, request: Request[Any, Any, Any], passkeys: FromDishka[PasskeyService]) -> list[PasskeyOut]:
        """Oldest first, at most 20."""
        return [converted(each, PasskeyOut) for each in await passkeys.list(principal_of(request))]

    @post(
        "/options",
        status_code=200,
        operation_id="start_passkey",
        summary="Get the options of a new passkey",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(PasskeysUnavailable, TooManyPasskeys, RateLimited)),
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        passkeys: FromDishka[PasskeyService],
        limits: FromDishka[SignInLimits],
    ) -> PasskeyCreationOptions:
        """For `navigator.credentials.create()`. The challenge works once, for 5 minutes, with this login."""
        await read_nothing(request)
        await limits.passkey_challenge(request)
        return creation_options(await passkeys.registration(principal_of(request)))

    @post(
        "/",
        status_code=201,
        operation_id="add_passkey",
        summary="Add a passkey",
        opt=opt(
            Access.SIGNED_IN,
            body=NewPasskeyBody,
            errors=(PasskeyRefused, PasskeysUnavailable, TooManyPasskeys),
        ),
    )
    async def add(self, request: Request[Any, Any, Any], passkeys: FromDishka[PasskeyService]) -> PasskeyOut:
        """With what the browser returned for the options. You're told by mail."""
        data = (await read_body(request, NewPasskeyBody)).checked()
        added = await passkeys.add(principal_of(request), data.credential, data.name or "")
        return converted(added, PasskeyOut)

    @patch(
        "/{passkey_id:uuid}",
        operation_id="rename_passkey",
        summary="Rename a passkey",
        opt=opt(Access.SIGNED_IN, body=PasskeyNameIn, errors=(NotFound,)),
    )
    async def rename(
        self, request: Request[Any, Any, Any], passkey_id: FromPath[UUID], passkeys: FromDishka[PasskeyService]
    ) -> PasskeyOut:
        """The name is for you only."""
        data = (await read_body(request, PasskeyNameIn)).checked()
        return converted(await passkeys.rename(principal_of(request), passkey_id, data.name), PasskeyOut)

    @delete(
        "/{passkey_id:uuid}",
        operation_id="remove_passkey",
        summary="Remove a passkey",
        opt=opt(Access.SIGNED_IN, proof=Proof.ALWAYS, errors=(NotFound, LastWayIn)),
    )
    async def remove(
        self, request: Request[Any, Any, Any], passkey_id: FromPath[UUID], passkeys: FromDishka[PasskeyService]
    ) -> None:
        """It can't be used to sign in anymore, and your other logins end. You're told by mail."""
        await passkeys.remove(principal_of(request), passkey_id)
