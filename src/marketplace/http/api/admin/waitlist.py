"""Endpoints for staff about waitlists."""

from typing import Any
from uuid import UUID

from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get
from litestar.params import FromPath

from marketplace.core.domain.pages import Page
from marketplace.core.errors import NotFound
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.http.api.waitlist import WaitlistEntryOut, entry_out
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_query


class WaitlistAdminController(Controller):
    """Who waits for a session."""

    path = "/api/admin/sessions/{session_id:uuid}/waitlist"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_list_waitlist",
        summary="List who waits for a session",
        opt=opt(Access.STAFF, query=PageQuery, errors=(NotFound,), headers=LINK),
    )
    async def list_all(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        sessions: FromDishka[SessionAdminService],
        cursors: FromDishka[Cursors],
    ) -> Response[list[WaitlistEntryOut]]:
        """With the offers that are open. By start, in the order of each line."""
        parsed = read_query(request, PageQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        page = await sessions.waitlist(session_id, query.limit, cursors.open(request, query.cursor))
        zone = principal_of(request).time_zone
        shown = tuple(entry_out(each, zone) for each in page.items)
        return cursors.answer(request, Page(shown, page.next)).response()
