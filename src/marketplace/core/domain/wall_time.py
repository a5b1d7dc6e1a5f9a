"""Wall time: what the clocks of a zone show, and the instants at which they do (PEP 495, PEP 615)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from marketplace.core.domain.recurring_starts import RecurringStarts


@cache
def time_zones() -> frozenset[str]:
    """The names that IANA gives; a machine's own folder has others besides, such as what it is set to itself."""
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


def instant(wall: datetime) -> datetime | None:
    """The first instant at which the clock of its zone shows this, in UTC, or `None` where it never does."""
    found = wall.astimezone(UTC)
    # zoneinfo makes an instant of a skipped time too; only the way back tells. Two times of one zone are equal when
    # their walls are, whatever the fold
    return found if found.astimezone(wall.tzinfo) == wall else None


def recurring_starts_of(midnight: datetime, minutes: range) -> Iterator[RecurringStarts]:
    """The instants at which the wall shows each of these minutes after a midnight, as runs.

    They are minutes of two days at most, within which no zone's clocks change twice (they never did since 1970): where
    the last is as far from the first as on the wall, so are all between them.
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
