"""What becomes of a booking of the demo: when it is made, answered, cancelled or completed, and with which words.

Each life keeps to the rules of the marketplace at each of its moments: the notice and the horizon of the schedule, the
time to answer, the notice to cancel.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from marketplace.core.domain.bookings import BookingAction, response_deadline
from marketplace.demo.classes import PlannedClass, PlannedSession
from marketplace.demo.people import DemoPerson
from marketplace.demo.seeded_random import SeededRandom

PlannedOutcome = Literal["held", "pending", "declined", "lapsed", "cancelled", "called_off"]
"""`held`: completed or, where it lies ahead, confirmed; `cancelled` by the learner, `called_off` by the creator."""

MIN_STEP_GAP = timedelta(minutes=5)
"""Between two steps at least."""
EARLIEST = timedelta(days=21)
"""How long before its start something is booked at most."""
RECENT = timedelta(hours=9)
"""How old a request is at most that waits for an answer."""
ANSWERED_WELL_AHEAD = timedelta(hours=60)
"""How far off the start of such a request is at least, so that it still waits while somebody looks around."""
ANSWERED_WITHIN = timedelta(hours=14)
CALLED_OFF_BEFORE = timedelta(hours=5)

APOLOGIES = (
    "Sorry, I'm down with a cold.",
    "I booked the wrong week, sorry!",
    "I have a meeting at that time.",
    "My daughter has a school play that day.",
    "I'll be on a train without internet.",
    "",
)
CALLED_OFF = (
    "I've lost my voice. Sorry! Please choose another date.",
    "The power is out on our street, and we don't know for how long.",
    "My daughter is ill and I have to stay with her. All other dates take place.",
)
DECLINED = (
    "I'm away that day after all. The week after works.",
    "I promised that day to my family and forgot to block it.",
    "That day has filled up. Please request another one.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step after the first; `by` is `None` where the marketplace takes it by itself."""

    action: BookingAction
    at: datetime
    by: DemoPerson | None = None
    reason: str = ""


Steps = tuple[PlannedStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBooking:
    """Seats that a person takes at `booked_at`, and what becomes of them."""

    planned: PlannedSession
    person: DemoPerson
    starts_at: datetime
    seats: int
    booked_at: datetime
    steps: Steps


def fits(one: PlannedClass, outcome: PlannedOutcome, moment: datetime) -> bool:
    """Whether a booking of this class may come to that."""
    is_asked, is_over = one.session.requires_confirmation, one.starts_at < moment
    if outcome == "called_off" or one.is_called_off:
        return outcome == "called_off" and one.is_called_off
    if outcome == "pending":
        notice = timedelta(minutes=one.planned.schedule.notice)
        return is_asked and one.starts_at > moment + max(notice + 2 * MIN_STEP_GAP, ANSWERED_WELL_AHEAD)
    if outcome in {"declined", "lapsed"}:
        return is_asked and is_over
    return outcome == "held" or not (is_asked or one.session.is_popular)


def window(
    one: PlannedClass, person: DemoPerson, outcome: PlannedOutcome, moment: datetime
) -> tuple[datetime, datetime]:
    """From when to when this person may book it for this outcome; empty where they cannot."""
    start, schedule = one.starts_at, one.planned.schedule
    since = [
        one.planned.bookable_from,
        person.joined_at(moment) + timedelta(hours=1),
        start - min(timedelta(days=schedule.horizon), EARLIEST) + MIN_STEP_GAP,
    ]
    until = [start - timedelta(minutes=schedule.notice), moment - MIN_STEP_GAP]
    if outcome == "pending":
        since.append(moment - RECENT)
    elif outcome == "cancelled":
        until.append(_last_to_cancel(one, moment))
    elif outcome == "called_off":
        until.append(_called_off_at(one))
    return max(since), min(until) - MIN_STEP_GAP


def steps(
    one: PlannedClass, person: DemoPerson, outcome: PlannedOutcome, booked_at: datetime, seeded: SeededRandom
) -> Steps:
    """What becomes of a booking that is made at that moment."""
    creator, limit = one.planned.creator, min(response_deadline(booked_at, one.starts_at), seeded.moment)
    if outcome == "pending":
        return ()
    if outcome == "lapsed":
        return (PlannedStep(action="expire", at=limit),)
    if outcome == "cancelled":
        at = seeded.between(booked_at, _last_to_cancel(one, seeded.moment))
        return (PlannedStep(action="cancel", at=at, by=person, reason=seeded.one(APOLOGIES)),)
    if outcome == "called_off":
        reason = CALLED_OFF[one.starts_at.toordinal() % len(CALLED_OFF)]
        return (PlannedStep(action="cancel", at=_called_off_at(one), by=creator, reason=reason),)
    answered_at = seeded.between(booked_at, min(limit, booked_at + ANSWERED_WITHIN))
    if outcome == "declined":
        return (PlannedStep(action="decline", at=answered_at, by=creator, reason=seeded.one(DECLINED)),)
    confirmed = (PlannedStep(action="confirm", at=answered_at, by=creator),)
    completed = (PlannedStep(action="complete", at=one.ends_at),)
    return (
        *(confirmed if one.session.requires_confirmation else ()),
        *(completed if one.ends_at <= seeded.moment else ()),
    )


def _last_to_cancel(one: PlannedClass, moment: datetime) -> datetime:
    return min(one.starts_at - timedelta(hours=one.session.cancellation_notice), moment)


def _called_off_at(one: PlannedClass) -> datetime:
    return one.starts_at - CALLED_OFF_BEFORE
