"""Logins over HTTP."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, post

from marketplace.core.errors import BadCredentials, BadRefreshToken
from marketplace.core.services.tokens import TokenService
from marketplace.http.auth import Access, opt
from marketplace.http.fields import GivenEmail, GivenPassword, GivenToken
from marketplace.http.users import ProfileOut
from marketplace.http.wire import read_body


class CredentialsIn(msgspec.Struct, kw_only=True):
    """What a person signs in with."""

    email: GivenEmail
    password: GivenPassword


class RefreshIn(msgspec.Struct, kw_only=True):
    """A refresh token."""

    refresh: GivenToken


class TokenPairOut(msgspec.Struct):
    """An access token for `Authorization: Bearer …`, and the refresh token to get the next pair with."""

    access: str
    refresh: str


class LoginOut(TokenPairOut):
    """A login, and whose it is."""

    user: ProfileOut


class TokenController(Controller):
    """Signing in, staying signed in, signing out."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/login",
        status_code=200,
        operation_id="log_in",
        summary="Sign in",
        opt=opt(Access.PUBLIC, body=CredentialsIn, errors=(BadCredentials,)),
    )
    async def log_in(self, request: Request[Any, Any, Any], tokens: FromDishka[TokenService]) -> LoginOut:
        """The answer to an unknown address and to a wrong password is the same, and takes as long."""
        data = (await read_body(request, CredentialsIn)).checked()
        login = await tokens.log_in(data.email, data.password)
        user = msgspec.convert(login.user, ProfileOut, from_attributes=True)
        return LoginOut(access=login.tokens.access, refresh=login.tokens.refresh, user=user)

    @post(
        "/refresh",
        status_code=200,
        operation_id="refresh_tokens",
        summary="Get the next pair of tokens",
        opt=opt(Access.PUBLIC, body=RefreshIn, errors=(BadRefreshToken,)),
    )
    async def refresh(self, request: Request[Any, Any, Any], tokens: FromDishka[TokenService]) -> TokenPairOut:
        """A refresh token works once. One that is sent again ends its login, for it may have been stolen."""
        data = (await read_body(request, RefreshIn)).checked()
        return msgspec.convert(await tokens.refresh(data.refresh), TokenPairOut, from_attributes=True)

    @post(
        "/logout",
        status_code=204,
        operation_id="log_out",
        summary="Sign out",
        opt=opt(Access.PUBLIC, body=RefreshIn),
    )
    async def log_out(self, request: Request[Any, Any, Any], tokens: FromDishka[TokenService]) -> None:
        """Ends the login that the refresh token belongs to, access tokens included."""
        data = (await read_body(request, RefreshIn)).checked()
        await tokens.log_out(data.refresh)
