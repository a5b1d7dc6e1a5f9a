"""Refresh tokens that follow others."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from marketplace.adapters.security.secret_keys import SecretKeys

PURPOSE = b"refresh:"


class HmacRefreshTokens:
    """`RefreshTokens` derived with the installation's keys."""

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = [key.encode() for key in keys.all]

    def successors(self, token: str, attempt: str) -> tuple[str, ...]:
        # the digest has a fixed length, so that no other pair gives the same bytes
        data = PURPOSE + sha256(token.encode()).digest() + attempt.encode()
        return tuple(urlsafe_b64encode(hmac.digest(key, data, sha256)).decode().rstrip("=") for key in self._keys)
