"""What happens in the demo and when: the calendar of every creator, and who books what.

Every moment is counted from midnight UTC of the first day, so that the demo looks alive whenever it is made.
Nothing is stored here; the same first day always gives the same plan.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from marketplace.demo.people import CREATORS, LEARNER_EMAIL, LEARNERS, DemoPerson
from marketplace.demo.sessions import SESSIONS, DemoSession

AUDIENCE = (*LEARNERS, *CREATORS[:4])
"""Who books. A few creators learn from others too."""

DAYS = range(-28, 21)
"""The days of classes, counted from the first day of the demo."""

CREATOR = {person.username: person for person in CREATORS}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSession:
    """A session and the moment at which its creator puts it up. `weekday` counts from the first day of the demo."""

    session: DemoSession
    created_at: datetime
    weekday: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """One start of a session and how many of its seats somebody wants."""

    session: DemoSession
    created_at: datetime
    starts_at: datetime
    wanted: int

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.session.duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBooking:
    """Seats that a person takes at `booked_at`, and gives back at `cancelled_at` if they do."""

    session: DemoSession
    person: DemoPerson
    starts_at: datetime
    seats: int
    booked_at: datetime
    cancelled_at: datetime | None


def planned_sessions(first_day: datetime) -> list[PlannedSession]:
    """All sessions in the order of their making, one a day, the creators taking turns.

    Each creator gives every session a weekday of its own: no two of one creator's classes can ever overlap.
    """
    found = []
    for turn, creator in enumerate(CREATORS):
        own = [session for session in SESSIONS if session.creator == creator.username]
        for nth, session in enumerate(own):
            place = nth * len(CREATORS) + turn
            created_at = first_day - timedelta(days=62 - place) + timedelta(hours=8, minutes=place * 397 % 720)
            found.append(PlannedSession(session=session, created_at=created_at, weekday=(3 * turn + nth) % 7))
    return sorted(found, key=lambda planned: planned.created_at)


def planned_bookings(first_day: datetime) -> list[PlannedBooking]:
    """All bookings, in the order in which they are made."""
    planner = _Planner(first_day=first_day)
    classes = [one for planned in planned_sessions(first_day) for one in planner.classes(planned)]
    for one in classes:
        planner.block(CREATOR[one.session.creator], one)
    bookings = [booking for one in classes for booking in planner.bookings(one)]
    return sorted(bookings, key=lambda booking: booking.booked_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    """Draws lots, and remembers where everybody is already."""

    first_day: datetime
    random: Random = field(default_factory=lambda: Random(60))  # noqa: S311 - to repeat itself is the point
    busy: dict[str, list[PlannedClass]] = field(default_factory=lambda: defaultdict(list))
    booked: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def classes(self, planned: PlannedSession) -> Iterator[PlannedClass]:
        """The starts of a session at which somebody has a seat."""
        days = [day for day in DAYS if day % 7 == planned.weekday]
        ahead = [day for day in days if day > 1]
        zone = ZoneInfo(CREATOR[planned.session.creator].time_zone)
        for day in days:
            wanted = self._wanted(planned.session, ahead.index(day) if day in ahead else None)
            date = (self.first_day + timedelta(days=day)).date()
            starts_at = datetime.combine(date, time(planned.session.hour), zone).astimezone(UTC)
            if wanted and starts_at > planned.created_at + timedelta(days=2):
                yield PlannedClass(
                    session=planned.session, created_at=planned.created_at, starts_at=starts_at, wanted=wanted
                )

    def block(self, person: DemoPerson, one: PlannedClass) -> None:
        """Remember that this person is there, teaching or learning."""
        self.busy[person.username].append(one)

    def bookings(self, one: PlannedClass) -> Iterator[PlannedBooking]:
        """Bookings that fill a class as far as wanted, by people who are free and not its creator."""
        left = one.wanted
        for person in self._in_some_order():
            window = self._window(person, one)
            if not left:
                return
            if window is None or not self._is_free(person, one):
                continue
            seats = min(left, self.random.choice((1, 1, 1, 2, 2, 3)))
            left -= seats
            self.block(person, one)
            yield self._booking(person, one, seats, window)

    def _wanted(self, session: DemoSession, nth_ahead: int | None) -> int:
        if session.status == "inactive":
            return 0
        if session.popular and nth_ahead == 0:
            return session.seats
        if session.popular and nth_ahead == 1:
            return session.seats - 1
        chance = 0.35 if nth_ahead is None else 0.18
        return min(session.seats, self.random.randint(1, 5)) if self.random.random() < chance else 0

    def _in_some_order(self) -> list[DemoPerson]:
        people = self.random.sample(AUDIENCE, len(AUDIENCE))
        visitor_first = self.random.random() < 0.06  # noqa: PLR2004 - the account visitors see should have a life
        return sorted(people, key=lambda person: visitor_first and person.address != LEARNER_EMAIL)

    def _is_free(self, person: DemoPerson, one: PlannedClass) -> bool:
        return all(
            other.ends_at <= one.starts_at or one.ends_at <= other.starts_at for other in self.busy[person.username]
        )

    def _window(self, person: DemoPerson, one: PlannedClass) -> tuple[datetime, datetime] | None:
        """From when to when this person could have booked it, all of it before the first day of the demo."""
        since = max(one.created_at, person.joined_at(self.first_day), one.starts_at - timedelta(days=20))
        until = min(one.starts_at, self.first_day)
        earliest, latest = since + timedelta(hours=1), until - timedelta(hours=3)
        return (earliest, latest) if earliest < latest else None

    def _booking(
        self, person: DemoPerson, one: PlannedClass, seats: int, window: tuple[datetime, datetime]
    ) -> PlannedBooking:
        earliest, latest = window
        booked_at = earliest + (latest - earliest) * self.random.random()
        cancelled_at = booked_at + (latest - booked_at) * self.random.random()
        # Everybody's third booking comes to nothing, classes that have to be full aside.
        self.booked[person.username] += not one.session.popular
        is_cancelled = self.booked[person.username] == 3 and not one.session.popular  # noqa: PLR2004
        return PlannedBooking(
            session=one.session,
            person=person,
            starts_at=one.starts_at,
            seats=seats,
            booked_at=booked_at.replace(microsecond=0),
            cancelled_at=cancelled_at.replace(microsecond=0) if is_cancelled else None,
        )
