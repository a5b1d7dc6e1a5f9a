"""Endpoints for staff about how people sign in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, get
from litestar.params import FromPath

from marketplace.core.errors import NotFound
from marketplace.core.services.admin.ways_in import WaysInAdminService
from marketplace.core.services.provider_sign_ins import ProviderSignIns
from marketplace.http.api.identities import IdentityOut, identity_out
from marketplace.http.api.passkey_structs import PasskeyOut
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, opt


class WaysInOut(msgspec.Struct):
    """What a user signs in with. No secret of it is shown to anyone."""

    has_password: bool
    second_factor_since: Annotated[
        datetime | None, msgspec.Meta(description="When two-step sign-in was turned on; `null` while it is off.")
    ]
    recovery_codes_left: int
    passkeys: list[PasskeyOut]
    identities: list[IdentityOut]


class WaysInAdminController(Controller):
    """How an account is signed in to."""

    path = "/api/admin/users/{user_id:uuid}/ways-in"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_get_ways_in",
        summary="See how a user signs in",
        opt=opt(Access.STAFF, errors=(NotFound,)),
    )
    async def retrieve(
        self, user_id: FromPath[UUID], ways_in: FromDishka[WaysInAdminService], sign_ins: FromDishka[ProviderSignIns]
    ) -> WaysInOut:
        """Password, two-step sign-in, passkeys and connected services, oldest first. Only the user changes them."""
        found = await ways_in.get(user_id)
        return WaysInOut(
            has_password=found.has_password,
            second_factor_since=found.second_factor.since,
            recovery_codes_left=found.second_factor.recovery_codes_left,
            passkeys=[converted(each, PasskeyOut) for each in found.passkeys],
            identities=[identity_out(each, sign_ins.configured) for each in found.identities],
        )
