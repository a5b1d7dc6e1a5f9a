"""A software authenticator: what a browser with it returns, also when it lies."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from soft_webauthn import SoftWebauthnDevice

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
"""Flags of authenticator data (Web Authentication, 6.1)."""
SITE = "http://localhost:8000"
"""The origin of a server with the default settings."""


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


class Authenticator(SoftWebauthnDevice):  # type: ignore[misc] # the library has no types
    """A device with one passkey, which verifies its user. Client data and flags can be changed."""

    def __init__(self, origin: str = SITE) -> None:
        super().__init__()
        self.origin = origin
        self.flags = PRESENT | VERIFIED
        self.counts = True

    def register(self, options: Mapping[str, Any], *, rp_id: str = "", **client_data: Any) -> dict[str, Any]:
        """Return the `RegistrationResponseJSON` for creation options."""
        self.cred_init(rp_id or options["rp"]["id"], decoded(options["user"]["id"]))
        data = self._client_data("webauthn.create", options, client_data)
        attested = self.cred_as_attested()
        authenticator_data = self._authenticator_data(self.flags | ATTESTED) + bytes(attested)
        attestation = {"fmt": "none", "attStmt": {}, "authData": authenticator_data}
        response = {"clientDataJSON": encoded(data), "attestationObject": encoded(cbor.encode(attestation))}
        return self._credential(response | {"transports": ["internal", "hybrid"]})

    def sign(self, options: Mapping[str, Any], **client_data: Any) -> dict[str, Any]:
        """Return the `AuthenticationResponseJSON` for request options."""
        if self.counts:
            self.sign_count += 1
        data = self._client_data("webauthn.get", options, client_data)
        authenticator_data = self._authenticator_data(self.flags)
        signed = authenticator_data + sha256(data).digest()
        response = {
            "clientDataJSON": encoded(data),
            "authenticatorData": encoded(authenticator_data),
            "signature": encoded(self.private_key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": encoded(self.user_handle),
        }
        return self._credential(response)

    def _client_data(self, kind: str, options: Mapping[str, Any], changes: Mapping[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | dict(changes)).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        digest: bytes = sha256(self.rp_id.encode()).digest()
        return digest + bytes([flags]) + int(self.sign_count).to_bytes(4, "big")

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        name = encoded(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }
