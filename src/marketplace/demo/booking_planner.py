"""Plans who books the classes of the demo.

The accounts that visitors sign in with come first, so that each of them has bookings on every tab.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from marketplace.core.domain.zone_names import zone_named
from marketplace.demo.booking_lifecycles import (
    PlannedBooking,
    PlannedOutcome,
    booking_period,
    is_possible,
    plan_steps,
)
from marketplace.demo.classes import PlannedClass
from marketplace.demo.people import ADMIN, CREATOR, CREATORS, LEARNER, LEARNERS, VISITORS, DemoPerson
from marketplace.demo.seeded_random import SeededRandom

AUDIENCE = tuple(person for person in (*LEARNERS, *CREATORS) if person not in VISITORS)
"""People who fill the classes. Creators book each other's classes, too."""
IN_PERSON = "in-person"
"""Tag of sessions in Rome that only people in Europe book."""
AWAKE = range(7, 22)
"""Local hours at which people prefer a class to start."""
NEAREST = 12
"""A visitor's first booking is among this many next classes, so that the countdown is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Numbers of future and past bookings of a visitor's account by outcome, preferably in these categories."""

    person: DemoPerson
    interests: frozenset[str]
    ahead: Mapping[PlannedOutcome, int]
    behind: Mapping[PlannedOutcome, int]


PREFERENCES = (
    Preferences(
        person=LEARNER,
        interests=frozenset({"art", "business", "cooking", "languages", "music"}),
        ahead={"pending": 2, "held": 4, "cancelled": 1},
        behind={"held": 8, "class_cancelled": 1, "cancelled": 1, "declined": 1},
    ),
    Preferences(
        person=CREATOR,
        interests=frozenset({"art", "languages", "music"}),
        ahead={"pending": 1, "held": 1, "cancelled": 1},
        behind={"held": 3},
    ),
    Preferences(
        person=ADMIN,
        interests=frozenset({"fitness", "music", "technology"}),
        ahead={"pending": 1, "held": 1, "cancelled": 1},
        behind={"held": 3},
    ),
)


class BookingPlanner:
    """Assigns bookings at random, without overbooking classes or double-booking people."""

    def __init__(self, classes: Iterable[PlannedClass], rng: SeededRandom) -> None:
        self._classes = sorted(classes, key=lambda planned_class: planned_class.starts_at)
        self._rng = rng
        self._seats_left = {id(planned_class): planned_class.wanted for planned_class in self._classes}
        self._busy: dict[str, list[PlannedClass]] = defaultdict(list)
        for planned_class in self._classes:
            self._busy[planned_class.session.creator].append(planned_class)

    def bookings(self) -> Iterator[PlannedBooking]:
        """Yield the bookings of visitors, then those that fill each class to its demand."""
        ahead = [
            planned_class
            for planned_class in self._classes
            if not self._is_over(planned_class) and not planned_class.session.is_popular
        ]
        behind = [planned_class for planned_class in self._classes if self._is_over(planned_class)]
        for preferences in PREFERENCES:
            yield from self._preferred_bookings(preferences, "held", 1, ahead[:NEAREST])
            for classes, outcomes in ((ahead, preferences.ahead), (behind, preferences.behind)):
                for outcome, number in outcomes.items():
                    yield from self._preferred_bookings(preferences, outcome, number, self._rng.sample(classes))
        for planned_class in self._classes:
            yield from self._filling_bookings(planned_class)

    def _preferred_bookings(
        self, preferences: Preferences, outcome: PlannedOutcome, number: int, classes: Iterable[PlannedClass]
    ) -> Iterator[PlannedBooking]:
        def preference(planned_class: PlannedClass) -> tuple[bool, bool]:
            is_awake = _is_awake(preferences.person, planned_class.starts_at)
            return not is_awake, planned_class.session.category not in preferences.interests

        for planned_class in sorted(classes, key=preference):
            booking = self._booking(planned_class, preferences.person, outcome) if number else None
            if booking is not None:
                number -= 1
                yield booking

    def _filling_bookings(self, planned_class: PlannedClass) -> Iterator[PlannedBooking]:
        people = self._rng.sample(AUDIENCE)
        awake = [person for person in people if _is_awake(person, planned_class.starts_at)]
        asleep = [person for person in people if planned_class.session.is_popular and person not in awake]
        for person in (*awake, *asleep):
            if not self._seats_left[id(planned_class)]:
                return
            booking = self._booking(planned_class, person, self._outcome(planned_class))
            if booking is not None:
                yield booking

    def _outcome(self, planned_class: PlannedClass) -> PlannedOutcome:
        """Draw the outcome of a booking of this class."""
        percents: tuple[tuple[PlannedOutcome, int], ...] = (
            ("class_cancelled", 100),
            ("pending", 100 if planned_class.planned.creator in VISITORS else 55),
            ("declined", 10),
            ("expired", 6),
            ("cancelled", 7),
        )
        likely = (
            outcome
            for outcome, percent in percents
            if self._is_possible(planned_class, outcome) and self._rng.chance(percent)
        )
        return next(likely, "held")

    def _booking(
        self, planned_class: PlannedClass, person: DemoPerson, outcome: PlannedOutcome
    ) -> PlannedBooking | None:
        """Book seats for this person, or return `None` if that is not possible."""
        since, until = booking_period(planned_class, person, outcome, self._rng.moment)
        if not (
            self._seats_left[id(planned_class)]
            and since < until
            and self._is_possible(planned_class, outcome)
            and self._is_free(person, planned_class)
        ):
            return None
        if IN_PERSON in planned_class.session.tags and not person.time_zone.startswith("Europe/"):
            return None
        seats = min(self._seats_left[id(planned_class)], self._rng.choice((1, 1, 1, 2, 2, 3)))
        self._seats_left[id(planned_class)] -= seats
        self._busy[person.username].append(planned_class)
        booked_at = self._rng.between(since, until)
        return PlannedBooking(
            planned=planned_class.planned,
            person=person,
            starts_at=planned_class.starts_at,
            seats=seats,
            booked_at=booked_at,
            steps=plan_steps(planned_class, person, outcome, booked_at, self._rng),
        )

    def _is_over(self, planned_class: PlannedClass) -> bool:
        return planned_class.starts_at < self._rng.moment

    def _is_possible(self, planned_class: PlannedClass, outcome: PlannedOutcome) -> bool:
        return is_possible(planned_class, outcome, self._rng.moment)

    def _is_free(self, person: DemoPerson, planned_class: PlannedClass) -> bool:
        return all(
            other.ends_at <= planned_class.starts_at or planned_class.ends_at <= other.starts_at
            for other in self._busy[person.username]
        )


def _is_awake(person: DemoPerson, at: datetime) -> bool:
    return at.astimezone(zone_named(person.time_zone)).hour in AWAKE
