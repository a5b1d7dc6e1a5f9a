"""Password reset endpoint."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post

from marketplace.core.domain.passwords import NewPassword
from marketplace.core.errors import BadResetToken
from marketplace.core.services.password_resets import ResetService
from marketplace.http.security.authorization import Access, opt
from marketplace.http.security.device_cookie import DEVICE_HEADER
from marketplace.http.security.origin import origin_of
from marketplace.http.security.sign_in_limits import SignInLimits
from marketplace.http.validation.fields import ResetTokenField
from marketplace.http.validation.parsing import read_body


class PasswordResetIn(msgspec.Struct, kw_only=True):
    """The token of a reset link and the new password."""

    token: ResetTokenField
    new_password: NewPassword


class ResetController(Controller):
    """Password resets."""

    path = "/api/auth"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/password-reset",
        status_code=204,
        operation_id="reset_password",
        summary="Reset a password",
        opt=opt(Access.PUBLIC, body=PasswordResetIn, errors=(BadResetToken,), headers={"Set-Cookie": DEVICE_HEADER}),
    )
    async def reset(
        self, request: Request[Any, Any, Any], resets: FromDishka[ResetService], limits: FromDishka[SignInLimits]
    ) -> Response[None]:
        """Ends all logins of the user, who then signs in with the new password. A link works once.

        Every invalid link gets the same response.
        """
        parsed = await read_body(request, PasswordResetIn)
        data = parsed.checked(resets.validate(parsed.values))
        email = await resets.reset(data.token, data.new_password, origin_of(request))
        response = Response(None, status_code=204)
        limits.remember(request, response, email)
        return response
