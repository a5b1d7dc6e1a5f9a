"""Changing the seats of a booking."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, patch
from litestar.params import FromPath

from marketplace.core.domain.bookings import Seats
from marketplace.core.errors import IllegalTransition, NotBookable, NotFound, NotYours, OwnSession, SoldOut, TooLate
from marketplace.core.errors.payments import SeatsPaid
from marketplace.core.services.seat_changes import SeatChanges
from marketplace.http.api.booking_views import BookingHistoryOut, BookingViews
from marketplace.http.idempotency import key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body


class SeatsIn(msgspec.Struct, kw_only=True):
    """The number of seats that the booking shall have."""

    seats: Seats


class SeatsController(Controller):
    """Seats of a booking."""

    path = "/api/bookings/{booking_id:uuid}"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @patch(
        "/",
        operation_id="change_booking_seats",
        summary="Change the seats of a booking",
        opt=opt(
            Access.SIGNED_IN,
            scope="bookings:write",
            body=SeatsIn,
            is_keyed=True,
            errors=(NotFound, NotYours, OwnSession, IllegalTransition, TooLate, SoldOut, NotBookable, SeatsPaid),
        ),
    )
    async def change(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        seat_changes: FromDishka[SeatChanges],
        views: FromDishka[BookingViews],
    ) -> Response[BookingHistoryOut]:
        """For the learner: fewer until `cancellable_until`, more until the start, each for the price in `terms`.

        More of a paid booking are held until `pay_by`, and kept once their `payment` is made.
        """
        parsed = await read_body(request, SeatsIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        principal = principal_of(request)
        changed = await seat_changes.change(principal, booking_id, data.seats, key=key)
        return await views.response(principal, changed, BookingHistoryOut)
