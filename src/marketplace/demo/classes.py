"""Which starts of the demo's schedules take place, and how full they are.

A creator is one person, so a class only takes place where none of their others, buffers included, is in the way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.core.domain.schedules import Schedule
from marketplace.demo.people import CREATOR, DemoPerson
from marketplace.demo.seeded_random import SeededRandom
from marketplace.demo.sessions import DemoSession

SCHEDULED_AFTER = timedelta(minutes=20)
"""How long a creator takes from the session to its hours."""
AHEAD = timedelta(days=24)
BEHIND = timedelta(days=28)
BEHIND_OF_THE_VISITOR = timedelta(days=64)
"""The creator whom a visitor signs in as needs the whole of last month."""
MAX_SEATS = 8
"""How many come at most where nobody said that the class is popular."""
CALLED_OFF = 7
"""Of a hundred classes."""
SMALL = 2
"""Seats up to which a session is a private lesson."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session and the moment at which its creator puts it up. An open one is asked for at the hours of `schedule`."""

    session: DemoSession
    creator: DemoPerson
    created_at: datetime
    schedule: Schedule

    @property
    def scheduled_at(self) -> datetime:
        """When its creator gives it the schedule."""
        return self.created_at + SCHEDULED_AFTER

    @property
    def bookable_from(self) -> datetime:
        """When the first people find it."""
        return self.created_at + timedelta(hours=1)

    def starts(self, moment: datetime) -> tuple[list[datetime], list[datetime]]:
        """The starts that are over, latest first, and those to come, nearest first."""
        duration = self.session.duration
        behind = BEHIND_OF_THE_VISITOR if self.creator == CREATOR else BEHIND
        begin = max(moment - behind, self.created_at + timedelta(days=2))
        found = self.schedule.starts(begin, max(begin, moment + AHEAD), duration)
        over = [start for start in reversed(found) if start + timedelta(minutes=duration) <= moment]
        return over, [start for start in found if start > moment + timedelta(minutes=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """One start of a session and how many of its seats somebody wants."""

    planned: PlannedSession
    starts_at: datetime
    wanted: int
    is_called_off: bool = False
    """Its creator cancels every booking shortly before."""

    @property
    def session(self) -> DemoSession:
        """What is taught."""
        return self.planned.session

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.session.duration)

    def blocked(self) -> tuple[datetime, datetime]:
        """The creator's time that it takes, half-open."""
        if self.session.is_open:
            return self.starts_at, self.ends_at
        return self.planned.schedule.blocked(self.starts_at, self.session.duration)


def planned_classes(sessions: Iterable[PlannedSession], seeded: SeededRandom) -> list[PlannedClass]:
    """The classes with somebody in them. Popular ones come first where two of a creator's are in each other's way."""
    wanted = [
        PlannedClass(
            planned=planned,
            starts_at=start,
            wanted=seats,
            is_called_off=start < seeded.moment
            and not planned.session.requires_confirmation
            and seeded.chance(CALLED_OFF),
        )
        for planned in sessions
        if planned.session.status == "active"
        for start, seats in _demand(planned, seeded)
    ]
    taken: dict[str, list[PlannedClass]] = defaultdict(list)
    for one in sorted(wanted, key=lambda one: (not one.session.is_popular, abs(one.starts_at - seeded.moment))):
        own = taken[one.session.creator]
        if not any(_overlap(one.blocked(), other.blocked()) for other in own):
            own.append(one)
    return [one for own in taken.values() for one in own]


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _demand(planned: PlannedSession, seeded: SeededRandom) -> Iterator[tuple[datetime, int]]:
    """Starts and how many seats of each are wanted."""
    session, (over, ahead) = planned.session, planned.starts(seeded.moment)
    if session.seats <= SMALL:
        yield from ((start, session.seats) for start in (*seeded.some(over, 3), *seeded.some(ahead[:24], 4)))
        return
    is_of_the_visitor = planned.creator == CREATOR
    behind = seeded.some(over, len(over) // 3) if is_of_the_visitor else over[: 2 if session.is_popular else 1]
    yield from ((start, _share(session, seeded.number(40, 80))) for start in behind)
    if session.is_popular:
        yield from _popular(planned, ahead, seeded.moment)
    else:
        nearest = ahead[: 4 if is_of_the_visitor else seeded.number(1, 2)]
        minimum = 50 if session.requires_confirmation else 20
        yield from ((start, _share(session, seeded.number(minimum, minimum + 40))) for start in nearest)


def _popular(planned: PlannedSession, ahead: list[datetime], moment: datetime) -> Iterator[tuple[datetime, int]]:
    """Sold out up to the first start that notice would still allow, then two seats left, then filling."""
    seats = planned.session.seats
    until = moment + timedelta(minutes=planned.schedule.notice + 60)
    soon = sum(start < until for start in ahead)
    fills = (*[seats] * (soon + 1), seats - 2, seats // 2)
    yield from zip(ahead, fills, strict=False)


def _share(session: DemoSession, percent: int) -> int:
    return max(1, min(session.seats * percent // 100, MAX_SEATS))
