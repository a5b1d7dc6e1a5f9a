"""Sitemaps: the listed sessions, and their creators, by the week in which the sessions were created."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from marketplace.core.errors import NotFound
from marketplace.core.ports.sitemaps import ListedSessions
from marketplace.core.ports.system import Clock

MAX_SESSIONS = 50_000
"""Of one week, the newest: the protocol's limit for one file (sitemaps.org)."""
WEEK = timedelta(weeks=1)


class SitemapService:
    """Sitemaps. A week is named by its Monday, in UTC."""

    def __init__(self, *, listed: ListedSessions, clock: Clock) -> None:
        self._listed = listed
        self._clock = clock

    async def weeks(self) -> tuple[date, ...]:
        """Return every week since the oldest listed session was created, newest first; empty if none is listed."""
        oldest = await self._listed.oldest()
        if oldest is None:
            return ()
        newest = _monday_of(self._clock.now())
        return tuple(newest - number * WEEK for number in range((newest - _monday_of(oldest)).days // 7 + 1))

    async def sessions_of(self, week: date) -> tuple[UUID, ...]:
        """Return the listed sessions created in a week, newest first. Raises `NotFound` unless it is a past Monday."""
        begin = self._begin_of(week)
        return await self._listed.created_between(begin, begin + WEEK, MAX_SESSIONS)

    async def creators_of(self, week: date) -> tuple[str, ...]:
        """Return the usernames of the creators of these sessions. Raises as `sessions_of`."""
        begin = self._begin_of(week)
        return await self._listed.creators_between(begin, begin + WEEK, MAX_SESSIONS)

    def _begin_of(self, week: date) -> datetime:
        begin = datetime.combine(week, time(), UTC)
        if _monday_of(begin) != week or begin > self._clock.now():
            raise NotFound
        return begin


def _monday_of(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())
