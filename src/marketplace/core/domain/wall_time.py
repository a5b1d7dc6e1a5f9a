"""Conversion between wall times of a zone and instants (PEP 495, PEP 615)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from marketplace.core.domain.recurring_starts import RecurringStarts


@cache
def time_zones() -> frozenset[str]:
    """Return the IANA zone names, without local entries of this machine's zone database."""
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


def instant(wall: datetime) -> datetime | None:
    """Return the first instant, in UTC, at which the zone's clock shows this wall time; `None` if it never does."""
    found = wall.astimezone(UTC)
    # zoneinfo converts skipped times too; only converting back reveals them. Two times of one zone compare equal when
    # their wall times are equal, whatever the fold
    return found if found.astimezone(wall.tzinfo) == wall else None


def recurring_starts_of(midnight: datetime, minutes: range) -> Iterator[RecurringStarts]:
    """Yield the instants of these minutes after a midnight, as runs.

    They span two days at most, in which no zone has changed its clocks twice since 1970. If the last is as far from the
    first as on the wall, all between them are evenly spaced too.
    """
    if not minutes:
        return
    first, last = (instant(midnight + timedelta(minutes=minute)) for minute in (minutes[0], minutes[-1]))
    if first and last and last - first == timedelta(minutes=minutes[-1] - minutes[0]):
        yield RecurringStarts(first, minutes.step, len(minutes))
        return
    for minute in minutes:
        if found := instant(midnight + timedelta(minutes=minute)):
            yield RecurringStarts(found, 1, 1)
