"""The staff's numbers over HTTP, and jobs that keep failing."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from marketplace.core.domain.dashboards import MAX_DAYS, MIN_DAYS, Dashboard
from marketplace.core.domain.fields import Whole
from marketplace.core.domain.users import TimeZone
from marketplace.core.errors import IllegalTransition, NotFound
from marketplace.core.services.admin.dashboards import DashboardService
from marketplace.http.api.admin.pages import TOTAL, NumberedPageQuery, numbered
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_nothing, read_query

DEFAULT_DAYS = 30
Days = Annotated[int, Whole(MIN_DAYS, MAX_DAYS, example=DEFAULT_DAYS, says="How many days, today the last.")]


class DashboardQuery(msgspec.Struct, kw_only=True):
    """How far to look back."""

    days: Days = DEFAULT_DAYS


class NumbersOut(msgspec.Struct):
    """What was booked and not cancelled since, how many bookings were cancelled, how many people joined."""

    seats: int
    income: Decimal
    cancellations: int
    new_people: int


class DayNumbersOut(NumbersOut):
    """The numbers of one day."""

    date: date


class AttentionOut(msgspec.Struct):
    """What waits for somebody."""

    open_reports: int
    lapsing_requests: Annotated[int, Meta(description="Pending bookings that lapse within 24 hours.")]
    failed_jobs: Annotated[int, Meta(description="Jobs that keep failing.")]


class DashboardOut(msgspec.Struct, rename={"from_date": "from", "to_date": "to"}):
    """Numbers by the days of `time_zone`, from the first to the last, both included."""

    time_zone: Annotated[TimeZone, Meta(description="That of one's own profile.")]
    from_date: date
    to_date: date
    days: Annotated[list[DayNumbersOut], Meta(description="Oldest first, today the last.")]
    totals: NumbersOut
    attention: AttentionOut


class FailingJobOut(msgspec.Struct):
    """A job that failed several times in a row. It is tried again by itself at `next_at`, or sooner by `retry/`."""

    id: int
    name: str
    subject: Annotated[UUID | None, Meta(description="What it is about, such as a booking.")]
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
        summary="Read the marketplace's numbers",
        opt=opt(Access.STAFF, query=DashboardQuery),
    )
    async def dashboard(
        self, request: Request[Any, Any, Any], dashboards: FromDishka[DashboardService]
    ) -> DashboardOut:
        """By day, and what needs attention."""
        query = read_query(request, DashboardQuery).checked()
        return _dashboard(await dashboards.find(principal_of(request), query.days))

    @get(
        "/jobs",
        operation_id="admin_list_failing_jobs",
        summary="List jobs that keep failing",
        opt=opt(Access.STAFF, query=NumberedPageQuery, headers=TOTAL),
    )
    async def failing_jobs(
        self, request: Request[Any, Any, Any], dashboards: FromDishka[DashboardService]
    ) -> Response[list[FailingJobOut]]:
        """Those that failed most often first. None is ever given up."""
        query = read_query(request, NumberedPageQuery).checked()
        found, total = await dashboards.failing_jobs(query.limit, query.offset)
        return numbered(found, total, FailingJobOut)

    @post(
        "/jobs/{job_id:int}/retry",
        status_code=204,
        operation_id="admin_retry_job",
        summary="Try a failing job again now",
        opt=opt(Access.STAFF, errors=(NotFound, IllegalTransition)),
    )
    async def retry_job(
        self, request: Request[Any, Any, Any], job_id: FromPath[int], dashboards: FromDishka[DashboardService]
    ) -> None:
        """Once; if it fails again, it is tried again by itself as before."""
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
