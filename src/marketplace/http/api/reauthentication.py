"""Endpoints that prove who a person is by a second factor, or once more."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post

from marketplace.core.errors import BadCredentials, RateLimited
from marketplace.core.errors.second_factors import BadChallenge, BadSecondFactor
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.reauthentication import ReauthenticationService
from marketplace.core.services.second_factor_sign_ins import SecondFactorSignIns
from marketplace.core.services.users import UserService
from marketplace.http.api.sign_ins import SignedInOut, signed_in
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.security.origin import origin_of
from marketplace.http.security.rate_limits import client_network
from marketplace.http.security.refresh_cookie import COOKIE_HEADER, RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import Challenge, OptionalCode, OptionalPassword, SubmittedCode, UseCookie
from marketplace.http.validation.parsing import read_body


class SecondFactorIn(msgspec.Struct, kw_only=True):
    """The challenge of a sign-in whose password was right, and a code."""

    challenge: Challenge
    code: SubmittedCode
    use_cookie: UseCookie = False


class ProofIn(msgspec.Struct, kw_only=True):
    """A code if two-step sign-in is on, otherwise the password."""

    password: OptionalPassword = None
    code: OptionalCode = None


class ReauthenticationController(Controller):
    """Second factors of sign-ins, and step-up."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/login/second-factor",
        status_code=200,
        operation_id="log_in_with_code",
        summary="Finish a sign-in with a code",
        opt=opt(
            Access.PUBLIC,
            body=SecondFactorIn,
            errors=(BadChallenge, BadSecondFactor, RateLimited),
            headers=COOKIE_HEADER,
        ),
    )
    async def log_in(
        self,
        request: Request[Any, Any, Any],
        sign_ins: FromDishka[SecondFactorSignIns],
        cookie: FromDishka[RefreshCookie],
        limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
    ) -> Response[SignedInOut]:
        """After 401 `second_factor_required` of `/api/auth/login/`.

        A challenge opens one login, within 10 minutes and until the password changes; a wrong code doesn't use it up.
        Each code works once.
        """
        data = (await read_body(request, SecondFactorIn)).checked()
        account, origin = await sign_ins.account_of(data.challenge), origin_of(request)
        async with (
            refusals.of_sign_ins(account.email, origin, client_network(request)),
            limits.account(request, account),
        ):
            login = await sign_ins.log_in(data.challenge, data.code, origin)
        return await signed_in(request, cookie, limits, login, use_cookie=data.use_cookie)

    @post(
        "/reauthenticate",
        status_code=204,
        operation_id="reauthenticate",
        summary="Prove that it's you",
        opt=opt(Access.SIGNED_IN, body=ProofIn, errors=(BadCredentials, BadSecondFactor, RateLimited)),
    )
    async def reauthenticate(
        self,
        request: Request[Any, Any, Any],
        reauthentication: FromDishka[ReauthenticationService],
        users: FromDishka[UserService],
        limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
    ) -> None:
        """After 403 `reauthentication_required`, whose `methods` say what is accepted. A sign-in is a proof, too.

        The proof counts for this login, for 10 minutes unless the operator says otherwise. With two-step sign-in on,
        only a code is one.
        """
        principal = principal_of(request)
        data = (await read_body(request, ProofIn)).checked()
        guess = limits.account(request, await users.profile(principal))
        async with refusals.of_password_changes(principal), guess:
            await reauthentication.prove(principal, password=data.password, code=data.code)
