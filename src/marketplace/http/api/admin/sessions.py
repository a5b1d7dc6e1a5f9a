"""Session endpoints for staff."""

from collections.abc import Awaitable
from typing import Any, Protocol
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, patch, post
from litestar.params import FromPath

from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.fields import OptionalStaffReason
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import (
    AddressesMissing,
    CreatorUnavailable,
    HasUpcomingBookings,
    IllegalTransition,
    NotFound,
)
from marketplace.core.errors.admin import NotListed
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.sessions import SessionService
from marketplace.http.api.admin.audit import AuditEntryOut
from marketplace.http.api.admin.reports import ModeratedSessionOut, ReportRecordOut
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.api.session_structs import SessionIn
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_optional_body


class SessionEditIn(SessionIn, kw_only=True):
    """Staff changes to a session, and the reason. Fields you don't send stay as they are."""

    reason: OptionalStaffReason = ""


class OptionalReasonIn(msgspec.Struct, kw_only=True):
    """An optional reason."""

    reason: OptionalStaffReason = ""


class SessionRecordOut(ModeratedSessionOut, rename={"creator_id": "creator"}):
    """A session with its latest reports and audit log entries."""

    reports: list[ReportRecordOut]
    log: list[AuditEntryOut]


class _Step(Protocol):
    """A moderation step of `SessionAdminService`."""

    def __call__(
        self, principal: Principal, session_id: UUID, reason: str, /, *, key: IdempotencyKey | None
    ) -> Awaitable[Outcome[CatalogSession]]: ...


class SessionAdminController(Controller):
    """Sessions."""

    path = "/api/admin/sessions/{session_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="admin_get_session", summary="Get a session", opt=opt(Access.STAFF, errors=(NotFound,)))
    async def retrieve(self, session_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]) -> SessionRecordOut:
        """Of any status, with its reports and audit log entries."""
        found = await sessions.get(session_id)
        shown = msgspec.convert(found, ModeratedSessionOut, from_attributes=True)
        return SessionRecordOut(
            **msgspec.structs.asdict(shown),
            reports=msgspec.convert(await sessions.reports(session_id), list[ReportRecordOut], from_attributes=True),
            log=msgspec.convert(await sessions.log(session_id), list[AuditEntryOut], from_attributes=True),
        )

    @patch(
        "/",
        operation_id="admin_change_session",
        summary="Update a session for its creator",
        opt=opt(
            Access.STAFF,
            body=SessionEditIn,
            is_partial=True,
            errors=(NotFound, HasUpcomingBookings, CreatorUnavailable, AddressesMissing),
        ),
    )
    async def change(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> ModeratedSessionOut:
        """The creator's rules apply. Fields you don't send stay as they are."""
        parsed = await read_body(request, SessionEditIn, partial=True)
        changes = parsed.changes(sessions.validate(parsed.values))
        reason = changes.pop("reason", "")
        changed = await sessions.change(principal_of(request), session_id, changes, reason)
        return msgspec.convert(changed, ModeratedSessionOut, from_attributes=True)

    @post(
        "/hide",
        status_code=200,
        operation_id="admin_hide_session",
        summary="Hide a session",
        opt=opt(Access.STAFF, body=ReasonIn, is_keyed=True, errors=(NotFound, IllegalTransition)),
    )
    async def hide(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]
    ) -> Response[ModeratedSessionOut]:
        """Only its creator and staff can see it. The creator sees the reason and can't undo it.

        Existing bookings stay. Open reports about it are resolved.
        """
        return await _step(request, session_id, sessions.hide, await read_body(request, ReasonIn))

    @post(
        "/restore",
        status_code=200,
        operation_id="admin_restore_session",
        summary="Restore a hidden session",
        opt=opt(
            Access.STAFF,
            body=OptionalReasonIn,
            is_body_optional=True,
            is_keyed=True,
            errors=(NotFound, IllegalTransition),
        ),
    )
    async def restore(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]
    ) -> Response[ModeratedSessionOut]:
        """It returns to the status its creator gave it: active or inactive."""
        return await _step(request, session_id, sessions.restore, await read_optional_body(request, OptionalReasonIn))

    @post(
        "/feature",
        status_code=200,
        operation_id="admin_feature_session",
        summary="Feature a session",
        opt=opt(
            Access.STAFF,
            body=OptionalReasonIn,
            is_body_optional=True,
            is_keyed=True,
            errors=(NotFound, IllegalTransition, NotListed),
        ),
    )
    async def feature(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]
    ) -> Response[ModeratedSessionOut]:
        """`GET /api/sessions/?featured=true` lists it first until another session is featured."""
        return await _step(request, session_id, sessions.feature, await read_optional_body(request, OptionalReasonIn))

    @post(
        "/unfeature",
        status_code=200,
        operation_id="admin_unfeature_session",
        summary="Unfeature a session",
        opt=opt(
            Access.STAFF,
            body=OptionalReasonIn,
            is_body_optional=True,
            is_keyed=True,
            errors=(NotFound, IllegalTransition),
        ),
    )
    async def unfeature(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]
    ) -> Response[ModeratedSessionOut]:
        """It stays in the catalog."""
        parsed = await read_optional_body(request, OptionalReasonIn)
        return await _step(request, session_id, sessions.unfeature, parsed)

    @post(
        "/archive",
        status_code=200,
        operation_id="admin_archive_session",
        summary="Archive a session for its creator",
        opt=opt(Access.STAFF, body=ReasonIn, is_keyed=True, errors=(NotFound, HasUpcomingBookings)),
    )
    async def archive(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], sessions: FromDishka[SessionService]
    ) -> Response[ModeratedSessionOut]:
        """Permanent. The creator's rules apply: a session with upcoming bookings can't be archived."""
        return await _step(request, session_id, sessions.archive, await read_body(request, ReasonIn))


async def _step(
    request: Request[Any, Any, Any], session_id: UUID, take: _Step, parsed: ParsedBody[Any]
) -> Response[ModeratedSessionOut]:
    data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
    return answer(await take(principal_of(request), session_id, data.reason, key=key), ModeratedSessionOut)
