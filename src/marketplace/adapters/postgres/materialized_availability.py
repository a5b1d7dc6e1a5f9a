"""Materialized availability as rows: the columns of recurring starts, and the search keys.

A search for a window uses two of them: the days since 1970, and the hours of the week, which are few however long the
schedule is. Both are in UTC. A row may have superfluous keys, but never lacks one.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.adapters.postgres.schedules import schedule_from
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import Schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK_HOURS = 168

SAVE = """
    INSERT INTO open_times (session_id, firsts, steps, counts, days, hours, outdated_at, notice, horizon, buffer_before,
        buffer_after)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (session_id) DO UPDATE SET firsts = $2, steps = $3, counts = $4, days = $5, hours = $6,
        outdated_at = $7, notice = $8, horizon = $9, buffer_before = $10, buffer_after = $11
"""
RENEW = """
    UPDATE open_times SET firsts = $2, steps = $3, counts = $4, days = $5, hours = $6, outdated_at = $7
    WHERE session_id = $1
"""
DELETE = "DELETE FROM open_times WHERE session_id = $1"
# A change of a schedule also writes its row here, valid for days. So a row that this statement waited for, or did not
# see yet, is no longer outdated when PostgreSQL evaluates the locked row again, and is left out.
ACQUIRE_OUTDATED = """
    SELECT o.session_id, s.duration, s.schedule FROM open_times o JOIN sessions s ON s.id = o.session_id
    WHERE o.outdated_at <= $1 ORDER BY o.outdated_at LIMIT $2 FOR UPDATE OF o SKIP LOCKED
"""


class PostgresMaterializedAvailability:
    """The part of `Sessions` for materialized availability, on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def save(self, session_id: UUID, schedule: Schedule, materialized: MaterializedAvailability) -> None:
        """Insert or replace the row, with the notice, the booking window and the buffers of the schedule."""
        bounds = (schedule.notice, schedule.horizon, schedule.buffer_before, schedule.buffer_after)
        await self._connection.execute(SAVE, session_id, *_values(materialized), *bounds)

    async def renew(self, session_id: UUID, materialized: MaterializedAvailability) -> None:
        """Replace the starts; the bounds of the schedule stay."""
        await self._connection.execute(RENEW, session_id, *_values(materialized))

    async def delete(self, session_id: UUID) -> None:
        """Delete the row."""
        await self._connection.execute(DELETE, session_id)

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        rows = await self._connection.fetch(ACQUIRE_OUTDATED, now, maximum)
        outdated = ((row["session_id"], row["duration"], schedule_from(row["schedule"])) for row in rows)
        return tuple(
            ScheduledSession(session_id=session_id, duration=duration, schedule=schedule)
            for session_id, duration, schedule in outdated
            if schedule is not None
        )


def _values(materialized: MaterializedAvailability) -> tuple[object, ...]:
    runs = materialized.runs
    columns = [run.first for run in runs], [run.step for run in runs], [run.count for run in runs]
    days = sorted({day for run in runs for day in _units(run, DAY)})
    hours = sorted({hour % WEEK_HOURS for run in runs for hour in _units(run, HOUR)})
    return (*columns, days, hours, materialized.outdated_at)


def _units(run: RecurringStarts, unit: timedelta) -> Iterator[int] | range:
    """Return the days, or hours, since 1970 that contain starts."""
    if run.step * timedelta(minutes=1) <= unit:
        return units_of(run.first, run.last + timedelta(microseconds=1), unit)
    return ((start - EPOCH) // unit for start in run)


def units_of(begin: datetime, end: datetime, unit: timedelta) -> range:
    """Return the days, or hours, since 1970 that a window `[begin, end)` touches."""
    return range((begin - EPOCH) // unit, -((EPOCH - end) // unit)) if begin < end else range(0)


def days_of(begin: datetime, end: datetime) -> Sequence[int]:
    """Return the search keys of a window: days since 1970."""
    return list(units_of(begin, end, DAY))


def hours_of(begin: datetime, end: datetime) -> Sequence[int]:
    """Return the search keys of a window: hours of the week."""
    hours = units_of(begin, end, HOUR)
    return list(range(WEEK_HOURS)) if len(hours) >= WEEK_HOURS else sorted({hour % WEEK_HOURS for hour in hours})
