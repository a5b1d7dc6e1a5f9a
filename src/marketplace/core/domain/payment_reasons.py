"""Why a provider was asked for something, and why a payment waits for staff."""

from enum import StrEnum


class Cause(StrEnum):
    """Why the provider was asked. Stored: never rename one."""

    PAY = "pay"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    """The booking was cancelled, declined or expired; the refund is the quote of that moment."""
    SEATS = "seats"
    LATE = "late"
    """The payment arrived after its seats were gone."""
    TWICE = "twice"
    """The learner paid more than once for the same thing."""
    STAFF = "staff"
    PROVIDER = "provider"
    """It was made in the provider's own dashboard, and is only recorded here."""
    DISPUTE = "dispute"
    """The learner's bank took it back, since a dispute was lost."""


class ParkedReason(StrEnum):
    """Why a payment, or a report of the provider, waits for staff. Stored: never rename one."""

    AMOUNT = "amount_differs"
    CURRENCY = "currency_differs"
    REFUSED = "operation_refused"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    """The bank has returned the amount, and the booking may still be to come."""
    UNKNOWN_PAYMENT = "unknown_payment"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    TWICE = "twice"
    REFUND_DIFFERS = "refund_differs"
    LEDGER = "ledger_differs"
    """Our ledger has another amount than our payment."""
    LAPSED = "authorization_ended"
    """The provider released an authorization that the booking needs: nothing pays for it anymore."""


LEFT_TO_STAFF = frozenset({ParkedReason.AMOUNT, ParkedReason.CURRENCY, ParkedReason.DISPUTED})
"""Reasons that the provider reports again and again. Only their own resolution ends them; see `Payment.resolved`."""
