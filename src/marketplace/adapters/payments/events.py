"""Notices of the simulated provider, as the shop reads them, and the key that signs them."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import msgspec

from marketplace.adapters.payments.signatures import verify
from marketplace.core.domain.payments import ProviderEvent
from marketplace.core.errors.payments import InvalidSignature

SIGNATURE_HEADER = "simulator-signature"
PURPOSE = b"payment simulator"


class _Body(msgspec.Struct):
    id: str
    type: str
    payment: str
    reference: UUID


def read_simulated_event(body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> ProviderEvent:
    """Return a notice. Raises `InvalidSignature`."""
    verify(body, header_of(headers, SIGNATURE_HEADER), secret, now)
    try:
        found = msgspec.json.decode(body, type=_Body)
    except msgspec.MsgspecError:
        raise InvalidSignature from None
    return ProviderEvent(id=found.id, kind=found.type, provider_id=found.payment, payment_id=found.reference)


def header_of(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header whatever the case of its name."""
    return next((value for key, value in headers.items() if key.lower() == name), None)


def simulator_secret(secret_key: str) -> str:
    """Return the key of the simulator's API and of its notices, which only this installation knows."""
    return hmac.digest(secret_key.encode(), PURPOSE, sha256).hex()
