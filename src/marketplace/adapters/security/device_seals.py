"""What a browser is known for, signed for it to keep."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.core.domain.known_devices import KnownDevice

PURPOSE = b"known-devices:"
MAX_SEALED = 4_000
"""Characters; browsers keep cookies of 4,096 bytes (RFC 6265, 6.1)."""


class HmacDeviceSeals:
    """`DeviceSeals` with the installation's keys."""

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = [key.encode() for key in keys.all]

    def seal(self, known: Sequence[KnownDevice]) -> str:
        payload = _encoded(msgspec.json.encode(list(known)))
        return f"{payload}.{_mac(self._keys[0], payload)}"

    def open(self, sealed: str) -> tuple[KnownDevice, ...]:
        payload, _, mac = sealed.partition(".")
        is_ours = len(sealed) <= MAX_SEALED and any(
            hmac.compare_digest(mac.encode(), _mac(key, payload).encode()) for key in self._keys
        )
        if not is_ours:
            return ()
        decoded = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(decoded, type=tuple[KnownDevice, ...])


def _mac(key: bytes, payload: str) -> str:
    return _encoded(hmac.digest(key, PURPOSE + payload.encode(), sha256))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
