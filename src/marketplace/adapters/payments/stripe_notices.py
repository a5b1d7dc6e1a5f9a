"""Notices of Stripe. They hold the subject as it was, of which only IDs are read."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from marketplace.adapters.payments.events import checked, header_of, read_notice
from marketplace.adapters.payments.signatures import verify
from marketplace.adapters.payments.stripe_reports import PAYMENT_ID, our_id
from marketplace.core.domain.payments import ProviderEvent

SIGNATURE_HEADER = "stripe-signature"


class _Subject(msgspec.Struct):
    object: str | None = None
    id: str | None = None
    payment_intent: str | None = None
    metadata: dict[str, str] | None = None


class _Data(msgspec.Struct):
    object: _Subject


class _Event(msgspec.Struct):
    """A notice. It holds the subject as it was, of which only IDs are read."""

    id: str
    type: str
    data: _Data


def read_stripe_event(body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> ProviderEvent:
    """Return a notice. Raises `InvalidSignature`, `InvalidNotice`."""
    verify(body, header_of(headers, SIGNATURE_HEADER), secret, now)
    event = read_notice(body, _Event)
    subject = event.data.object
    is_named = subject.object in {"checkout.session", "payment_intent"}
    return checked(
        ProviderEvent(
            id=event.id,
            kind=event.type,
            provider_id=subject.id if is_named else subject.payment_intent,
            payment_id=our_id(subject.metadata, PAYMENT_ID),
        )
    )
