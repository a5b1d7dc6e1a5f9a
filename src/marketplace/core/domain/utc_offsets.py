"""UTC offsets of time zones, so that a client can show wall times without zone data of its own."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from math import ceil, floor
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marketplace.core.domain.zone_names import zone_named

SAMPLE = timedelta(days=6)
"""No zone has changed its clocks twice within six days since 1970."""
SECOND = timedelta(seconds=1)
MAX_OFFSETS = 4096
"""Offsets of single instants that are kept: lists show the same ones again."""


@dataclass(frozen=True, slots=True)
class OffsetChange:
    """The offset in force from an instant on, such as `-04:00`."""

    at: datetime
    utc_offset: str


class ZoneOffsets:
    """The UTC offsets of a zone from `begin` to `end`, found once for many lookups."""

    def __init__(self, time_zone: str, begin: datetime, end: datetime) -> None:
        zone, last = _zone(time_zone), end.astimezone(UTC)
        at = begin.astimezone(UTC)
        changes = [OffsetChange(at, _offset_at(at, zone))]
        while at < last:
            before, at = at, min(at + SAMPLE, last)
            found = _offset_at(at, zone)
            if found != changes[-1].utc_offset:
                changes.append(OffsetChange(change_between(before, at, zone), found))
        self.changes = tuple(changes)
        """Offsets in order; the first is in force at `begin`."""
        self._instants = [change.at for change in changes]

    def at(self, instant: datetime) -> str:
        """Return the offset at an instant in the period."""
        return self.changes[bisect_right(self._instants, instant) - 1].utc_offset


def utc_offset(instant: datetime, time_zone: str) -> str:
    """Return the UTC offset of a zone at one instant, such as `-04:00`."""
    return _utc_offset(instant.astimezone(UTC), time_zone)


@lru_cache(MAX_OFFSETS)
def _utc_offset(instant: datetime, time_zone: str) -> str:
    return _offset_at(instant, _zone(time_zone))


def local_text(instant: datetime, time_zone: str) -> str:
    """Return the wall time of an instant for people, such as `2026-12-15 10:00 in America/Havana (UTC-04:00)`."""
    return f"{local_time(instant, time_zone):%Y-%m-%d %H:%M} in {time_zone} (UTC{utc_offset(instant, time_zone)})"


def local_time(instant: datetime, time_zone: str) -> datetime:
    """Return an instant with the clock of a zone."""
    return instant.astimezone(_zone(time_zone))


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ZoneInfoNotFoundError:
        return zone_named("UTC")  # stored with other zone data: instants are in UTC, so this offset is not wrong


def change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the first instant, to the second, with the offset of `after`."""
    low, high, changed = floor(before.timestamp()), ceil(after.timestamp()), _offset_at(after, zone)
    while high - low > 1:
        middle = (low + high) // 2
        is_after = _offset_at(datetime.fromtimestamp(middle, UTC), zone) == changed
        low, high = (low, middle) if is_after else (middle, high)
    return datetime.fromtimestamp(high, UTC)


def _offset_at(instant: datetime, zone: tzinfo) -> str:
    # through UTC: zoneinfo leaves an instant of this same zone as it is, also in a gap
    return _text(instant.astimezone(UTC).astimezone(zone).utcoffset() or timedelta())


@cache
def _text(offset: timedelta) -> str:
    sign, size = ("-", -offset) if offset < timedelta() else ("+", offset)
    minutes, seconds = divmod(size // SECOND, 60)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
