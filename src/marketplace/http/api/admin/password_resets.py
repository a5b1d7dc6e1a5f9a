"""Password reset links that staff issue."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, Oneself
from marketplace.core.services.password_resets import ResetService
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.parsing import read_body


class ResetOut(msgspec.Struct):
    """A password reset link, shown only once. `path` is the page of this site that accepts it."""

    token: str
    path: str
    expires_at: datetime


class ResetAdminController(Controller):
    """Password reset links."""

    path = "/api/admin/users/{user_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/password-reset",
        operation_id="admin_issue_password_reset",
        summary="Create a password reset link",
        opt=opt(
            Access.STAFF,
            body=ReasonIn,
            proof=Proof.ALWAYS,
            errors=(NotFound, NotSuperuser, Oneself, AccountInactive),
        ),
    )
    async def issue_reset(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], resets: FromDishka[ResetService]
    ) -> ResetOut:
        """Shown only once. Works once, within a day, while its issuer may issue it. Replaces the user's older links."""
        data = (await read_body(request, ReasonIn)).checked()
        issued = await resets.issue(principal_of(request), user_id, data.reason)
        # in the fragment, which browsers do not send, so that it reaches no server log
        path = f"/reset-password#{issued.token}"
        return ResetOut(token=issued.token, path=path, expires_at=issued.expires_at)
