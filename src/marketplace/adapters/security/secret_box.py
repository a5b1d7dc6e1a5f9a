"""Encryption of secrets at rest."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketplace.adapters.security.secret_keys import SecretKeys

PURPOSE = b"marketplace: secrets at rest, AES-256-GCM"
VERSION = b"\x01"
NONCE_BYTES, KEY_BYTES = 12, 32
"""NIST SP 800-38D, 8.2.2: random nonces suffice for 2**32 secrets of one key."""


class AesGcmBox:
    """`SecretBox` by AES-256-GCM. The newest of the installation's keys seals, and all open.

    A sealed secret is a version byte, the nonce, and the ciphertext with its tag; the owner's ID is authenticated.
    """

    def __init__(self, keys: SecretKeys) -> None:
        self._ciphers = [AESGCM(_derived(each)) for each in keys.all]

    def seal(self, secret: str, owner: UUID) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._ciphers[0].encrypt(nonce, secret.encode(), VERSION + owner.bytes)

    def open(self, sealed: bytes, owner: UUID) -> str | None:
        version, nonce, text = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if version != VERSION or len(nonce) != NONCE_BYTES:
            return None
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, text, VERSION + owner.bytes).decode()
            except InvalidTag:
                continue
        return None


def _derived(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret_key.encode())
