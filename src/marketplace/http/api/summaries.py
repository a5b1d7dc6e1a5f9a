"""A creator's numbers over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, get
from msgspec import Meta

from marketplace.core.domain.sessions import Title
from marketplace.core.domain.users import TimeZone
from marketplace.core.services.summaries import SummaryService
from marketplace.http.security.authorization import Access, opt, principal_of


class UpcomingSeatsOut(msgspec.Struct):
    """Seats of all starts to come at which somebody has one."""

    seats_sold: int
    seats_offered: int
    fill_rate: Annotated[float | None, Meta(description="0 to 1; `null` when nobody has a seat.")]


class NextBookedSlotOut(msgspec.Struct, rename={"session_id": "session"}):
    """The next start at which somebody has a seat."""

    session_id: UUID
    title: Title
    starts_at: datetime
    ends_at: datetime
    seats_taken: int
    capacity: int


class DaySalesOut(msgspec.Struct):
    """What was booked on one day, whenever it takes place, less what was cancelled since."""

    date: date
    seats: int
    income: Decimal


class CreatorSummaryOut(msgspec.Struct):
    """A creator's numbers, by the days of `time_zone`."""

    time_zone: Annotated[TimeZone, Meta(description="That of the creator's profile.")]
    upcoming: UpcomingSeatsOut
    pending_bookings: Annotated[int, Meta(description="Bookings that the creator still can answer.")]
    expected_income: Annotated[
        Decimal, Meta(description="Of this month's starts: pending, confirmed and completed bookings.")
    ]
    completed_income: Annotated[Decimal, Meta(description="The part of it that is completed.")]
    next_slot: NextBookedSlotOut | None
    days: Annotated[list[DaySalesOut], Meta(description="The last 30 days, oldest first, today the last.")]


class SummaryController(Controller):
    """Numbers."""

    path = "/api/creator"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/summary",
        operation_id="get_creator_summary",
        summary="Read one's numbers as a creator",
        opt=opt(Access.CREATOR),
    )
    async def of_creator(
        self, request: Request[Any, Any, Any], summaries: FromDishka[SummaryService]
    ) -> CreatorSummaryOut:
        """Seats sold, income and what comes next. Creators only."""
        found = await summaries.of_creator(principal_of(request))
        return msgspec.convert(found, CreatorSummaryOut, from_attributes=True)
