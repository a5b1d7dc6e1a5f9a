"""Notices of the simulated provider, as the shop reads them, and the key that signs them."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import msgspec

from marketplace.adapters.payments.signatures import verify
from marketplace.core.domain.payments import ProviderEvent
from marketplace.core.errors.payments import InvalidNotice

SIGNATURE_HEADER = "simulator-signature"
PURPOSE = b"payment simulator"
MAX_WORD = 255
"""Characters of an ID or a kind of the provider."""

T = TypeVar("T")


class _Body(msgspec.Struct):
    id: str
    type: str
    payment: str
    reference: UUID


def read_simulated_event(body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> ProviderEvent:
    """Return a notice. Raises `InvalidSignature`, `InvalidNotice`."""
    verify(body, header_of(headers, SIGNATURE_HEADER), secret, now)
    found = read_notice(body, _Body)
    return checked(ProviderEvent(id=found.id, kind=found.type, provider_id=found.payment, payment_id=found.reference))


def read_notice(body: bytes, kind: type[T]) -> T:
    """Decode a signed notice. Raises `InvalidNotice`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InvalidNotice from None


def checked(event: ProviderEvent) -> ProviderEvent:
    """Return an event whose words can be stored. Raises `InvalidNotice`."""
    words = (event.id, event.kind, *(() if event.provider_id is None else (event.provider_id,)))
    if all(0 < len(word) <= MAX_WORD and word.isascii() and word.isprintable() for word in words):
        return event
    raise InvalidNotice


def header_of(headers: Mapping[str, str], name: str) -> str | None:
    """Return a header whatever the case of its name."""
    return next((value for key, value in headers.items() if key.lower() == name), None)


def simulator_secret(secret_key: str) -> str:
    """Return the key of the simulator's API and of its notices, which only this installation knows."""
    return hmac.digest(secret_key.encode(), PURPOSE, sha256).hex()
