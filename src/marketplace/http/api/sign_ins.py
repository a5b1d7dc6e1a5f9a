"""The response to a sign-in, by whatever means."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response

from marketplace.core.domain.tokens import SecondFactorDue, SignedIn
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.http.api.users import ProfileOut
from marketplace.http.security.refresh_cookie import RefreshCookie
from marketplace.http.security.sign_in_limits import SignInLimits


class TokenPairOut(msgspec.Struct):
    """An access token for `Authorization: Bearer …` and a refresh token for the next pair."""

    access: str
    refresh: Annotated[str | None, msgspec.Meta(description="`null` if it's in the cookie.")]


class SignedInOut(TokenPairOut):
    """A login and its user."""

    user: ProfileOut


async def signed_in(
    request: Request[Any, Any, Any],
    cookie: RefreshCookie,
    limits: SignInLimits,
    login: SignedIn | SecondFactorDue,
    *,
    use_cookie: bool,
) -> Response[SignedInOut]:
    """Answer with the tokens; with `use_cookie`, the refresh token is in the cookie only, and the device is known.

    Raises `SecondFactorRequired` if the second factor is due.
    """
    if isinstance(login, SecondFactorDue):
        raise SecondFactorRequired(login.challenge, login.methods)
    user = msgspec.convert(login.user, ProfileOut, from_attributes=True)
    shown = None if use_cookie else login.tokens.refresh
    response = Response(SignedInOut(access=login.tokens.access, refresh=shown, user=user))
    if use_cookie:
        await cookie.replace(request, response, login.tokens.refresh)
        limits.remember(request, response, login.user.email)
    return response
