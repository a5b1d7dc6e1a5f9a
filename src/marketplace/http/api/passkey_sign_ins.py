"""Endpoints for signing in, and for proving that it is oneself, with a passkey."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post

from marketplace.core.errors import RateLimited
from marketplace.core.errors.passkeys import PasskeyRefused, PasskeysUnavailable
from marketplace.core.services.passkey_proofs import PasskeyProofs
from marketplace.core.services.passkey_sign_ins import PasskeySignIns
from marketplace.core.services.users import UserService
from marketplace.http.api.passkey_structs import PasskeyRequestOptions, request_options
from marketplace.http.api.sign_ins import SignedInOut, signed_in
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.security.origin import origin_of
from marketplace.http.security.refresh_cookie import COOKIE_HEADER, RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import UseCookie
from marketplace.http.validation.parsing import read_body, read_nothing
from marketplace.http.validation.passkey_fields import AssertionField


class PasskeySignInBody(msgspec.Struct, kw_only=True):
    """What the browser returned for the options."""

    credential: AssertionField
    use_cookie: UseCookie = False


class PasskeyProofBody(msgspec.Struct, kw_only=True):
    """What the browser returned for the options."""

    credential: AssertionField


class PasskeySignInController(Controller):
    """Signing in with a passkey."""

    path = "/api/auth/login/passkey"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/options",
        status_code=200,
        operation_id="start_passkey_sign_in",
        summary="Get the options of a sign-in with a passkey",
        opt=opt(Access.PUBLIC, errors=(PasskeysUnavailable, RateLimited)),
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        sign_ins: FromDishka[PasskeySignIns],
        limits: FromDishka[SignInLimits],
    ) -> PasskeyRequestOptions:
        """For `navigator.credentials.get()`. The challenge works once, for 5 minutes.

        The options name no account and no passkey: the browser offers those that it has.
        """
        await read_nothing(request)
        await limits.passkey_challenge(request)
        return request_options(await sign_ins.options())

    @post(
        "/",
        status_code=200,
        operation_id="log_in_with_passkey",
        summary="Sign in with a passkey",
        opt=opt(
            Access.PUBLIC,
            body=PasskeySignInBody,
            errors=(PasskeyRefused, PasskeysUnavailable, RateLimited),
            headers=COOKIE_HEADER,
        ),
    )
    async def log_in(
        self,
        request: Request[Any, Any, Any],
        sign_ins: FromDishka[PasskeySignIns],
        cookie: FromDishka[RefreshCookie],
        limits: FromDishka[SignInLimits],
    ) -> Response[SignedInOut]:
        """With what the browser returned for the options. Every refusal gets the same response.

        With `use_cookie`, the refresh token is set as a cookie that scripts can't read, and `refresh` is `null`.
        """
        data = (await read_body(request, PasskeySignInBody)).checked()
        async with limits.passkey(request):
            login = await sign_ins.sign_in(data.credential, origin_of(request))
        return await signed_in(request, cookie, limits, login, use_cookie=data.use_cookie)


class PasskeyProofController(Controller):
    """Step-up with a passkey."""

    path = "/api/auth/reauthenticate/passkey"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/options",
        status_code=200,
        operation_id="start_passkey_proof",
        summary="Get the options of a proof with a passkey",
        opt=opt(Access.SIGNED_IN, errors=(PasskeysUnavailable, RateLimited)),
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        proofs: FromDishka[PasskeyProofs],
        limits: FromDishka[SignInLimits],
    ) -> PasskeyRequestOptions:
        """For `navigator.credentials.get()`. The challenge works once, for 5 minutes, with this login."""
        await read_nothing(request)
        await limits.passkey_challenge(request)
        return request_options(await proofs.options(principal_of(request)))

    @post(
        "/",
        status_code=204,
        operation_id="reauthenticate_with_passkey",
        summary="Prove that it's you with a passkey",
        opt=opt(Access.SIGNED_IN, body=PasskeyProofBody, errors=(PasskeyRefused, PasskeysUnavailable, RateLimited)),
    )
    async def reauthenticate(
        self,
        request: Request[Any, Any, Any],
        proofs: FromDishka[PasskeyProofs],
        users: FromDishka[UserService],
        limits: FromDishka[SignInLimits],
    ) -> None:
        """After 403 `reauthentication_required` with `passkey` among its `methods`, in place of a code or password."""
        principal = principal_of(request)
        data = (await read_body(request, PasskeyProofBody)).checked()
        async with limits.account(request, await users.profile(principal)):
            await proofs.prove(principal, data.credential)
