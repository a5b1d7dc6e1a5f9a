"""Conversion between wall times of a zone and instants (PEP 495, PEP 615)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from marketplace.core.domain.recurring_starts import MINUTE, RecurringStarts
from marketplace.core.domain.utc_offsets import change_between
from marketplace.core.domain.zone_names import zone_named

NOTHING, DAY, TWO_DAYS = timedelta(), timedelta(days=1), timedelta(days=2)


def instant(wall: datetime) -> datetime | None:
    """Return the first instant, in UTC, at which the zone's clock shows this wall time; `None` if it never does."""
    found = wall.astimezone(UTC)
    # zoneinfo converts skipped times too; only converting back reveals them. Two times of one zone compare equal when
    # their wall times are equal, whatever the fold
    return found if found.astimezone(wall.tzinfo) == wall else None


def local_time(moment: datetime, time_zone: str) -> datetime:
    """Return what the zone's clock shows at this instant, without the zone and without saying which of two hours."""
    return moment.astimezone(zone_named(time_zone)).replace(tzinfo=None, fold=0)


def instants(local: datetime, time_zone: str) -> tuple[datetime, ...]:
    """Return the instants at which the zone's clock shows a wall time, in order: none, one, or two."""
    wall = local.replace(tzinfo=zone_named(time_zone))
    found = (instant(wall.replace(fold=fold)) for fold in (0, 1))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def recurring_starts_of(midnight: datetime, minutes: range) -> Sequence[RecurringStarts]:
    """Return the instants of these minutes after a midnight, as runs.

    They span two days at most, in which no zone has changed its clocks twice since 1970: those before a change have
    the first day's offset, those after it the last day's. A wall time that has both means the first, and one that has
    neither is skipped.
    """
    if not minutes:
        return ()
    before, after = midnight.utcoffset() or NOTHING, (midnight + TWO_DAYS).utcoffset() or NOTHING
    first = midnight.replace(tzinfo=UTC) + minutes[0] * MINUTE
    early = RecurringStarts(first - before, minutes.step, len(minutes))
    if before == after:
        return (early,)
    begin, zone = midnight.astimezone(UTC), midnight.tzinfo or UTC
    change = change_between(begin - DAY, begin + 3 * DAY, zone)
    late = RecurringStarts(first - after, minutes.step, len(minutes))
    changed = early.before(change)
    resumed = max(changed, late.before(change))
    parts = early.part(0, changed), late.part(resumed, late.count)
    return [part for part in parts if part.count]
