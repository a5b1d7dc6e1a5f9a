"""Admin list endpoints."""

from typing import Any, TypeVar

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get

from marketplace.core.domain.admin_lists import (
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
)
from marketplace.core.domain.pages import NumberedPage
from marketplace.core.errors import Overloaded
from marketplace.core.services.admin.lists import AdminListService
from marketplace.http.api.admin.audit import AuditEntryOut
from marketplace.http.api.admin.list_fields import (
    AuditListQuery,
    BookingListQuery,
    BookingRowOut,
    SessionListQuery,
    SessionRowOut,
    UserListQuery,
)
from marketplace.http.api.admin.pages import ESTIMATED, numbered
from marketplace.http.api.admin.user_structs import AccountOut
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.security.authorization import Access, opt
from marketplace.http.validation.parsing import read_query

F = TypeVar("F")
Out = TypeVar("Out", bound=msgspec.Struct)


class AdminListController(Controller):
    """Lists."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/users",
        operation_id="admin_list_users",
        summary="List accounts",
        opt=opt(Access.STAFF, query=UserListQuery, errors=(Overloaded,), headers=ESTIMATED),
    )
    async def users(
        self,
        request: Request[Any, Any, Any],
        lists: FromDishka[AdminListService],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[AccountOut]]:
        """Searches email address, username and names."""
        query: Any = read_query(request, UserListQuery).checked()
        async with heavy.answers.turn(request, "list_users"):
            return _answer(
                await lists.users(as_filters(ListedUserFilters, query), query.offset, query.limit), AccountOut
            )

    @get(
        "/sessions",
        operation_id="admin_list_sessions",
        summary="List sessions of any status",
        opt=opt(Access.STAFF, query=SessionListQuery, errors=(Overloaded,), headers=ESTIMATED),
    )
    async def sessions(
        self,
        request: Request[Any, Any, Any],
        lists: FromDishka[AdminListService],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[SessionRowOut]]:
        """Searches title and description together, or the creator. An ID matches a session or a creator."""
        query: Any = read_query(request, SessionListQuery).checked()
        async with heavy.answers.turn(request, "list_sessions"):
            return _answer(
                await lists.sessions(as_filters(ListedSessionFilters, query), query.offset, query.limit), SessionRowOut
            )

    @get(
        "/bookings",
        operation_id="admin_list_bookings",
        summary="List bookings",
        opt=opt(Access.STAFF, query=BookingListQuery, errors=(Overloaded,), headers=ESTIMATED),
    )
    async def bookings(
        self,
        request: Request[Any, Any, Any],
        lists: FromDishka[AdminListService],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[BookingRowOut]]:
        """Searches the learner, the creator or the title. An ID matches a booking, a session or a user."""
        query: Any = read_query(request, BookingListQuery).checked()
        async with heavy.answers.turn(request, "list_bookings"):
            return _answer(
                await lists.bookings(as_filters(ListedBookingFilters, query), query.offset, query.limit), BookingRowOut
            )

    @get(
        "/audit",
        operation_id="admin_list_audit",
        summary="List audit log entries",
        opt=opt(Access.STAFF, query=AuditListQuery, errors=(Overloaded,), headers=ESTIMATED),
    )
    async def audit(
        self,
        request: Request[Any, Any, Any],
        lists: FromDishka[AdminListService],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[AuditEntryOut]]:
        """Searches action, reason and changed email addresses, or the people involved.

        An ID matches any ID of an entry.
        """
        query: Any = read_query(request, AuditListQuery).checked()
        async with heavy.answers.turn(request, "list_audit"):
            return _answer(
                await lists.audit(as_filters(ListedAuditFilters, query), query.offset, query.limit), AuditEntryOut
            )


def as_filters(kind: type[F], query: msgspec.Struct) -> F:
    """Convert a query to its filters and order."""
    return msgspec.convert(query, kind, from_attributes=True, strict=False)


def _answer(page: NumberedPage[Any], kind: type[Out]) -> Response[list[Out]]:
    return numbered(page.items, page.total, kind, is_estimated=page.is_estimated)
