"""Signed addresses to unsubscribe."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from marketplace.core.domain.messages import Message, MessageKind

PURPOSE = b"unsubscribe:"
SIGNATURE = 16
"""Bytes; 128 bits cannot be guessed over a network."""
ID = 16


class HmacUnsubscribeTokens:
    """`UnsubscribeTokens` signed with the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def sign(self, message: Message) -> str:
        data = message.user_id.bytes + message.kind.encode()
        return urlsafe_b64encode(self._signature(data) + data).decode().rstrip("=")

    def read(self, token: str) -> tuple[UUID, MessageKind] | None:
        try:
            signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            data = signed[SIGNATURE:]
            if not hmac.compare_digest(signed[:SIGNATURE], self._signature(data)):
                return None
            return UUID(bytes=data[:ID]), MessageKind(data[ID:].decode())
        except ValueError:
            return None

    def _signature(self, data: bytes) -> bytes:
        return hmac.digest(self._key, PURPOSE + data, sha256)[:SIGNATURE]
