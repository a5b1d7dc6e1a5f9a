"""Impersonation endpoint."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound
from marketplace.core.errors.admin import AccountInactive, Oneself, StaffTarget
from marketplace.core.services.admin.impersonation import ImpersonationService
from marketplace.http.api.admin.user_structs import AccountOut, ReasonIn, account_of
from marketplace.http.security.authorization import Access, Proof, opt, principal_of
from marketplace.http.validation.parsing import read_body


class ImpersonationOut(msgspec.Struct):
    """An impersonation: a read-only access token without a refresh token."""

    access: str
    expires_at: datetime
    user: AccountOut


class ImpersonationController(Controller):
    """Impersonation."""

    path = "/api/admin/users/{user_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/impersonate",
        operation_id="admin_impersonate_user",
        summary="View the site as another user",
        opt=opt(
            Access.STAFF,
            body=ReasonIn,
            proof=Proof.ALWAYS,
            errors=(NotFound, Oneself, StaffTarget, AccountInactive),
        ),
    )
    async def impersonate(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        impersonations: FromDishka[ImpersonationService],
    ) -> ImpersonationOut:
        """For 15 minutes, until `logout` with this token, or until your own login ends.

        Staff members can't be impersonated. Every unsafe method gets 403 `impersonated_read_only`.
        """
        data = (await read_body(request, ReasonIn)).checked()
        started = await impersonations.begin(principal_of(request), user_id, data.reason)
        return ImpersonationOut(access=started.access, expires_at=started.expires_at, user=account_of(started.user))
