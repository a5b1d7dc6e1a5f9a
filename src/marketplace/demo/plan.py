"""What happens in the demo and when: who offers what, which classes take place, who books them and what becomes of it.

Every moment is counted from the one for which the demo is made, so it looks alive whenever that is. Nothing is stored
here; the same moment always gives the same plan.
"""

from datetime import datetime, timedelta

from marketplace.demo.booking_lifecycles import PlannedBooking
from marketplace.demo.booking_planner import BookingPlanner
from marketplace.demo.classes import PlannedSession, planned_classes
from marketplace.demo.people import CREATORS
from marketplace.demo.seeded_random import SeededRandom
from marketplace.demo.sessions import SESSIONS


def planned_sessions(moment: datetime) -> list[PlannedSession]:
    """All sessions in the order of their making, one a day until yesterday, the creators taking turns."""
    found = []
    for turn, creator in enumerate(CREATORS):
        own = [session for session in SESSIONS if session.creator == creator.username]
        for nth, session in enumerate(own):
            place = nth * len(CREATORS) + turn
            age = timedelta(days=len(SESSIONS) - place, minutes=place * 397 % 720)
            found.append(
                PlannedSession(
                    session=session,
                    creator=creator,
                    created_at=moment - age,
                    schedule=session.hours.schedule(creator.time_zone, moment),
                )
            )
    return sorted(found, key=lambda planned: planned.created_at)


def planned_bookings(moment: datetime) -> list[PlannedBooking]:
    """All bookings, in the order in which they are made."""
    seeded = SeededRandom(moment=moment)
    classes = planned_classes(planned_sessions(moment), seeded)
    return sorted(BookingPlanner(classes, seeded).bookings(), key=lambda booking: booking.booked_at)
