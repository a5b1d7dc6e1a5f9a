"""Payments as Stripe has them, in our terms."""

from contextlib import suppress
from uuid import UUID

import stripe

from marketplace.adapters.payments.minor_units import STRIPE, Unchargeable
from marketplace.core.domain.disputes import DisputeState, ProviderDispute
from marketplace.core.domain.payments import PaymentStatus, ProviderRefund, ProviderReport

PAYMENT_ID, OPERATION_ID = "payment_id", "operation_id"
"""Keys of our IDs in the metadata of sessions, payment intents and refunds."""
WON = frozenset({"won", "warning_closed"})
"""Statuses of a dispute, or of the inquiry before one, that left the amount to us."""
FAILED_REFUND = frozenset({"failed", "canceled"})
PENDING_REFUND = frozenset({"pending", "requires_action"})


def our_id(metadata: "stripe.StripeObject | dict[str, str] | None", key: str) -> UUID | None:
    """Return one of our IDs from metadata; `None` if it is not there, or not ours."""
    try:
        return UUID(str((metadata or {})[key]))
    except (KeyError, ValueError):
        return None


def intent_of(session: stripe.checkout.Session) -> stripe.PaymentIntent | None:
    """Return the expanded payment intent; `None` before the learner's first attempt."""
    return session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None


def status_of(session: stripe.checkout.Session) -> PaymentStatus:
    intent = intent_of(session)
    if intent is not None:
        if intent.status == "succeeded":
            return PaymentStatus.PAID
        if intent.status == "requires_capture":
            return PaymentStatus.AUTHORIZED
        if intent.status == "canceled":
            return PaymentStatus.VOIDED
    return PaymentStatus.VOIDED if session.status == "expired" else PaymentStatus.OPEN


def is_disputed(intent: stripe.PaymentIntent | None) -> bool:
    """Return whether the charge was ever disputed, which stays so."""
    charge = _charge_of(intent)
    return charge is not None and charge.disputed


def report_of(
    session: stripe.checkout.Session, refunds: list[stripe.Refund], disputes: list[stripe.Dispute]
) -> ProviderReport:
    """Return a session whose payment intent, charge and fee are expanded. Raises `Unchargeable`."""
    intent, code = intent_of(session), str(session.currency).upper()
    charge = _charge_of(intent)
    return ProviderReport(
        provider_id=session.id,
        payment_id=our_id(session.metadata, PAYMENT_ID),
        status=status_of(session),
        amount=STRIPE.from_provider(session.amount_total or 0, code),
        currency=code,
        captured=STRIPE.from_provider(intent.amount_received if intent else 0, code),
        refunds=tuple(_refund_of(refund, code) for refund in refunds if refund.status not in FAILED_REFUND),
        decline_reason=_decline_of(intent),
        disputes=tuple(_dispute_of(dispute, code) for dispute in disputes),
        fee=_fee_of(charge, session.currency),
        url=session.url,
    )


def _charge_of(intent: stripe.PaymentIntent | None) -> stripe.Charge | None:
    return intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None


def _refund_of(refund: stripe.Refund, code: str) -> ProviderRefund:
    return ProviderRefund(
        ref=refund.id,
        amount=STRIPE.from_provider(refund.amount, code),
        is_done=refund.status not in PENDING_REFUND,
        operation_id=our_id(refund.metadata, OPERATION_ID),
    )


def _dispute_of(dispute: stripe.Dispute, code: str) -> ProviderDispute:
    state = DisputeState.LOST if dispute.status == "lost" else DisputeState.OPEN
    moved = [each for each in dispute.balance_transactions if each.currency == dispute.currency]
    return ProviderDispute(
        ref=dispute.id,
        amount=STRIPE.from_provider(dispute.amount, code),
        state=DisputeState.WON if dispute.status in WON else state,
        fee=STRIPE.from_provider(max(0, sum(each.fee for each in moved)), code),
    )


def _decline_of(intent: stripe.PaymentIntent | None) -> str | None:
    error = intent.last_payment_error if intent else None
    if intent is None or error is None or intent.status in {"succeeded", "requires_capture"}:
        return None
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or error.type


def _fee_of(charge: stripe.Charge | None, currency: str | None) -> int | None:
    """Return the fee, unless it is settled in another currency than was paid, or in parts of its minor unit."""
    transaction = charge.balance_transaction if charge else None
    if not isinstance(transaction, stripe.BalanceTransaction) or transaction.currency != currency:
        return None
    with suppress(Unchargeable):
        return STRIPE.from_provider(transaction.fee, transaction.currency.upper())
    return None
