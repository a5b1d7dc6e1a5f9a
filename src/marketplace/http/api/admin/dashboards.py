"""Dashboard and failing job endpoints."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from marketplace.core.domain.dashboards import MAX_DAYS, MIN_DAYS, Dashboard
from marketplace.core.domain.fields import Whole
from marketplace.core.domain.money import Amount
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.http.api.admin.pages import TOTAL, NumberedPageQuery, numbered
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_nothing, read_query

DEFAULT_DAYS = 30
Days = Annotated[
    int, Whole(MIN_DAYS, MAX_DAYS, example=DEFAULT_DAYS, description="Number of days, up to and including today.")
]


class DashboardQuery(msgspec.Struct, kw_only=True):
    """Number of days."""

    days: Days = DEFAULT_DAYS


class NumbersOut(msgspec.Struct):
    """Bookings made and not cancelled since, cancelled bookings and new users."""

    seats: int
    income: Amount
    cancellations: int
    new_people: int


class DayNumbersOut(NumbersOut):
    """The numbers of one day."""

    date: date


class AttentionOut(msgspec.Struct, rename={"expiring_requests": "lapsing_requests"}):
    """What needs attention."""

    open_reports: int
    expiring_requests: Annotated[int, Meta(description="Pending bookings that expire within 24 hours.")]
    failed_jobs: Annotated[int, Meta(description="Failing jobs.")]
    held_messages: Annotated[
        int, Meta(description="Mails held because there is no mail server. At most 1,000 are counted.")
    ]
    failed_messages: Annotated[
        int, Meta(description="Mails that were refused or lost and are still worth sending. At most 1,000 are counted.")
    ]
    parked_payments: Annotated[int, Meta(description="Payments that wait for staff. At most 1,000 are counted.")]


class DashboardOut(msgspec.Struct, rename={"from_date": "from", "to_date": "to"}):
    """Numbers by day in `time_zone`, from the first day to the last, inclusive."""

    time_zone: Annotated[TimeZone, Meta(description="The time zone of your profile.")]
    from_date: date
    to_date: date
    days: Annotated[list[DayNumbersOut], Meta(description="Up to today, oldest first.")]
    totals: NumbersOut
    attention: AttentionOut


class FailingJobOut(msgspec.Struct):
    """A job that failed several times in a row. It's retried automatically at `next_at`, or sooner with `retry/`."""

    id: int
    name: str
    subject: Annotated[UUID | None, Meta(description="What the job is about, such as a booking.")]
    attempts: int
    error: str
    failed_at: datetime | None
    next_at: datetime


class DashboardController(Controller):
    """Numbers and jobs."""

    path = "/api/admin"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/dashboard",
        operation_id="admin_get_dashboard",
        summary="Get the dashboard",
        opt=opt(Access.STAFF, query=DashboardQuery),
    )
    async def dashboard(
        self, request: Request[Any, Any, Any], dashboards: FromDishka[DashboardService]
    ) -> DashboardOut:
        """Daily numbers and what needs attention."""
        query = read_query(request, DashboardQuery).checked()
        return _dashboard(await dashboards.find(principal_of(request), query.days))

    @get(
        "/jobs",
        operation_id="admin_list_failing_jobs",
        summary="List failing jobs",
        opt=opt(Access.STAFF, query=NumberedPageQuery, headers=TOTAL),
    )
    async def failing_jobs(
        self, request: Request[Any, Any, Any], dashboards: FromDishka[DashboardService]
    ) -> Response[list[FailingJobOut]]:
        """Jobs with the most failures first. Jobs are retried until they succeed."""
        query = read_query(request, NumberedPageQuery).checked()
        found, total = await dashboards.failing_jobs(query.limit, query.offset)
        return numbered(found, total, FailingJobOut)

    @post(
        "/jobs/{job_id:int}/retry",
        status_code=204,
        operation_id="admin_retry_job",
        summary="Retry a failing job",
        opt=opt(Access.STAFF, errors=(NotFound, IllegalTransition)),
    )
    async def retry_job(
        self, request: Request[Any, Any, Any], job_id: FromPath[int], dashboards: FromDishka[DashboardService]
    ) -> None:
        """Runs it once now. If it fails again, automatic retries continue."""
        await read_nothing(request)
        await dashboards.retry_job(principal_of(request), job_id)


def _dashboard(found: Dashboard) -> DashboardOut:
    return DashboardOut(
        time_zone=found.window.time_zone,
        from_date=found.window.days[0],
        to_date=found.window.days[-1],
        days=msgspec.convert(found.days, list[DayNumbersOut], from_attributes=True),
        totals=msgspec.convert(found.totals, NumbersOut, from_attributes=True),
        attention=msgspec.convert(found.attention, AttentionOut, from_attributes=True),
    )
