"""Report endpoint."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from marketplace.core.domain.reports import ReportReasonWord, ReportText
from marketplace.core.errors import AlreadyReported, NotFound, OwnSession, RateLimited
from marketplace.core.services.reports import ReportService
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body


class ReportIn(msgspec.Struct, kw_only=True):
    """A report about a session."""

    reason: ReportReasonWord
    text: ReportText = ""


class ReportOut(msgspec.Struct, rename={"session_id": "session"}):
    """The created report."""

    id: UUID
    session_id: UUID
    reason: ReportReasonWord
    text: ReportText
    created_at: datetime


class ReportController(Controller):
    """Reports."""

    path = "/api/sessions/{session_id:uuid}/report"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        operation_id="report_session",
        summary="Report a session",
        opt=opt(
            Access.SIGNED_IN, body=ReportIn, is_keyed=True, errors=(NotFound, OwnSession, AlreadyReported, RateLimited)
        ),
    )
    async def report(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], reports: FromDishka[ReportService]
    ) -> Response[ReportOut]:
        """Once per user and session. The creator can't see who reported it."""
        parsed = await read_body(request, ReportIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        created = await reports.report(principal_of(request), session_id, data.reason, data.text, key=key)
        return answer(created, ReportOut)
