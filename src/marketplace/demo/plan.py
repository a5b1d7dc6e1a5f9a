"""Plan of the demo: sessions, classes that take place, bookings and their outcomes.

All times are relative to the moment for which the demo is created. The plan is a pure function of that moment.
"""

from datetime import datetime, timedelta

from marketplace.demo.booking_lifecycles import PlannedBooking
from marketplace.demo.booking_planner import BookingPlanner
from marketplace.demo.classes import PlannedSession, planned_classes
from marketplace.demo.people import CREATORS
from marketplace.demo.seeded_random import SeededRandom
from marketplace.demo.sessions import SESSIONS


def planned_sessions(moment: datetime) -> list[PlannedSession]:
    """Return all sessions in order of creation: one per day until yesterday, creators in turn."""
    sessions = []
    for turn, creator in enumerate(CREATORS):
        own_sessions = [session for session in SESSIONS if session.creator == creator.username]
        for nth, session in enumerate(own_sessions):
            position = nth * len(CREATORS) + turn
            age = timedelta(days=len(SESSIONS) - position, minutes=position * 397 % 720)
            sessions.append(
                PlannedSession(
                    session=session,
                    creator=creator,
                    created_at=moment - age,
                    schedule=session.hours.schedule(creator.time_zone, moment),
                )
            )
    return sorted(sessions, key=lambda planned: planned.created_at)


def planned_bookings(moment: datetime) -> list[PlannedBooking]:
    """Return all bookings in order of creation."""
    rng = SeededRandom(moment=moment)
    classes = planned_classes(planned_sessions(moment), rng)
    return sorted(BookingPlanner(classes, rng).bookings(), key=lambda booking: booking.booked_at)
