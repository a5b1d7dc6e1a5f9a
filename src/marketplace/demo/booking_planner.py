"""Who books the classes of the demo.

The accounts that visitors sign in with choose first, so that each of them has something on every tab.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from marketplace.demo.booking_lifecycles import PlannedBooking, PlannedOutcome, fits, steps, window
from marketplace.demo.classes import PlannedClass
from marketplace.demo.people import ADMIN, CREATOR, CREATORS, LEARNER, LEARNERS, VISITORS, DemoPerson
from marketplace.demo.seeded_random import SeededRandom

AUDIENCE = tuple(person for person in (*LEARNERS, *CREATORS) if person not in VISITORS)
"""Who fills the classes. Creators learn from each other too."""
IN_PERSON = "in-person"
"""The tag of what happens at a table in Rome, to which nobody comes from another continent."""
AWAKE = range(7, 22)
"""The hours of the day at which people like to begin something."""
NEAREST = 12
"""How many of the next classes the first booking of a visitor is one of, so that there is a countdown to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What an account of a visitor is to have: so many bookings ahead and behind, of these categories if possible."""

    person: DemoPerson
    interests: frozenset[str]
    ahead: Mapping[PlannedOutcome, int]
    behind: Mapping[PlannedOutcome, int]


PREFERENCES = (
    Preferences(
        person=LEARNER,
        interests=frozenset({"art", "business", "cooking", "languages", "music"}),
        ahead={"pending": 2, "held": 4, "cancelled": 1},
        behind={"held": 8, "called_off": 1, "cancelled": 1, "declined": 1},
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
    """Draws lots, and remembers where everybody is already."""

    def __init__(self, classes: Iterable[PlannedClass], seeded: SeededRandom) -> None:
        self._classes = sorted(classes, key=lambda one: one.starts_at)
        self._lots = seeded
        self._left = {id(one): one.wanted for one in self._classes}
        self._busy: dict[str, list[PlannedClass]] = defaultdict(list)
        for one in self._classes:
            self._busy[one.session.creator].append(one)

    def bookings(self) -> Iterator[PlannedBooking]:
        """Every booking: those of visitors, then what fills the classes as far as wanted."""
        ahead = [one for one in self._classes if not self._is_over(one) and not one.session.is_popular]
        behind = [one for one in self._classes if self._is_over(one)]
        for preferences in PREFERENCES:
            yield from self._preferred(preferences, "held", 1, ahead[:NEAREST])
            for classes, outcomes in ((ahead, preferences.ahead), (behind, preferences.behind)):
                for outcome, number in outcomes.items():
                    yield from self._preferred(preferences, outcome, number, self._lots.some(classes))
        for one in self._classes:
            yield from self._filled(one)

    def _preferred(
        self, preferences: Preferences, outcome: PlannedOutcome, number: int, classes: Iterable[PlannedClass]
    ) -> Iterator[PlannedBooking]:
        def preference(one: PlannedClass) -> tuple[bool, bool]:
            return not _is_awake(preferences.person, one.starts_at), one.session.category not in preferences.interests

        for one in sorted(classes, key=preference):
            booking = self._booking(one, preferences.person, outcome) if number else None
            if booking is not None:
                number -= 1
                yield booking

    def _filled(self, one: PlannedClass) -> Iterator[PlannedBooking]:
        people = self._lots.some(AUDIENCE)
        awake = [person for person in people if _is_awake(person, one.starts_at)]
        asleep = [person for person in people if one.session.is_popular and person not in awake]
        for person in (*awake, *asleep):
            if not self._left[id(one)]:
                return
            booking = self._booking(one, person, self._outcome(one))
            if booking is not None:
                yield booking

    def _outcome(self, one: PlannedClass) -> PlannedOutcome:
        """What becomes of a booking of this class, by chance."""
        percents: tuple[tuple[PlannedOutcome, int], ...] = (
            ("called_off", 100),
            ("pending", 100 if one.planned.creator in VISITORS else 55),
            ("declined", 10),
            ("lapsed", 6),
            ("cancelled", 7),
        )
        likely = (outcome for outcome, percent in percents if self._fits(one, outcome) and self._lots.chance(percent))
        return next(likely, "held")

    def _booking(self, one: PlannedClass, person: DemoPerson, outcome: PlannedOutcome) -> PlannedBooking | None:
        """Seats for this person, or `None` where that cannot be."""
        since, until = window(one, person, outcome, self._lots.moment)
        if not (self._left[id(one)] and since < until and self._fits(one, outcome) and self._is_free(person, one)):
            return None
        if IN_PERSON in one.session.tags and not person.time_zone.startswith("Europe/"):
            return None
        seats = min(self._left[id(one)], self._lots.one((1, 1, 1, 2, 2, 3)))
        self._left[id(one)] -= seats
        self._busy[person.username].append(one)
        booked_at = self._lots.between(since, until)
        return PlannedBooking(
            planned=one.planned,
            person=person,
            starts_at=one.starts_at,
            seats=seats,
            booked_at=booked_at,
            steps=steps(one, person, outcome, booked_at, self._lots),
        )

    def _is_over(self, one: PlannedClass) -> bool:
        return one.starts_at < self._lots.moment

    def _fits(self, one: PlannedClass, outcome: PlannedOutcome) -> bool:
        return fits(one, outcome, self._lots.moment)

    def _is_free(self, person: DemoPerson, one: PlannedClass) -> bool:
        return all(
            other.ends_at <= one.starts_at or one.ends_at <= other.starts_at for other in self._busy[person.username]
        )


def _is_awake(person: DemoPerson, at: datetime) -> bool:
    return at.astimezone(_zone(person.time_zone)).hour in AWAKE


@cache
def _zone(name: str) -> ZoneInfo:
    # ZoneInfo itself remembers eight, and reads the file of any other again
    return ZoneInfo(name)
