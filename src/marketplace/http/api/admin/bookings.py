"""Booking endpoints for staff; every change needs a reason."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from litestar.params import FromPath

from marketplace.core.domain.fields import StaffReason
from marketplace.core.errors import NotFound, NotYours, TooLate
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.http.api.admin.audit import AuditEntryOut
from marketplace.http.api.admin.user_structs import ReasonIn
from marketplace.http.api.booking_routes import CONFIRM_CONFLICTS, BookingRoutes
from marketplace.http.api.booking_views import BOOKING_NAMES, BookingHistoryOut, BookingViews
from marketplace.http.api.offsets import ViewerQuery, viewer_zone_of
from marketplace.http.api.requested_starts import StartIn
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import AnsweredStart


class StaffAnswerIn(ReasonIn, kw_only=True):
    """The reason, and what is answered."""

    requested_start: AnsweredStart = None


class MoveIn(StartIn, kw_only=True):
    """Another start of the same session, as in booking, and the reason."""

    reason: StaffReason


class BookingRecordOut(BookingHistoryOut, rename=BOOKING_NAMES):
    """A booking with its history, oldest step first, and its latest audit log entries, newest first."""

    log: list[AuditEntryOut]


STAFF_ROUTES = BookingRoutes(
    access=Access.STAFF,
    scope=None,
    prefix="",
    operation="admin_{}_booking",
    step=ReasonIn,
    answer=StaffAnswerIn,
    is_step_optional=False,
    move=MoveIn,
)


class BookingAdminController(Controller):
    """Bookings."""

    path = "/api/admin/bookings/{booking_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="admin_get_booking",
        summary="Get a booking",
        opt=opt(Access.STAFF, query=ViewerQuery, errors=(NotFound,)),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingAdminService],
        views: FromDishka[BookingViews],
    ) -> BookingRecordOut:
        """Any booking, with its history."""
        principal, zone = principal_of(request), viewer_zone_of(request)
        booking = await bookings.get(booking_id)
        shown = await views.with_payment(principal, zone, booking, BookingHistoryOut, for_staff=True)
        log = msgspec.convert(await bookings.log(booking_id), list[AuditEntryOut], from_attributes=True)
        return BookingRecordOut(**msgspec.structs.asdict(shown), log=log)

    cancel = STAFF_ROUTES.step_route(
        "cancel",
        "Cancel any booking",
        ("Until the session ends, whatever its cancellation notice. The seats become available right away."),
        TooLate,
    )
    confirm = STAFF_ROUTES.step_route(
        "confirm",
        "Confirm a pending booking or a requested start for its creator",
        "Until `respond_by`. Not for your own bookings.",
        NotYours,
        *CONFIRM_CONFLICTS,
    )
    decline = STAFF_ROUTES.step_route(
        "decline",
        "Decline a pending booking or a requested start for its creator",
        "Until `respond_by`. Not for your own bookings.",
        NotYours,
        TooLate,
    )
    complete = STAFF_ROUTES.step_route(
        "complete",
        "Complete a booking for its creator",
        "Once the session has ended. Not for your own bookings.",
        NotYours,
    )

    reschedule = STAFF_ROUTES.move_route(
        "Reschedule any booking", "The booking gets the new seats or keeps the old ones."
    )
