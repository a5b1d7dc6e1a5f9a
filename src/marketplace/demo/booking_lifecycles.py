"""Plans the life cycle of a demo booking: when it is booked, answered, cancelled or completed, and with which reason.

Every step follows the rules of the marketplace: minimum notice and booking window of the schedule, the hold of pending
bookings, and the cancellation notice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.bookings import response_deadline
from marketplace.demo.classes import PlannedClass, PlannedSession
from marketplace.demo.people import DemoPerson
from marketplace.demo.seeded_random import SeededRandom

PlannedOutcome = Literal["held", "pending", "declined", "expired", "cancelled", "class_cancelled"]
"""`held`: completed, or confirmed if in the future. `cancelled` by the learner, `class_cancelled` by the creator."""

MIN_STEP_GAP = timedelta(minutes=5)
"""Minimum time between two steps."""
MAX_LEAD_TIME = timedelta(days=21)
"""Maximum time from booking to start."""
MAX_PENDING_AGE = timedelta(hours=9)
"""Maximum age of a pending booking."""
MIN_PENDING_LEAD_TIME = timedelta(hours=60)
"""Minimum time to the start of a pending booking, so that it stays pending while a visitor explores the demo."""
MAX_RESPONSE_TIME = timedelta(hours=14)
CLASS_CANCELLED_BEFORE = timedelta(hours=5)

LEARNER_CANCELLATION_REASONS = (
    "Sorry, I'm down with a cold.",
    "I booked the wrong week, sorry!",
    "I have a meeting at that time.",
    "My daughter has a school play that day.",
    "I'll be on a train without internet.",
    "",
)
CREATOR_CANCELLATION_REASONS = (
    "I've lost my voice. Sorry! Please choose another date.",
    "The power is out on our street, and we don't know for how long.",
    "My daughter is ill and I have to stay with her. All other dates take place.",
)
DECLINE_REASONS = (
    "I'm away that day after all. The week after works.",
    "I promised that day to my family and forgot to block it.",
    "That day has filled up. Please request another one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step after booking; `by` is `None` for automatic steps."""

    action: BookingAction
    at: datetime
    by: DemoPerson | None = None
    reason: str = ""


Steps = tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBooking:
    """Seats that a person books at `booked_at`, and the steps that follow."""

    planned: PlannedSession
    person: DemoPerson
    starts_at: datetime
    seats: int
    booked_at: datetime
    steps: Steps


def is_possible(planned_class: PlannedClass, outcome: PlannedOutcome, moment: datetime) -> bool:
    """Return whether a booking of this class can have this outcome."""
    needs_confirmation, is_over = planned_class.session.requires_confirmation, planned_class.starts_at < moment
    if outcome == "class_cancelled" or planned_class.is_cancelled:
        return outcome == "class_cancelled" and planned_class.is_cancelled
    if outcome == "pending":
        notice = timedelta(minutes=planned_class.planned.schedule.notice)
        return needs_confirmation and planned_class.starts_at > moment + max(
            notice + 2 * MIN_STEP_GAP, MIN_PENDING_LEAD_TIME
        )
    if outcome in {"declined", "expired"}:
        return needs_confirmation and is_over
    return outcome == "held" or not (needs_confirmation or planned_class.session.is_popular)


def booking_period(
    planned_class: PlannedClass, person: DemoPerson, outcome: PlannedOutcome, moment: datetime
) -> tuple[datetime, datetime]:
    """Return the period in which this person can book for this outcome; empty (start >= end) if never."""
    start, schedule = planned_class.starts_at, planned_class.planned.schedule
    since = [
        planned_class.planned.bookable_from,
        person.joined_at(moment) + timedelta(hours=1),
        start - min(timedelta(days=schedule.horizon), MAX_LEAD_TIME) + MIN_STEP_GAP,
    ]
    until = [start - timedelta(minutes=schedule.notice), moment - MIN_STEP_GAP]
    if outcome == "pending":
        since.append(moment - MAX_PENDING_AGE)
    elif outcome == "cancelled":
        until.append(_cancellation_deadline(planned_class, moment))
    elif outcome == "class_cancelled":
        until.append(_class_cancelled_at(planned_class))
    return max(since), min(until) - MIN_STEP_GAP


def plan_steps(
    planned_class: PlannedClass, person: DemoPerson, outcome: PlannedOutcome, booked_at: datetime, rng: SeededRandom
) -> Steps:
    """Plan the steps of a booking made at `booked_at`."""
    creator, limit = (
        planned_class.planned.creator,
        min(response_deadline(booked_at, planned_class.starts_at), rng.moment),
    )
    if outcome == "pending":
        return ()
    if outcome == "expired":
        return (PlannedStep(action="expire", at=limit),)
    if outcome == "cancelled":
        at = rng.between(booked_at, _cancellation_deadline(planned_class, rng.moment))
        return (PlannedStep(action="cancel", at=at, by=person, reason=rng.choice(LEARNER_CANCELLATION_REASONS)),)
    if outcome == "class_cancelled":
        reason = CREATOR_CANCELLATION_REASONS[planned_class.starts_at.toordinal() % len(CREATOR_CANCELLATION_REASONS)]
        return (PlannedStep(action="cancel", at=_class_cancelled_at(planned_class), by=creator, reason=reason),)
    answered_at = rng.between(booked_at, min(limit, booked_at + MAX_RESPONSE_TIME))
    if outcome == "declined":
        return (PlannedStep(action="decline", at=answered_at, by=creator, reason=rng.choice(DECLINE_REASONS)),)
    confirmed = (PlannedStep(action="confirm", at=answered_at, by=creator),)
    completed = (PlannedStep(action="complete", at=planned_class.ends_at),)
    return (
        *(confirmed if planned_class.session.requires_confirmation else ()),
        *(completed if planned_class.ends_at <= rng.moment else ()),
    )


def _cancellation_deadline(planned_class: PlannedClass, moment: datetime) -> datetime:
    return min(planned_class.starts_at - timedelta(hours=planned_class.session.cancellation_notice), moment)


def _class_cancelled_at(planned_class: PlannedClass) -> datetime:
    return planned_class.starts_at - CLASS_CANCELLED_BEFORE
