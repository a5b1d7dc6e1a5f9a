"""Kinds of messages, and the properties of each."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum


class MessageKind(StrEnum):
    """What a message says. Stored: never rename one.

    Those of a booking go to either party; who receives one decides its words.
    """

    VERIFY_EMAIL = "verify_email"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of message
    EMAIL_CHANGE = "email_change"
    """To the new address, which has to be confirmed."""
    EMAIL_CHANGED = "email_changed"
    """To the former address."""
    ACCOUNT_DELETED = "account_deleted"
    """To the former address, which is deleted with the request once the message is final."""
    NEW_SIGN_IN = "new_sign_in"
    API_KEY_CREATED = "api_key_created"
    SECURITY_CHANGED = "security_changed"
    """Another way to sign in, or one less: see `security_changes`."""
    BOOKING_BOOKED = "booking_booked"
    BOOKING_REQUESTED = "booking_requested"
    """Seats, or another time of a booking, that wait for the creator's answer."""
    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_DECLINED = "booking_declined"
    BOOKING_EXPIRED = "booking_expired"
    BOOKING_MOVED = "booking_moved"
    BOOKING_CANCELLED = "booking_cancelled"
    SEATS_CHANGED = "seats_changed"
    REMINDER_DAY = "reminder_day"
    REMINDER_HOUR = "reminder_hour"
    SESSION_CHANGED = "session_changed"
    HOW_WAS_IT = "how_was_it"
    NEW_MESSAGE = "new_message"
    """The other party of a booking has written."""
    NEW_REVIEW = "new_review"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_REFUNDED = "payment_refunded"
    SEAT_OFFERED = "seat_offered"
    OFFER_EXPIRED = "offer_expired"
    WAITLIST_CLOSED = "waitlist_closed"
    """A start that the person waits for, or its line, came to an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """Properties of a kind."""

    is_needed: bool = False
    """The person cannot unsubscribe from it."""
    to_unverified: bool = False
    """It also goes, a few times a day, to an address that is not verified or that a mail server refused."""
    worth: timedelta
    """How long after it is due it is worth sending."""
    ends_at_start: bool = False
    """It is worthless once the booked time starts, even if `worth` lasts longer."""
    retries_unknown: bool = False
    """It is sent once more, with the same Message-ID, if the outcome of the first transmission was lost."""


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTCOME = KindRule(worth=3 * DAY, is_needed=True, retries_unknown=True)
UPCOMING = replace(OUTCOME, ends_at_start=True)
RULES: dict[MessageKind, KindRule] = {
    MessageKind.VERIFY_EMAIL: KindRule(worth=DAY, is_needed=True, to_unverified=True, retries_unknown=True),
    MessageKind.PASSWORD_RESET: KindRule(worth=HOUR, is_needed=True, to_unverified=True, retries_unknown=True),
    MessageKind.EMAIL_CHANGE: KindRule(worth=DAY, is_needed=True, to_unverified=True, retries_unknown=True),
    MessageKind.EMAIL_CHANGED: OUTCOME,
    MessageKind.ACCOUNT_DELETED: OUTCOME,
    MessageKind.NEW_SIGN_IN: KindRule(worth=DAY, is_needed=True, retries_unknown=True),
    MessageKind.API_KEY_CREATED: OUTCOME,
    MessageKind.SECURITY_CHANGED: OUTCOME,
    MessageKind.BOOKING_BOOKED: UPCOMING,
    MessageKind.BOOKING_REQUESTED: UPCOMING,
    MessageKind.BOOKING_CONFIRMED: UPCOMING,
    MessageKind.BOOKING_DECLINED: OUTCOME,
    MessageKind.BOOKING_EXPIRED: OUTCOME,
    MessageKind.BOOKING_MOVED: UPCOMING,
    MessageKind.BOOKING_CANCELLED: OUTCOME,
    MessageKind.SEATS_CHANGED: UPCOMING,
    MessageKind.REMINDER_DAY: KindRule(worth=6 * HOUR, ends_at_start=True),
    MessageKind.REMINDER_HOUR: KindRule(worth=HOUR, ends_at_start=True),
    MessageKind.SESSION_CHANGED: UPCOMING,
    MessageKind.HOW_WAS_IT: KindRule(worth=3 * DAY),
    MessageKind.NEW_MESSAGE: KindRule(worth=DAY),
    MessageKind.NEW_REVIEW: KindRule(worth=3 * DAY),
    MessageKind.PAYMENT_RECEIVED: OUTCOME,
    MessageKind.PAYMENT_REFUNDED: OUTCOME,
    MessageKind.SEAT_OFFERED: KindRule(worth=2 * HOUR, is_needed=True, ends_at_start=True, retries_unknown=True),
    MessageKind.OFFER_EXPIRED: KindRule(worth=DAY, ends_at_start=True),
    MessageKind.WAITLIST_CLOSED: UPCOMING,
}
MONEY_KINDS = frozenset({MessageKind.PAYMENT_RECEIVED, MessageKind.PAYMENT_REFUNDED})
"""Kinds whose `subject` is the ID of a payment, or of the operation that returned money. Their version is 0."""
WAITLIST_KINDS = frozenset({MessageKind.SEAT_OFFERED, MessageKind.OFFER_EXPIRED, MessageKind.WAITLIST_CLOSED})
"""Kinds whose `subject` is the ID of an entry of a waitlist."""
ACCOUNT_KINDS = frozenset(
    {
        *(MessageKind.VERIFY_EMAIL, MessageKind.PASSWORD_RESET, MessageKind.EMAIL_CHANGE, MessageKind.EMAIL_CHANGED),
        *(MessageKind.ACCOUNT_DELETED, MessageKind.NEW_SIGN_IN, MessageKind.SECURITY_CHANGED),
        MessageKind.API_KEY_CREATED,
    }
)
"""Kinds whose link, and recipient if it is another address, come from `AccountMails`."""
OPTIONAL_KINDS = tuple(kind for kind, rule in RULES.items() if not rule.is_needed)
"""Kinds that people can unsubscribe from."""
