"""Taking the second factor off an account."""

from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive, Oneself
from marketplace.core.errors.second_factors import SecondFactorOff
from marketplace.core.services.admin.second_factors import SecondFactorAdminService
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.parsing import read_body


class SecondFactorAdminController(Controller):
    """Second factors of other people."""

    path = "/api/admin/users/{user_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/remove-second-factor",
        status_code=204,
        operation_id="admin_remove_second_factor",
        summary="Turn off a user's two-step sign-in",
        opt=opt(
            Access.STAFF,
            body=ReasonIn,
            proof=Proof.ALWAYS,
            errors=(NotFound, NotSuperuser, Oneself, AccountInactive, SecondFactorOff),
        ),
    )
    async def remove(
        self, request: Request[Any, Any, Any], user_id: FromPath[UUID], factors: FromDishka[SecondFactorAdminService]
    ) -> None:
        """For people who lost their device and their recovery codes. Ends all their logins; they get a mail."""
        data = (await read_body(request, ReasonIn)).checked()
        await factors.remove(principal_of(request), user_id, data.reason)
