"""Avatar endpoints."""

from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, delete, post

from marketplace.core.services.avatars import AvatarService
from marketplace.http.api.pictures import UPLOAD_ERRORS
from marketplace.http.api.users import ProfileOut
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.uploads import read_upload


class NoTextsIn(msgspec.Struct, kw_only=True):
    """An upload without texts."""


class AvatarController(Controller):
    """One's own avatar."""

    path = "/api/auth/avatar"
    tags = ["accounts"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        status_code=200,
        operation_id="upload_avatar",
        summary="Upload your avatar",
        request_max_body_size=None,  # bounded while it is read
        opt=opt(Access.SIGNED_IN, scope="profile:write", upload=NoTextsIn, errors=UPLOAD_ERRORS),
    )
    async def upload(self, request: Request[Any, Any, Any], avatars: FromDishka[AvatarService]) -> ProfileOut:
        """Its centre becomes a square. `avatar` is then a path on this site."""
        principal = principal_of(request)
        await avatars.count(principal)
        form = await read_upload(request)
        return msgspec.convert(await avatars.upload(principal, form.file), ProfileOut, from_attributes=True)

    @delete(
        "/",
        operation_id="delete_avatar",
        summary="Delete your avatar",
        opt=opt(Access.SIGNED_IN, scope="profile:write"),
    )
    async def remove(self, request: Request[Any, Any, Any], avatars: FromDishka[AvatarService]) -> None:
        """Of any kind."""
        await avatars.delete(principal_of(request))
