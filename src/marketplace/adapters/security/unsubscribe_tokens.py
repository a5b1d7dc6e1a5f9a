"""Signed addresses to unsubscribe."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.core.domain.messages import Message, MessageKind

PURPOSE = b"unsubscribe:"
SIGNATURE = 16
"""Bytes; 128 bits cannot be guessed over a network."""
ID = 16


class HmacUnsubscribeTokens:
    """`UnsubscribeTokens` signed with the installation's keys."""

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = [key.encode() for key in keys.all]

    def sign(self, message: Message) -> str:
        data = message.user_id.bytes + message.kind.encode()
        return urlsafe_b64encode(_signature(self._keys[0], data) + data).decode().rstrip("=")

    def read(self, token: str) -> tuple[UUID, MessageKind] | None:
        try:
            signed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            data = signed[SIGNATURE:]
            if not any(hmac.compare_digest(signed[:SIGNATURE], _signature(key, data)) for key in self._keys):
                return None
            return UUID(bytes=data[:ID]), MessageKind(data[ID:].decode())
        except ValueError:
            return None


def _signature(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + data, sha256)[:SIGNATURE]
