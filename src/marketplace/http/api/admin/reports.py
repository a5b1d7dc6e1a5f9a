"""Report endpoints for staff."""

from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.fields import Choice, OptionalStaffReason, StaffReason
from marketplace.core.domain.reports import Resolution
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.http.api.admin.pages import TOTAL, NumberedPageQuery, numbered
from marketplace.http.api.reports import ReportOut
from marketplace.http.api.session_structs import ModerationOut, SessionBaseOut
from marketplace.http.api.users import ContactOut
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body, read_query

ResolutionWord = Annotated[
    Resolution,
    Choice(
        get_args(Resolution),
        example="hidden",
        description="`hidden` hides the session, shows `reason` to its creator and resolves all open reports about it.",
    ),
]


class ResolutionIn(msgspec.Struct, kw_only=True):
    """The resolution of a report, and the reason."""

    resolution: ResolutionWord
    reason: StaffReason


class ModeratedSessionOut(SessionBaseOut, rename={"creator_id": "creator"}):
    """A session as staff see it, including hidden and archived ones."""

    moderation: ModerationOut | None
    archived_at: datetime | None


class ReportRecordOut(ReportOut, rename={"session_id": "session", "reporter_id": "reporter"}):
    """A report as staff see it. `resolution` is `null` while it's open; `note` is the reason for the resolution."""

    session_details: ModeratedSessionOut
    reporter_id: UUID
    reporter_details: ContactOut
    resolution: Resolution | None
    resolved_at: datetime | None
    resolved_by: UUID | None
    note: OptionalStaffReason


class ReportAdminController(Controller):
    """Reports."""

    path = "/api/admin/reports"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_list_reports",
        summary="List open reports",
        opt=opt(Access.STAFF, query=NumberedPageQuery, headers=TOTAL),
    )
    async def list_open(
        self, request: Request[Any, Any, Any], sessions: FromDishka[SessionAdminService]
    ) -> Response[list[ReportRecordOut]]:
        """Oldest first."""
        query = read_query(request, NumberedPageQuery).checked()
        found, total = await sessions.open_reports(query.limit, query.offset)
        return numbered(found, total, ReportRecordOut)

    @post(
        "/{report_id:uuid}/resolve",
        status_code=200,
        operation_id="admin_resolve_report",
        summary="Resolve a report",
        opt=opt(Access.STAFF, body=ResolutionIn, is_keyed=True, errors=(NotFound, IllegalTransition)),
    )
    async def resolve(
        self, request: Request[Any, Any, Any], report_id: FromPath[UUID], sessions: FromDishka[SessionAdminService]
    ) -> Response[ReportRecordOut]:
        """Dismisses the report or hides the session."""
        parsed = await read_body(request, ResolutionIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        created = await sessions.resolve(principal_of(request), report_id, data.resolution, data.reason, key=key)
        return answer(created, ReportRecordOut)
