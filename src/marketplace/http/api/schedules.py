"""Schedule endpoints."""

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post, put
from litestar.params import FromPath

from marketplace.core.domain.schedules import Schedule, TimeRange
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.errors import CreatorUnavailable, NotFound, NotYours, Overloaded
from marketplace.core.ports.system import Clock
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.slots import SlotService
from marketplace.http.api.slots import DEFAULT_WINDOW, SlotOut, slots_answer
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.pagination import LINK
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import Window
from marketplace.http.validation.parsing import read_body, read_query
from marketplace.http.validation.schedule_fields import Buffer, Exceptions, Extras, Horizon, Notice, OptionalDay, Weekly

SCHEDULE_FIELDS = tuple(field.name for field in fields(Schedule))


class ScheduleIn(msgspec.Struct, kw_only=True):
    """When a session can start. With `is_open`, at any future time; the other fields are ignored."""

    time_zone: TimeZone = "UTC"
    is_open: bool = False
    weekly: Weekly = ()
    extras: Extras = ()
    exceptions: Exceptions = ()
    buffer_before: Buffer = 0
    buffer_after: Buffer = 0
    notice: Notice = 0
    horizon: Horizon = 60
    valid_from: OptionalDay = None
    valid_until: OptionalDay = None


class SchedulePreviewIn(ScheduleIn, kw_only=True):
    """A schedule to preview and a window of at most 62 days; the next 14 days by default."""

    starts_from: Window | None = None
    starts_to: Window | None = None


class PreviewRestQuery(msgspec.Struct, kw_only=True):
    """The window of a `Link`, in place of the body's."""

    starts_from: Window | None = None
    starts_to: Window | None = None


class TimeRangeOut(msgspec.Struct):
    """Wall times, `HH:MM`; a start every `step` minutes, or every `duration`."""

    starts: str
    ends: str
    step: int | None


class WeeklyHoursOut(TimeRangeOut):
    """Hours of each week; `weekday` is 1 for Monday to 7."""

    weekday: int


class ExtraOut(TimeRangeOut):
    """Hours on a single date."""

    date: date


class DayExceptionOut(msgspec.Struct):
    """Different hours on a date; none means a day off."""

    date: date
    ranges: list[TimeRangeOut]


class ScheduleOut(msgspec.Struct, kw_only=True):
    """When a session can start. An open session has no rules."""

    is_open: bool
    time_zone: TimeZone = "UTC"
    weekly: list[WeeklyHoursOut] = []
    extras: list[ExtraOut] = []
    exceptions: list[DayExceptionOut] = []
    buffer_before: int = 0
    buffer_after: int = 0
    notice: int = 0
    horizon: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class ScheduleController(Controller):
    """Schedules."""

    path = "/api/sessions"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/{session_id:uuid}/schedule",
        operation_id="get_schedule",
        summary="Get a session's schedule",
        opt=opt(Access.CREATOR, scope="read", errors=(NotFound, NotYours)),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], schedules: FromDishka[ScheduleService]
    ) -> ScheduleOut:
        """For the session's creator only."""
        return _schedule_out(await schedules.get(principal_of(request), session_id))

    @put(
        "/{session_id:uuid}/schedule",
        operation_id="replace_schedule",
        summary="Set a session's schedule",
        opt=opt(
            Access.CREATOR, scope="sessions:write", body=ScheduleIn, errors=(NotFound, NotYours, CreatorUnavailable)
        ),
    )
    async def replace(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], schedules: FromDishka[ScheduleService]
    ) -> ScheduleOut:
        """For the session's creator only. Fields you don't send get their defaults. Existing bookings stay.

        A wall time that the clocks skip is left out; for one that occurs twice, the first counts.
        """
        parsed = await read_body(request, ScheduleIn)
        replaced = await schedules.replace(principal_of(request), session_id, _schedule(parsed.checked()))
        return _schedule_out(replaced)

    @post(
        "/{session_id:uuid}/schedule/preview",
        status_code=200,
        operation_id="preview_schedule",
        summary="Preview a schedule",
        opt=opt(
            Access.CREATOR,
            scope="sessions:write",
            body=SchedulePreviewIn,
            query=PreviewRestQuery,
            errors=(NotFound, NotYours, CreatorUnavailable, Overloaded),
            headers=LINK,
        ),
    )
    async def preview(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        clock: FromDishka[Clock],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[SlotOut]]:
        """For the session's creator only. Lists every start of this schedule, closed ones with the reason.

        At most 2,000: send the same body to the address in `Link` for the rest. Nothing is saved. An inactive session
        is treated as active. An open session has no starts to list.
        """
        parsed, rest = await read_body(request, SchedulePreviewIn), read_query(request, PreviewRestQuery)
        window = parsed.values | rest.values
        begin = window.get("starts_from") or clock.now()
        end = window.get("starts_to") or begin + DEFAULT_WINDOW
        is_known = parsed.is_valid_for("starts_from", "starts_to") and rest.is_valid
        data = parsed.checked(rest.errors, slots.validate_preview(begin, end) if is_known else {})
        principal = principal_of(request)
        async with heavy.answers.turn(request, "preview"):
            found = await slots.preview(principal, session_id, _schedule(data), begin, end)
            shown = await slots_answer(request, found, principal.time_zone, ("starts_from", "starts_to"), end)
            return shown.response()


def _schedule(data: ScheduleIn) -> Schedule | None:
    return None if data.is_open else Schedule(**{name: getattr(data, name) for name in SCHEDULE_FIELDS})


def _schedule_out(schedule: Schedule | None) -> ScheduleOut:
    if schedule is None:
        return ScheduleOut(is_open=True)
    return ScheduleOut(
        is_open=False,
        time_zone=schedule.time_zone,
        weekly=[WeeklyHoursOut(*range_out(each.hours), each.weekday) for each in schedule.weekly],
        extras=[ExtraOut(*range_out(each.hours), each.on) for each in schedule.extras],
        exceptions=[
            DayExceptionOut(each.on, [TimeRangeOut(*range_out(hours)) for hours in each.ranges])
            for each in schedule.exceptions
        ],
        buffer_before=schedule.buffer_before,
        buffer_after=schedule.buffer_after,
        notice=schedule.notice,
        horizon=schedule.horizon,
        valid_from=schedule.valid_from,
        valid_until=schedule.valid_until,
    )


def range_out(hours: TimeRange) -> tuple[str, str, int | None]:
    """Return start, end and step of a range, as `TimeRangeOut` has them."""
    return f"{hours.starts:%H:%M}", f"{hours.ends:%H:%M}", hours.step
