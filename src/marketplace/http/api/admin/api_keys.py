"""Endpoints for staff about people's API keys."""

from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound, NotSuperuser
from marketplace.core.errors.admin import AccountInactive
from marketplace.core.services.admin.users import UserAdminService
from marketplace.core.services.api_keys import ApiKeyService
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.api.api_keys import ApiKeyOut, api_key_out
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body


class ApiKeyAdminController(Controller):
    """The API keys of an account."""

    path = "/api/admin/users/{user_id:uuid}/api-keys"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_list_api_keys",
        summary="List a user's API keys",
        opt=opt(Access.STAFF, errors=(NotFound,)),
    )
    async def list_keys(
        self, user_id: FromPath[UUID], users: FromDishka[UserAdminService], keys: FromDishka[ApiKeyService]
    ) -> list[ApiKeyOut]:
        """Newest first, without their secrets. Expired and revoked keys are listed for 90 days."""
        await users.get(user_id)
        return [api_key_out(key) for key in await keys.list_of(user_id)]

    @post(
        "/{key_id:uuid}/revoke",
        status_code=204,
        operation_id="admin_revoke_api_key",
        summary="Revoke a user's API key",
        opt=opt(Access.STAFF, body=ReasonIn, errors=(NotFound, NotSuperuser, AccountInactive)),
    )
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        key_id: FromPath[UUID],
        keys: FromDishka[ApiKeyService],
    ) -> None:
        """It changes nothing from then on, and reads nothing within a second."""
        data = (await read_body(request, ReasonIn)).checked()
        await keys.revoke_as_staff(principal_of(request), user_id, key_id, data.reason)
