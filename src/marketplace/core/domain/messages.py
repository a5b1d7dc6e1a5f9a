"""Messages: what the site decided to say to a person, why, and how far it got."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.message_kinds import (
    ACCOUNT_KINDS,
    DAY,
    HOUR,
    MONEY_KINDS,
    OPTIONAL_KINDS,
    RULES,
    WAITLIST_KINDS,
    KindRule,
    MessageKind,
)
from marketplace.core.domain.message_reasons import CAN_END, DECIDED_REASONS, MessageReason
from marketplace.core.errors import IllegalTransition, TooLate

__all__ = [
    "ACCOUNT_KINDS",
    "DAY",
    "FAILED",
    "FINAL",
    "FIRST_RETRY",
    "HOUR",
    "KEPT_FOR",
    "LAST_RETRY",
    "MAX_DOUBLINGS",
    "MONEY_KINDS",
    "OPTIONAL_KINDS",
    "REFUSED_FOR",
    "REFUSED_PER_DAY",
    "RULES",
    "UNSAID",
    "UNVERIFIED_PER_DAY",
    "WAITLIST_KINDS",
    "KindRule",
    "Message",
    "MessageKind",
    "MessageState",
    "Recipient",
    "Topic",
    "Unsent",
]


class MessageState(StrEnum):
    """How far a message got. Stored: never rename one."""

    PENDING = "pending"
    """It waits to be due, or for its next attempt."""
    HELD = "held"
    """No mail server is configured."""
    STARTED = "started"
    """Transmission began; its outcome is not recorded yet."""
    SENT = "sent"
    """A mail server accepted it."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """Transmission began and its outcome was lost. It may have been sent."""
    DROPPED = "dropped"
    """It became untrue or worthless before it was sent."""


FAILED = frozenset({MessageState.REFUSED, MessageState.UNKNOWN})
FINAL = frozenset({MessageState.SENT, *FAILED, MessageState.DROPPED})
UNSAID = FAILED | {MessageState.DROPPED}
"""States of a message that ended without having certainly reached a mail server."""
Unsent = Literal["held", "failed"]
UNVERIFIED_PER_DAY = 3
"""Mails to an unverified address within 24 hours, of all kinds together."""
REFUSED_PER_DAY = 1
"""Mails to an address that a mail server refused, likewise: the refusal may have been an error."""
REFUSED_FOR = timedelta(days=30)
"""How long nothing else is sent to a refused address."""
FIRST_RETRY, LAST_RETRY, MAX_DOUBLINGS = timedelta(seconds=30), HOUR, 7
KEPT_FOR = timedelta(days=180)
"""How long messages are kept, from when they are due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What a message is about. `starts_at` is the booked time, if any, at which it may become worthless."""

    subject: str
    """ID of a booking, a review, a login, an API key or a request for a token."""
    version: int = 0
    booking_id: UUID | None = None
    session_id: UUID | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to a person. Holds IDs and instants only: never a name, an address, a token or a text.

    Of one person, kind, `subject` and `version` there is at most one. Of a booking, `subject` is its ID and `version`
    the number of steps that changed, or asked to change, its time or seats.
    """

    id: UUID
    user_id: UUID
    kind: MessageKind
    subject: str
    version: int = 0
    booking_id: UUID | None = None
    session_id: UUID | None = None
    due_at: datetime
    expires_at: datetime
    """It is worthless from then on."""
    state: MessageState = MessageState.PENDING
    attempts: int = 0
    """Transmissions that were started."""
    next_attempt_at: datetime | None
    """When a worker looks at it next: the end of the lease while one does. `None` if it is held or final."""
    message_id: str
    """The Message-ID header (RFC 5322) of every attempt, with angle brackets."""
    unknown_at: datetime | None = None
    """When the outcome of a transmission was found to be lost, even if another attempt followed."""
    last_error: str | None = None
    """Why it was refused, postponed or dropped: a `MessageReason`, or the codes of a mail server's answer."""
    created_at: datetime
    sent_at: datetime | None = None

    @property
    def rule(self) -> KindRule:
        return RULES[self.kind]

    def started(self) -> Self:
        """Return the message with its transmission started; the lease stays."""
        return replace(self, state=MessageState.STARTED, attempts=self.attempts + 1)

    def leased_until(self, end: datetime) -> Self:
        """Return the message with another lease of the worker that has claimed it."""
        return replace(self, next_attempt_at=end)

    def sent(self, now: datetime) -> Self:
        return replace(self, state=MessageState.SENT, next_attempt_at=None, last_error=None, sent_at=now)

    @property
    def reason(self) -> MessageReason | None:
        """Why it waits or was not sent; `None` if it only waits to be due, or was sent."""
        match self.state:
            case MessageState.HELD:
                return MessageReason.NO_MAIL_SERVER
            case MessageState.REFUSED:
                return MessageReason.SERVER_REFUSED
            case MessageState.UNKNOWN:
                return MessageReason.OUTCOME_LOST
            case MessageState.DROPPED:
                return DECIDED_REASONS.get(self.last_error or "", MessageReason.TOO_LATE)
        return None if self.last_error is None else DECIDED_REASONS.get(self.last_error, MessageReason.SERVER_POSTPONED)

    @property
    def can_succeed(self) -> bool:
        """Whether another attempt could have another outcome, as far as the message itself says."""
        if self.state is MessageState.DROPPED:
            return self.reason in CAN_END
        if self.state is MessageState.PENDING:
            return self.last_error is not None
        return self.state in FAILED or self.state is MessageState.HELD

    def require_retryable(self, now: datetime, *, has_server: bool) -> None:
        """Raise `IllegalTransition` or `TooLate` if `retried` would be of no use."""
        if not self.can_succeed:
            raise IllegalTransition(f"This mail is {self.state}, so it can't be retried.")
        if now >= self.expires_at:
            raise TooLate("This mail isn't worth sending anymore.")
        if self.state is MessageState.HELD and not has_server:
            raise IllegalTransition("There's no mail server. Held mails go once there is one.")

    def retried(self, now: datetime, *, has_server: bool) -> Self:
        """Return the message as waiting, to be decided again once it is due, or held without a mail server."""
        self.require_retryable(now, has_server=has_server)
        at = max(self.due_at, now)
        if not has_server:
            return self.held()
        return replace(self, state=MessageState.PENDING, next_attempt_at=at, last_error=None)

    def refused(self, reason: str) -> Self:
        return replace(self, state=MessageState.REFUSED, next_attempt_at=None, last_error=reason)

    def dropped(self, reason: str) -> Self:
        return replace(self, state=MessageState.DROPPED, next_attempt_at=None, last_error=reason)

    def held(self) -> Self:
        return replace(self, state=MessageState.HELD, next_attempt_at=None)

    def released(self, now: datetime) -> Self:
        """Return the held message as pending, behind those that are due already, or dropped if it is worthless."""
        if now >= self.expires_at:
            return self.dropped(MessageReason.TOO_LATE)
        return replace(self, state=MessageState.PENDING, next_attempt_at=max(self.due_at, now))

    def postponed(self, now: datetime, reason: str, failures: int) -> Self:
        """Return the message after a temporary failure: it backs off, and is dropped if it would be worthless then."""
        at = now + min(FIRST_RETRY * (1 << min(max(failures - 1, 0), MAX_DOUBLINGS)), LAST_RETRY)
        if at >= self.expires_at:
            return self.dropped(reason)
        return replace(self, state=MessageState.PENDING, next_attempt_at=at, last_error=reason)

    def lost(self, now: datetime, reason: str) -> Self:
        """Return the message after a transmission whose outcome was lost: sent once more, or not, by its kind."""
        known = replace(self, unknown_at=now, last_error=reason)
        if self.rule.retries_unknown and self.unknown_at is None and now < self.expires_at:
            return replace(known, state=MessageState.PENDING, next_attempt_at=now)
        return replace(known, state=MessageState.UNKNOWN, next_attempt_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person as mail needs them, with what is known about their present e-mail address."""

    user_id: UUID
    email: str
    display_name: str
    time_zone: str
    locale: str | None = None
    """`None`: the installation's."""
    is_active: bool
    is_verified: bool
    refused_at: datetime | None = None
    """When a mail server last refused the address for good."""
    unsubscribed: frozenset[MessageKind] = frozenset()

    def is_refused(self, now: datetime) -> bool:
        return self.refused_at is not None and now < self.refused_at + REFUSED_FOR

    def refusal(self, kind: MessageKind, now: datetime) -> MessageReason | None:
        """Return why a kind does not go to this person now, or `None`."""
        if not self.is_active:
            return MessageReason.DEACTIVATED
        if self.is_refused(now) and not RULES[kind].to_unverified:
            return MessageReason.ADDRESS_REFUSED
        if not (self.is_verified or RULES[kind].to_unverified):
            return MessageReason.UNVERIFIED
        if kind in self.unsubscribed and not RULES[kind].is_needed:
            return MessageReason.UNSUBSCRIBED
        return None
