"""Picture endpoints: of sessions, and the stored pictures themselves."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.params import FromPath

from marketplace.core.domain.fields import OptionalStaffReason
from marketplace.core.domain.pictures import AltText, Position
from marketplace.core.errors import NotACreator, NotFound, NotYours, RateLimited
from marketplace.core.errors.pictures import (
    DamagedPicture,
    PictureTooLarge,
    PictureUnavailable,
    StoreRefused,
    StoreUnknown,
    TooManyPictures,
    UnsupportedPicture,
)
from marketplace.core.ports.pictures import ObjectStore
from marketplace.core.services.pictures import PictureService
from marketplace.http.api.sessions import SessionOut, session_out
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.static.files import MEDIA_TYPES
from marketplace.http.static.frontend import IMMUTABLE
from marketplace.http.validation.parsing import read_body, read_values
from marketplace.http.validation.uploads import read_upload

UPLOAD_ERRORS = (DamagedPicture, PictureTooLarge, UnsupportedPicture, RateLimited)
MAX_DIGITS = 5
"""Of a width. A longer one is no name that a store could have."""
VERSIONS = {f".{kind}" for kind in ("avif", "webp")}
FILE_HEADERS = {
    "Cache-Control": IMMUTABLE,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # share cards and mails of other sites show them
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class PictureTextsIn(msgspec.Struct, kw_only=True):
    """The texts of an upload."""

    alt: AltText = ""


class PictureIn(msgspec.Struct, kw_only=True):
    """Changes to a picture. `reason` is of staff, for the audit log."""

    alt: AltText = ""
    position: Position = 1
    reason: OptionalStaffReason = ""


class PictureController(Controller):
    """The pictures of a session."""

    path = "/api/sessions/{session_id:uuid}/pictures"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        operation_id="add_picture",
        summary="Add a picture",
        request_max_body_size=None,  # bounded while it is read
        opt=opt(
            Access.SIGNED_IN,
            scope="sessions:write",
            upload=PictureTextsIn,
            errors=(NotFound, NotYours, NotACreator, TooManyPictures, *UPLOAD_ERRORS),
        ),
    )
    async def add(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], pictures: FromDishka[PictureService]
    ) -> SessionOut:
        """At most 16 MB, 64 megapixels and 6 pictures a session. Only pixels are kept. Repeating it adds nothing."""
        principal = principal_of(request)
        await pictures.require_addable(principal, session_id)
        form = await read_upload(request)
        texts = read_values(PictureTextsIn, form.texts, partial=True).checked()
        added = await pictures.add(principal, session_id, form.file, texts.alt)
        return session_out(added, principal.time_zone)

    @patch(
        "/{picture_id:uuid}",
        operation_id="change_picture",
        summary="Describe or move a picture",
        opt=opt(
            Access.SIGNED_IN,
            scope="sessions:write",
            body=PictureIn,
            is_partial=True,
            errors=(NotFound, NotYours, NotACreator),
        ),
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        picture_id: FromPath[UUID],
        pictures: FromDishka[PictureService],
    ) -> SessionOut:
        """For its creator and staff. A position after the last one means the last."""
        principal = principal_of(request)
        changes = (await read_body(request, PictureIn, partial=True)).changes()
        reason = changes.pop("reason", "")
        changed = await pictures.change(principal, session_id, picture_id, changes, reason)
        return session_out(changed, principal.time_zone)

    @delete(
        "/{picture_id:uuid}",
        operation_id="delete_picture",
        summary="Delete a picture",
        opt=opt(Access.SIGNED_IN, scope="sessions:write", errors=(NotFound, NotYours, NotACreator)),
    )
    async def remove(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        picture_id: FromPath[UUID],
        pictures: FromDishka[PictureService],
    ) -> None:
        """For its creator and staff. Its address works for up to two hours more."""
        await pictures.delete(principal_of(request), session_id, picture_id)


class PictureFileController(Controller):
    """Stored pictures. What is behind an address never changes, so caches keep it."""

    include_in_schema = False

    @get("/pictures/{picture_id:uuid}/{version:str}", opt=opt(Access.PUBLIC))
    async def file(
        self, picture_id: FromPath[UUID], version: FromPath[str], objects: FromDishka[ObjectStore]
    ) -> Response[bytes]:
        """Return one version of a picture."""
        width, dot, kind = version.partition(".")
        is_width = width.isascii() and width.isdecimal() and len(width) <= MAX_DIGITS
        is_version = is_width and f"{dot}{kind}" in VERSIONS
        try:
            body = await objects.get(f"{picture_id}/{version}") if is_version else None
        except (StoreRefused, StoreUnknown) as error:
            raise PictureUnavailable from error
        if body is None:
            raise NotFound
        return Response(body, media_type=MEDIA_TYPES[f"{dot}{kind}"], headers=FILE_HEADERS)
