"""Selects the starts of the demo's schedules that take place, and how full they are.

Classes of one creator never overlap, buffers included.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.core.domain.schedules import Schedule
from marketplace.demo.people import CREATOR, DemoPerson
from marketplace.demo.seeded_random import SeededRandom
from marketplace.demo.sessions import DemoSession

SCHEDULE_DELAY = timedelta(minutes=20)
"""Time from the creation of a session to its schedule."""
FUTURE = timedelta(days=24)
PAST = timedelta(days=28)
PAST_OF_DEMO_ACCOUNT = timedelta(days=64)
"""The creator account of visitors needs bookings in all of last month."""
MAX_SEATS = 8
"""Maximum seats booked in a class that is not popular."""
CANCELLED_PERCENT = 7
MAX_PRIVATE_SEATS = 2
"""Sessions with at most this many seats are private lessons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session and when its creator creates it. A session by arrangement is requested at the hours of `schedule`."""

    session: DemoSession
    creator: DemoPerson
    created_at: datetime
    schedule: Schedule

    @property
    def scheduled_at(self) -> datetime:
        return self.created_at + SCHEDULE_DELAY

    @property
    def bookable_from(self) -> datetime:
        """Time of the first possible booking."""
        return self.created_at + timedelta(hours=1)

    def starts(self, moment: datetime) -> tuple[list[datetime], list[datetime]]:
        """Return the past starts, latest first, and the future starts, nearest first."""
        duration = self.session.duration
        behind = PAST_OF_DEMO_ACCOUNT if self.creator == CREATOR else PAST
        since = max(moment - behind, self.created_at + timedelta(days=2))
        starts = self.schedule.starts(since, max(since, moment + FUTURE), duration)
        over = [start for start in reversed(starts) if start + timedelta(minutes=duration) <= moment]
        return over, [start for start in starts if start > moment + timedelta(minutes=20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """One start of a session and the number of seats in demand."""

    planned: PlannedSession
    starts_at: datetime
    wanted: int
    is_cancelled: bool = False
    """The creator cancels all bookings shortly before the start."""

    @property
    def session(self) -> DemoSession:
        return self.planned.session

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.session.duration)

    def blocked(self) -> tuple[datetime, datetime]:
        """Return the half-open time range that it blocks in the creator's calendar."""
        if self.session.is_open:
            return self.starts_at, self.ends_at
        return self.planned.schedule.blocked(self.starts_at, self.session.duration)


def planned_classes(sessions: Iterable[PlannedSession], rng: SeededRandom) -> list[PlannedClass]:
    """Return the classes with demand. Of two overlapping classes of a creator, the popular one takes place."""
    wanted = [
        PlannedClass(
            planned=planned,
            starts_at=start,
            wanted=seats,
            is_cancelled=start < rng.moment
            and not planned.session.requires_confirmation
            and rng.chance(CANCELLED_PERCENT),
        )
        for planned in sessions
        if planned.session.status == "active"
        for start, seats in _demand(planned, rng)
    ]
    taken: dict[str, list[PlannedClass]] = defaultdict(list)
    for one in sorted(wanted, key=lambda one: (not one.session.is_popular, abs(one.starts_at - rng.moment))):
        others = taken[one.session.creator]
        if not any(_overlap(one.blocked(), other.blocked()) for other in others):
            others.append(one)
    return [one for classes in taken.values() for one in classes]


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _demand(planned: PlannedSession, rng: SeededRandom) -> Iterator[tuple[datetime, int]]:
    """Yield starts and the number of seats in demand at each."""
    session, (over, ahead) = planned.session, planned.starts(rng.moment)
    if session.seats <= MAX_PRIVATE_SEATS:
        yield from ((start, session.seats) for start in (*rng.sample(over, 3), *rng.sample(ahead[:24], 4)))
        return
    is_demo_account = planned.creator == CREATOR
    behind = rng.sample(over, len(over) // 3) if is_demo_account else over[: 2 if session.is_popular else 1]
    yield from ((start, _percent_of_seats(session, rng.integer(40, 80))) for start in behind)
    if session.is_popular:
        yield from _popular_demand(planned, ahead, rng.moment)
    else:
        nearest = ahead[: 4 if is_demo_account else rng.integer(1, 2)]
        minimum = 50 if session.requires_confirmation else 20
        yield from ((start, _percent_of_seats(session, rng.integer(minimum, minimum + 40))) for start in nearest)


def _popular_demand(planned: PlannedSession, ahead: list[datetime], moment: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield starts that are sold out up to the first bookable one, then one with two seats left, then one half full."""
    seats = planned.session.seats
    until = moment + timedelta(minutes=planned.schedule.notice + 60)
    soon = sum(start < until for start in ahead)
    fills = (*[seats] * (soon + 1), seats - 2, seats // 2)
    yield from zip(ahead, fills, strict=False)


def _percent_of_seats(session: DemoSession, percent: int) -> int:
    return max(1, min(session.seats * percent // 100, MAX_SEATS))
