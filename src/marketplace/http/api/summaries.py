"""Creator summary endpoint."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from msgspec import Meta

from marketplace.core.domain.money import Amount
from marketplace.core.domain.sessions import Title
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.services.summaries import SummaryService
from marketplace.http.api.offsets import OffsetsOut, offsets_of
from marketplace.http.conversions import converted
from marketplace.http.security.authorization import Access, opt, principal_of


class UpcomingSeatsOut(msgspec.Struct):
    """Seats of all upcoming booked starts."""

    seats_sold: int
    seats_offered: int
    fill_rate: Annotated[float | None, Meta(description="0 to 1; `null` if no seats are booked.")]


class NextBookedSlotOut(OffsetsOut, rename={"session_id": "session"}):
    """The next booked start, and its UTC offsets."""

    session_id: UUID
    title: Title
    starts_at: datetime
    ends_at: datetime
    seats_taken: int
    capacity: int


class DaySalesOut(msgspec.Struct):
    """Bookings made on one day, whenever the sessions take place, minus those cancelled since."""

    date: date
    seats: int
    income: Amount


class CreatorSummaryOut(msgspec.Struct):
    """A creator's numbers, by day in `time_zone`."""

    time_zone: Annotated[TimeZone, Meta(description="The time zone of the creator's profile.")]
    upcoming: UpcomingSeatsOut
    pending_bookings: Annotated[int, Meta(description="Bookings the creator can still respond to.")]
    expected_income: Annotated[
        Amount, Meta(description="Booked value of this month's starts: pending, confirmed and completed bookings.")
    ]
    completed_income: Annotated[Amount, Meta(description="The completed part of it.")]
    next_slot: NextBookedSlotOut | None
    days: Annotated[list[DaySalesOut], Meta(description="The last 30 days up to today, oldest first.")]


class SummaryController(Controller):
    """Numbers."""

    path = "/api/creator"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/summary",
        operation_id="get_creator_summary",
        summary="Get your creator summary",
        opt=opt(Access.CREATOR, scope="read"),
    )
    async def of_creator(
        self, request: Request[Any, Any, Any], summaries: FromDishka[SummaryService]
    ) -> CreatorSummaryOut:
        """Seats booked, booked value and the next session. For creators only."""
        found = await summaries.of_creator(principal_of(request))
        slot = found.next_slot
        shown = None
        if slot is not None:
            offsets = offsets_of(slot.starts_at, slot.ends_at, slot.time_zone, found.time_zone)
            shown = converted(slot, NextBookedSlotOut, offsets)
        return converted(found, CreatorSummaryOut, {"next_slot": shown})
