"""Why messages wait, or were not sent."""

from enum import StrEnum


class MessageReason(StrEnum):
    """Why a message waits, or was not sent. Stored: never rename one."""

    NO_MAIL_SERVER = "no_mail_server"
    SERVER_POSTPONED = "server_postponed"
    """The server refused it for now, or could not be reached; it is tried again."""
    NOT_WRITTEN = "not_written"
    """Its mail could not be written; it is tried again."""
    SERVER_REFUSED = "server_refused"
    """The server refused it for good."""
    OUTCOME_LOST = "outcome_lost"
    """The connection or the worker ended during the transmission."""
    TOO_LATE = "too_late"
    NO_ACCOUNT = "no_account"
    DEACTIVATED = "deactivated"
    ADDRESS_REFUSED = "address_refused"
    """A mail server refused the address before."""
    UNVERIFIED = "unverified"
    UNSUBSCRIBED = "unsubscribed"
    ADDRESS_LIMIT = "address_limit"
    """Addresses that are unverified or refused get few mails a day."""
    NETWORK_LIMIT = "network_limit"
    """Too many mails to unverified addresses were asked for from one network."""
    ALREADY_VERIFIED = "already_verified"
    REQUEST_ENDED = "request_ended"
    """What it answers was used, replaced or withdrawn."""
    NO_BOOKING = "no_booking"
    NO_PAYMENT = "no_payment"
    """The payment or the refund was not made."""
    BOOKING_CHANGED = "booking_changed"
    """A later message says what the booking is since."""
    STATUS_CHANGED = "status_changed"
    """The booking's status is another one."""
    BOOKING_STARTED = "booking_started"
    ANSWERED = "answered"
    """The creator has answered."""
    ANNOUNCED = "announced"
    """Another mail announces the same conversation."""
    OFFER_ENDED = "offer_ended"
    """The seats are no longer offered, or the person waits no longer."""
    REVIEW_HIDDEN = "review_hidden"
    """Staff have hidden the review, or it is gone."""
    REVIEWED = "reviewed"
    """The learner has reviewed the booking already."""
    MESSAGE_READ = "message_read"
    """The conversation it announces was read or answered."""


DECIDED_REASONS = {reason.value: reason for reason in MessageReason}
"""Reasons by what is stored. Other errors are codes of a mail server."""
CAN_END = frozenset(
    {
        MessageReason.DEACTIVATED,
        MessageReason.ADDRESS_REFUSED,
        MessageReason.UNVERIFIED,
        MessageReason.UNSUBSCRIBED,
        MessageReason.ADDRESS_LIMIT,
        MessageReason.NETWORK_LIMIT,
    }
)
"""Reasons to drop a message that may hold no more while it is still worth sending."""
