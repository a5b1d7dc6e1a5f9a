"""Reporting a session, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from marketplace.core.domain.reports import REPORT_TEXT_LENGTH, ReportReason
from marketplace.core.errors import AlreadyReported, NotFound, OwnSession
from marketplace.core.services.reports import ReportService
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import field
from marketplace.http.validation.parsing import read_body
from marketplace.http.validation.validators import FREE, one_of, text

ReportReasonWord = Annotated[
    ReportReason,
    field(
        one_of(*get_args(ReportReason)),
        {"type": "string", "enum": list(get_args(ReportReason))},
        "misleading",
        "What's wrong with it.",
    ),
]
ReportText = Annotated[
    str,
    field(
        text(0, REPORT_TEXT_LENGTH),
        {"type": "string", "maxLength": REPORT_TEXT_LENGTH, "pattern": FREE},
        "The photo shows another place.",
        "Details for staff.",
    ),
]


class ReportIn(msgspec.Struct, kw_only=True):
    """A report about a session."""

    reason: ReportReasonWord
    text: ReportText = ""


class ReportOut(msgspec.Struct, rename={"session_id": "session"}):
    """The created report."""

    id: UUID
    session_id: UUID
    reason: ReportReason
    text: str
    created_at: datetime


class ReportController(Controller):
    """Reports."""

    path = "/api/sessions/{session_id:uuid}/report"
    tags = ["sessions"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/",
        operation_id="report_session",
        summary="Report a session",
        opt=opt(Access.SIGNED_IN, body=ReportIn, is_keyed=True, errors=(NotFound, OwnSession, AlreadyReported)),
    )
    async def report(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], reports: FromDishka[ReportService]
    ) -> Response[ReportOut]:
        """Once per user and session. The creator can't see who reported it."""
        parsed = await read_body(request, ReportIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        created = await reports.report(principal_of(request), session_id, data.reason, data.text, key=key)
        return answer(created, ReportOut)
