"""Errors of payments."""

from marketplace.core.errors.families import Busy, Conflict, Invalid


class PaymentExpired(Conflict):
    """The time to pay has passed, and the seats are given back."""

    code = "payment_expired"
    sentence = "The time to pay has passed, so the seats were released. Book again to hold them."


class NothingToPay(Conflict):
    """The booking is paid, or asks for no payment."""

    code = "nothing_to_pay"
    sentence = "There is nothing to pay for this booking."


class RefundExceedsPayment(Conflict):
    """More would be returned than was paid and not returned yet."""

    code = "refund_exceeds_payment"
    sentence = "This is more than was paid and not yet returned."


class PaymentUnconfirmed(Conflict):
    """The learner has not paid for the booking yet."""

    code = "payment_due"
    sentence = "The learner hasn't paid yet. You can answer once they have."


class SeatsPaid(Conflict):
    """The booking is paid, and more seats cannot be paid: its creator has to answer, or a payment waits for staff."""

    code = "seats_paid"
    sentence = "This booking is paid. Make another booking for more seats."


class InvalidSignature(Invalid):
    """A notice of a provider is unsigned, forged, or signed too long ago."""

    code = "invalid_signature"
    sentence = "The signature of this notice isn't valid."


class InvalidNotice(Invalid):
    """A notice is signed, and is none that the provider sends."""

    code = "invalid_notice"
    sentence = "This notice can't be read. Nothing was changed."


class ProviderAway(Busy):
    """The payment provider does not answer."""

    code = "provider_away"
    sentence = "The payment provider doesn't answer. Nothing was changed; try again in a moment."
