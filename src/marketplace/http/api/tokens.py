"""Sign-in endpoints."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post

from marketplace.core.domain.rate_limits import REFRESH
from marketplace.core.errors import BadCredentials, BadRefreshToken, NoRefreshToken, NotSignedIn, RateLimited
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.core.services.admin.refusals import RefusalService
from marketplace.core.services.rate_limits import RateLimitService
from marketplace.core.services.tokens import TokenService
from marketplace.http.api.sign_ins import SignedInOut, TokenPairOut, signed_in
from marketplace.http.security import rate_limits
from marketplace.http.security.authorization import Access, bearer_token, opt
from marketplace.http.security.origin import origin_of
from marketplace.http.security.refresh_cookie import COOKIE_HEADER, ForeignOrigin, RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import (
    Everywhere,
    RefreshAttempt,
    RefreshTokenField,
    SubmittedEmail,
    SubmittedPassword,
    UseCookie,
)
from marketplace.http.validation.parsing import read_body, read_optional_body


class CredentialsIn(msgspec.Struct, kw_only=True):
    """Sign-in credentials."""

    email: SubmittedEmail
    password: SubmittedPassword
    use_cookie: UseCookie = False


class RefreshIn(msgspec.Struct, kw_only=True):
    """A refresh token, unless it's in the cookie, and a name for this attempt."""

    refresh: RefreshTokenField = None
    attempt: RefreshAttempt = None


class LogoutIn(msgspec.Struct, kw_only=True):
    """A refresh token, unless it's in the cookie, and what to end."""

    refresh: RefreshTokenField = None
    everywhere: Everywhere = False


class TokenController(Controller):
    """Signing in, staying signed in, signing out."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/login",
        status_code=200,
        operation_id="log_in",
        summary="Sign in",
        opt=opt(
            Access.PUBLIC,
            body=CredentialsIn,
            errors=(BadCredentials, SecondFactorRequired, RateLimited),
            headers=COOKIE_HEADER,
        ),
    )
    async def log_in(
        self,
        request: Request[Any, Any, Any],
        tokens: FromDishka[TokenService],
        cookie: FromDishka[RefreshCookie],
        limits: FromDishka[SignInLimits],
        refusals: FromDishka[RefusalService],
    ) -> Response[SignedInOut]:
        """An unknown address and a wrong password get the same response, in the same time.

        If the account has two-step sign-in on, the right password gets 401 `second_factor_required` with a
        `challenge`, to send with a code to `/api/auth/login/second-factor/` within 10 minutes.

        With `use_cookie`, the refresh token is set as a cookie that scripts can't read, and `refresh` is `null`.
        """
        data = (await read_body(request, CredentialsIn)).checked()
        origin, network = origin_of(request), rate_limits.client_network(request)
        async with (
            refusals.of_sign_ins(data.email, origin, network),
            limits.password(request, data.email),
        ):
            login = await tokens.log_in(data.email, data.password, origin)
        return await signed_in(request, cookie, limits, login, use_cookie=data.use_cookie)

    @post(
        "/refresh",
        status_code=200,
        operation_id="refresh_tokens",
        summary="Refresh the tokens",
        opt=opt(
            Access.PUBLIC,
            body=RefreshIn,
            is_body_optional=True,
            is_by_cookie=True,
            errors=(BadRefreshToken, NoRefreshToken, ForeignOrigin, RateLimited),
            headers=COOKIE_HEADER,
        ),
    )
    async def refresh(
        self,
        request: Request[Any, Any, Any],
        tokens: FromDishka[TokenService],
        cookie: FromDishka[RefreshCookie],
        limits: FromDishka[RateLimitService],
    ) -> Response[TokenPairOut]:
        """A refresh token works once. Sending it again ends its login, because it may have been stolen.

        If the response may have been lost, send the request again with the same `attempt`: it gets the same refresh
        token, as long as that is unused.

        The new refresh token is returned the way the old one was sent: in the body or as a cookie. A cookie that is no
        longer valid is cleared.
        """
        data = (await read_optional_body(request, RefreshIn)).checked()
        await limits.check(*rate_limits.per_network(REFRESH, request))
        if data.refresh is not None:
            pair = await tokens.refresh(data.refresh, origin_of(request), attempt=data.attempt)
            return Response(TokenPairOut(access=pair.access, refresh=pair.refresh))
        try:
            pair = await tokens.refresh(cookie.token_of(request), origin_of(request), attempt=data.attempt)
        except BadRefreshToken as error:
            return cookie.refuse(request, error)
        response = Response(TokenPairOut(access=pair.access, refresh=None))
        cookie.keep(request, response, pair.refresh)
        return response

    @post(
        "/logout",
        status_code=204,
        operation_id="log_out",
        summary="Sign out",
        opt=opt(
            Access.PUBLIC,
            body=LogoutIn,
            is_body_optional=True,
            is_by_cookie=True,
            errors=(BadRefreshToken, NoRefreshToken, ForeignOrigin),
            headers=COOKIE_HEADER,
        ),
    )
    async def log_out(
        self,
        request: Request[Any, Any, Any],
        tokens: FromDishka[TokenService],
        impersonations: FromDishka[ImpersonationService],
        cookie: FromDishka[RefreshCookie],
    ) -> Response[None]:
        """Ends the login of the refresh token, including its access tokens, and clears the cookie.

        With `everywhere`, ends all logins of that user; the token's own login must still be active. With an access
        token that impersonates another user, ends the impersonation and nothing else.
        """
        data = (await read_optional_body(request, LogoutIn)).checked()
        if await impersonations.end(_access_token(request), origin_of(request)):
            return Response(None, status_code=204)
        end = tokens.log_out_everywhere if data.everywhere else tokens.log_out
        response = Response(None, status_code=204)
        if data.refresh is not None:
            await end(data.refresh)
        else:
            try:
                await end(cookie.token_of(request))
            except BadRefreshToken as error:
                return cookie.refuse(request, error)
            cookie.drop(request, response)
        return response


def _access_token(request: Request[Any, Any, Any]) -> str:
    """Return the request's access token, or an empty string; on a public route an invalid one is ignored."""
    try:
        return bearer_token(request) or ""
    except NotSignedIn:
        return ""
