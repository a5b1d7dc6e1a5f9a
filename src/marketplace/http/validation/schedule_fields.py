"""Fields of schedules: wall times, dates and ranges."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Annotated, Any, TypeVar

from marketplace.core.domain.fields import Whole
from marketplace.core.domain.schedules import (
    MAX_BUFFER,
    MAX_EXCEPTIONS,
    MAX_EXTRAS,
    MAX_HORIZON,
    MAX_NOTICE,
    MAX_STEP,
    MAX_WEEKLY,
    DayException,
    Extra,
    TimeRange,
    WeeklyHours,
)
from marketplace.http.validation.fields import field
from marketplace.http.validation.json_schema import values_of
from marketplace.http.validation.validators import Reader

T = TypeVar("T")

WALL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DAY = r"^(19[7-9]|2[01][0-9])[0-9]-[0-9]{2}-[0-9]{2}$"
"""Years 1970 to 2199."""
_WALL_TIME, _DAY = re.compile(WALL_TIME), re.compile(DAY)
STEP = Whole(1, MAX_STEP)
WEEKDAY = Whole(1, 7)
EXAMPLE_RANGE = {"starts": "09:00", "ends": "12:00", "step": 30}


def wall_time(value: Any) -> time:
    """Read a wall time."""
    if not isinstance(value, str) or not _WALL_TIME.fullmatch(value):
        raise ValueError("Use times such as 09:30.")
    return time.fromisoformat(value)


def end_time(value: Any) -> time:
    """Read the end of a range. `24:00` equals `00:00`, the following midnight; as a start it is invalid."""
    return time() if value == "24:00" else wall_time(value)


def day(value: Any) -> date:
    expected = "Use dates such as 2030-05-01."
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError(expected)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(expected) from error


def optional_day(value: Any) -> date | None:
    return None if value is None else day(value)


def several(maximum: int, read: Callable[[dict[str, Any]], T]) -> Reader:
    """Return a reader of lists with at most `maximum` objects."""

    def read_all(values: Any) -> tuple[T, ...]:
        if (
            not isinstance(values, list)
            or len(values) > maximum
            or not all(isinstance(value, dict) for value in values)
        ):
            raise ValueError(f"Must be a list of at most {maximum} objects.")
        return tuple(read(value) for value in values)

    return read_all


def time_range(value: dict[str, Any]) -> TimeRange:
    """Read `starts`, `ends` and the optional `step`, which defaults to the session's duration."""
    step = value.get("step")
    return TimeRange(
        starts=wall_time(value.get("starts")),
        ends=end_time(value.get("ends")),
        step=None if step is None else STEP.read(step),
    )


def _weekly(value: dict[str, Any]) -> WeeklyHours:
    return WeeklyHours(weekday=WEEKDAY.read(value.get("weekday")), hours=time_range(value))


def _extra(value: dict[str, Any]) -> Extra:
    return Extra(on=day(value.get("date")), hours=time_range(value))


def _exception(value: dict[str, Any]) -> DayException:
    return DayException(on=day(value.get("date")), ranges=several(MAX_WEEKLY, time_range)(value.get("ranges", [])))


_START = {"type": "string", "pattern": WALL_TIME}
_END = {"type": "string", "pattern": r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}
_DATE = {"type": "string", "format": "date", "pattern": DAY}
_STEP = {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_STEP}
_RANGE = {"starts": _START, "ends": _END, "step": _STEP}


def _object(title: str, description: str, **properties: Any) -> dict[str, Any]:
    optional = {"step", "ranges"}
    return {
        "title": title,
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _list(maximum: int, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": maximum, "items": items}


Weekly = Annotated[
    tuple[WeeklyHours, ...],
    field(
        several(MAX_WEEKLY, _weekly),
        _list(
            MAX_WEEKLY,
            _object(
                "WeeklyHoursIn",
                "Hours on a day of the week, 1 (Monday) to 7 (Sunday).",
                weekday=values_of(WEEKDAY),
                **_RANGE,
            ),
        ),
        [{"weekday": 1, **EXAMPLE_RANGE}],
        ("Weekly hours. `weekday` is 1 (Monday) to 7 (Sunday). A start every `step` minutes, or every `duration`."),
    ),
]
Extras = Annotated[
    tuple[Extra, ...],
    field(
        several(MAX_EXTRAS, _extra),
        _list(MAX_EXTRAS, _object("ExtraIn", "Hours on one date.", date=_DATE, **_RANGE)),
        [{"date": "2030-05-01", **EXAMPLE_RANGE}],
        "Hours on single dates, in addition to the weekly hours.",
    ),
]
Exceptions = Annotated[
    tuple[DayException, ...],
    field(
        several(MAX_EXCEPTIONS, _exception),
        _list(
            MAX_EXCEPTIONS,
            _object(
                "DayExceptionIn",
                "The hours of one date, instead of the weekly ones.",
                date=_DATE,
                ranges=_list(MAX_WEEKLY, _object("TimeRangeIn", "From `starts` to `ends`, in wall time.", **_RANGE)),
            ),
        ),
        [{"date": "2030-05-02", "ranges": []}],
        "Dates with different hours, which replace the weekly hours; no ranges means a day off.",
    ),
]
Buffer = Annotated[int, Whole(0, MAX_BUFFER, example=15, description="Minutes.")]
Notice = Annotated[
    int,
    Whole(
        0, MAX_NOTICE, example=120, description="Minimum notice: minutes before a start until which it can be booked."
    ),
]
Horizon = Annotated[
    int, Whole(1, MAX_HORIZON, example=60, description="Booking window: how many days ahead starts can be booked.")
]
OptionalDay = Annotated[
    date | None,
    field(optional_day, {"anyOf": [_DATE, {"type": "null"}]}, "2030-01-01", "In the schedule's zone, inclusive."),
]
