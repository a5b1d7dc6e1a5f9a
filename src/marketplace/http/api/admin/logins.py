"""Endpoints for staff that end people's logins."""

from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, Oneself
from marketplace.core.services.admin.logins import LoginAdminService
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body

ERRORS = (NotFound, NotSuperuser, Oneself, AccountInactive)


class LoginAdminController(Controller):
    """The logins of an account, which `GET /api/admin/users/{user_id}/` lists."""

    path = "/api/admin/users/{user_id:uuid}/logins"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/end",
        status_code=204,
        operation_id="admin_end_logins",
        summary="Sign a user out everywhere",
        opt=opt(Access.STAFF, body=ReasonIn, errors=ERRORS),
    )
    async def end_all(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], logins: FromDishka[LoginAdminService]
    ) -> None:
        """All logins end within a second; the account stays active, and the user gets a mail. API keys stay."""
        data = (await read_body(request, ReasonIn)).checked()
        await logins.end_all(principal_of(request), user_id, data.reason)

    @post(
        "/{login_id:uuid}/end",
        status_code=204,
        operation_id="admin_end_login",
        summary="Sign a user out on one device",
        opt=opt(Access.STAFF, body=ReasonIn, errors=ERRORS),
    )
    async def end(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        login_id: FromPath[UUID],
        logins: FromDishka[LoginAdminService],
    ) -> None:
        """The login ends within a second, and the user gets a mail unless it was staff who viewed the site as them."""
        data = (await read_body(request, ReasonIn)).checked()
        await logins.end(principal_of(request), user_id, login_id, data.reason)
