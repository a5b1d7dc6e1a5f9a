"""Refresh tokens that follow others."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

PURPOSE = b"refresh:"


class HmacRefreshTokens:
    """`RefreshTokens` derived with the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def successor(self, token: str, attempt: str) -> str:
        # the digest has a fixed length, so that no other pair gives the same bytes
        data = PURPOSE + sha256(token.encode()).digest() + attempt.encode()
        return urlsafe_b64encode(hmac.digest(self._key, data, sha256)).decode().rstrip("=")
