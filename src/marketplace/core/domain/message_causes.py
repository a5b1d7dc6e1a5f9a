"""Which messages the steps of a booking cause, and whether one is still true when it is due."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import LIVE, BookingStatus, BookingStep, StepAction
from marketplace.core.domain.events import (
    BookingEvent,
    BookingEventKind,
    SessionEvent,
    WaitlistEvent,
    WaitlistEventKind,
)
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import DAY, HOUR, MessageKind, Topic
from marketplace.core.domain.reviews import Review
from marketplace.core.domain.seat_changes import changes_only_owed_seats
from marketplace.core.domain.waitlist import WaitlistEntry, WaitlistStatus

REMINDERS: dict[MessageKind, timedelta] = {MessageKind.REMINDER_DAY: DAY, MessageKind.REMINDER_HOUR: HOUR}
"""How long before the start each is due."""
UNREAD_HISTORY = frozenset({"booking.created", "booking.cancelled", "booking.completed"})
"""Kinds of events that happen once, so that their messages need no version."""
SOLD_FIELDS = frozenset({"title", "format", "place", "address", "coordinates", "join_url"})
"""Fields of a session whose change its learners are informed of. Price and duration stay as sold."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""Who booked so long after a change is informed of it, too: the clocks of servers differ a little."""
EDITS_TOGETHER = timedelta(minutes=10)
"""Edits of a session within one such window are one message to each learner, due at its end."""
LAST_EDITS = timedelta(minutes=1)
"""The window in the last hour before the learner's booked time."""
CHANGES_PER_DAY = 3
"""Messages about edits of one session to one person in 24 hours, besides those of `SUMMARIES`."""
SUMMARIES = (HOUR, timedelta(minutes=15), timedelta(0))
"""Further edits are one message at the end of the day in UTC, or so long before the booked time if that is sooner."""

KINDS: dict[BookingEventKind, MessageKind] = {
    "booking.created": MessageKind.BOOKING_BOOKED,
    "booking.confirmed": MessageKind.BOOKING_CONFIRMED,
    "booking.rescheduled": MessageKind.BOOKING_MOVED,
    "booking.declined": MessageKind.BOOKING_DECLINED,
    "booking.expired": MessageKind.BOOKING_EXPIRED,
    "booking.cancelled": MessageKind.BOOKING_CANCELLED,
    "booking.seats_changed": MessageKind.SEATS_CHANGED,
    "booking.completed": MessageKind.HOW_WAS_IT,
}
ENDS: dict[MessageKind, BookingStatus] = {
    MessageKind.BOOKING_CANCELLED: "cancelled",
    MessageKind.HOW_WAS_IT: "completed",
}
"""The status that a message tells of."""
ANSWERS: dict[MessageKind, StepAction] = {
    MessageKind.BOOKING_DECLINED: "decline",
    MessageKind.BOOKING_EXPIRED: "expire",
}
"""Untrue once another request followed, or another step ended the booking. Each with the action that it tells of."""
LATEST_ONLY = frozenset({MessageKind.BOOKING_REQUESTED, MessageKind.SEATS_CHANGED})
"""Replaced by the message of any later change that its party has one of, which says all of it."""
NEED_SEAT = frozenset({MessageKind.BOOKING_BOOKED, MessageKind.BOOKING_CONFIRMED, *REMINDERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A message to decide. `due_at` is `None` for now."""

    kind: MessageKind
    user_id: UUID
    topic: Topic
    due_at: datetime | None = None


def reminder_due(kind: MessageKind, starts_at: datetime) -> datetime:
    """Return when a reminder is due: an instant in UTC, whatever the clocks of any zone do meanwhile."""
    return starts_at - REMINDERS[kind]


def edits_end(at: datetime, starts_at: datetime, announced: Collection[int]) -> datetime | None:
    """Return the end of the window of edits that one belongs to, or `None` if its message exists.

    `announced` has the ends of the windows that a person has messages of, since a day ago, in Unix time: the versions
    of these messages.
    """
    width = (EDITS_TOGETHER if starts_at - at > HOUR else LAST_EDITS).total_seconds()
    end = datetime.fromtimestamp((at.timestamp() // width + 1) * width, at.tzinfo)
    if end.timestamp() not in announced and len(announced) >= CHANGES_PER_DAY:
        tomorrow = datetime.fromtimestamp((at.timestamp() // DAY.total_seconds() + 1) * DAY.total_seconds(), at.tzinfo)
        end = min(each for each in (tomorrow, *(starts_at - before for before in SUMMARIES)) if each > at)
    return None if end.timestamp() in announced else end


def informed_until(event: SessionEvent) -> datetime:
    """Return when the last booking was made whose learner is informed of a change."""
    return event.at + CLOCKS_DIFFER


def booking_version(history: Sequence[BookingStep]) -> int:
    """Return the number of steps that changed, or asked to change, the time or the seats."""
    return sum(step.to_start is not None or step.to_seats is not None for step in history)


def version_of_start(history: Sequence[BookingStep]) -> int:
    """Return the version with which the booking got its present start."""
    moves = [place for place, step in enumerate(history, 1) if step.from_start is not None]
    return booking_version(history[: moves[-1]]) if moves else 0


def version_at(event: BookingEvent, history: Sequence[BookingStep]) -> int:
    """Return the version after the step of an event."""
    return booking_version(history[: event.place_in(history)])


def decisions(event: BookingEvent, version: int, *, is_unpaid: bool = False) -> Iterator[Decision]:
    """Yield the messages that a step causes.

    Both parties are informed, except a creator of what they did themselves, and a learner who withdrew a request.
    Before the payment, of the booking or of seats added to it, there is only a hold, of which a learner is told what
    other people did.
    """
    topic = Topic(
        subject=str(event.booking_id),
        version=version,
        booking_id=event.booking_id,
        session_id=event.session_id,
        starts_at=event.starts_at,
    )
    kind = _kind(event)
    parties: tuple[UUID, ...] = (event.user_id, event.creator_id)
    knows = event.actor_id == event.creator_id or kind is MessageKind.BOOKING_DECLINED
    if is_unpaid:
        parties = parties[:1] if event.actor_id not in {None, event.user_id} else ()
    for user_id in parties[:1] if kind is MessageKind.HOW_WAS_IT else parties:
        if not (knows and user_id == event.actor_id):
            yield Decision(kind=kind, user_id=user_id, topic=topic)
    if _is_reminded_of(event):
        yield from _reminders(event.user_id, topic, event.starts_at, event.at)


def reminders_of(booking: BookingHistory) -> Iterator[Decision]:
    """Yield the reminders that the events of a confirmed booking cause for its present start."""
    for place, step in reversed([*enumerate(booking.history, 1)]):
        if _is_reminded_of(step):
            topic = Topic(
                subject=str(booking.id),
                version=booking_version(booking.history[:place]),
                booking_id=booking.id,
                session_id=booking.session_id,
                starts_at=booking.starts_at,
            )
            yield from _reminders(booking.user_id, topic, booking.starts_at, step.at)
            return


WAITLIST_MESSAGES: dict[WaitlistEventKind, MessageKind] = {
    "waitlist.offered": MessageKind.SEAT_OFFERED,
    "waitlist.expired": MessageKind.OFFER_EXPIRED,
    "waitlist.closed": MessageKind.WAITLIST_CLOSED,
}
NEEDED_STATUS: dict[MessageKind, WaitlistStatus] = {
    MessageKind.SEAT_OFFERED: "offered",
    MessageKind.OFFER_EXPIRED: "expired",
    MessageKind.WAITLIST_CLOSED: "closed",
}


def waitlist_decisions(event: WaitlistEvent) -> Iterator[Decision]:
    """Yield the message to the person of an entry. An entry has each kind once."""
    if event.kind in WAITLIST_MESSAGES:
        topic = Topic(subject=str(event.entry_id), session_id=event.session_id, starts_at=event.starts_at)
        yield Decision(kind=WAITLIST_MESSAGES[event.kind], user_id=event.user_id, topic=topic)


def is_true_of(kind: MessageKind, entry: WaitlistEntry, now: datetime) -> bool:
    """Return whether a message about an entry of a waitlist still holds."""
    is_open = kind is not MessageKind.SEAT_OFFERED or entry.is_offered(now)
    return entry.status == NEEDED_STATUS[kind] and is_open


def review_decision(review: Review) -> Decision | None:
    """Return the message to a creator about a review of their session, unless it is hidden."""
    if review.hidden_at is not None:
        return None
    topic = Topic(subject=str(review.id), booking_id=review.booking_id, session_id=review.session_id)
    return Decision(kind=MessageKind.NEW_REVIEW, user_id=review.creator_id, topic=topic)


def _is_reminded_of(step: BookingEvent | BookingStep) -> bool:
    """Return whether a step makes a start certain: the first one, the payment, an answer, or a move."""
    has_start = step.from_status != "confirmed" or step.from_start is not None
    return step.to_status == "confirmed" and has_start


def _reminders(user_id: UUID, topic: Topic, starts_at: datetime, at: datetime) -> Iterator[Decision]:
    """Yield those that are due after the step that causes them."""
    for kind in REMINDERS:
        due_at = reminder_due(kind, starts_at)
        if due_at > at:
            yield Decision(kind=kind, user_id=user_id, topic=topic, due_at=due_at)


def told_step(kind: MessageKind, history: Sequence[BookingStep]) -> BookingStep:
    """Return the step that a message tells of, as other steps may have followed: the last of its action."""
    if kind is MessageKind.BOOKING_MOVED:
        found = (step for step in reversed(history) if step.from_start is not None)
    else:
        found = (step for step in reversed(history) if step.action == ANSWERS.get(kind))
    return next(found, history[-1])


def _kind(event: BookingEvent) -> MessageKind:
    if event.pays or event.kind == "booking.created":
        return MessageKind.BOOKING_REQUESTED if event.to_status == "pending" else MessageKind.BOOKING_BOOKED
    if event.pays_seats:
        return MessageKind.SEATS_CHANGED
    if event.kind == "booking.rescheduled" and event.from_start is None:
        return MessageKind.BOOKING_REQUESTED
    if event.kind == "booking.confirmed" and event.from_start is not None:
        return MessageKind.BOOKING_MOVED
    return KINDS[event.kind]


def untrue(
    kind: MessageKind, version: int, booking: BookingHistory, reader_id: UUID, now: datetime
) -> MessageReason | None:
    """Return why a message to a party of a booking is no longer true, or `None`."""
    if kind in ENDS:
        return None if booking.status == ENDS[kind] else MessageReason.STATUS_CHANGED
    if kind in ANSWERS:
        return _untrue_answer(kind, version, booking)
    if booking.status not in LIVE or (kind in NEED_SEAT and booking.status != "confirmed"):
        return MessageReason.STATUS_CHANGED
    if now >= booking.starts_at:
        return MessageReason.BOOKING_STARTED
    if kind is MessageKind.BOOKING_REQUESTED and not booking.awaits_creator():
        return MessageReason.ANSWERED
    return MessageReason.BOOKING_CHANGED if version < _oldest_true(kind, booking, reader_id) else None


def _untrue_answer(kind: MessageKind, version: int, booking: BookingHistory) -> MessageReason | None:
    if _is_time_changed_after(version, booking.history):
        return MessageReason.BOOKING_CHANGED
    return None if booking.status == told_step(kind, booking.history).to_status else MessageReason.STATUS_CHANGED


def _is_time_changed_after(version: int, history: Sequence[BookingStep]) -> bool:
    """Return whether a step after this version changed, or asked to change, the time. Seats may have changed."""
    return any(
        step.to_start is not None and booking_version(history[:place]) > version
        for place, step in enumerate(history, 1)
    )


def _oldest_true(kind: MessageKind, booking: BookingHistory, reader_id: UUID) -> int:
    """Return the version from which messages of a kind are still true."""
    if kind is MessageKind.SESSION_CHANGED:
        return 0
    return _latest_told(booking, reader_id) if kind in LATEST_ONLY else version_of_start(booking.history)


def _latest_told(booking: BookingHistory, reader_id: UUID) -> int:
    """Return the version after the last change that its party has a message of.

    Creators have none of what they did themselves, nor anyone of seats that were given back unpaid.
    """
    for place, step in reversed([*enumerate(booking.history, 1)]):
        is_own = step.actor_id == booking.creator_id == reader_id
        is_change = step.to_start is not None or step.to_seats is not None
        if is_change and not is_own and (booking.owes_seats() or not changes_only_owed_seats(booking, place)):
            return booking_version(booking.history[:place])
    return 0
