"""Flows to identity providers, signed for the browser to keep."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec

from marketplace.core.domain.identities import Flow, FlowSecrets

PURPOSE = b"oidc-flow:"
MAX_SEALED = 4_000
"""Characters; browsers keep cookies of 4,096 bytes (RFC 6265, 6.1)."""


class HmacFlowSeals:
    """`FlowSeals` with the installation's secret.

    State, nonce and verifier are not in the text but derived from its seed and the key, so that who reads the cookie
    knows none of them.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def seal(self, flow: Flow) -> str:
        payload = _encoded(msgspec.json.encode(flow))
        return f"{payload}.{self._mac(b'seal:', payload)}"

    def open(self, sealed: str) -> Flow | None:
        payload, _, mac = sealed.partition(".")
        if len(sealed) > MAX_SEALED or not hmac.compare_digest(mac.encode(), self._mac(b"seal:", payload).encode()):
            return None
        return msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Flow)

    def secrets(self, flow: Flow) -> FlowSecrets:
        state, nonce, verifier = (self._mac(name, flow.seed) for name in (b"state:", b"nonce:", b"verifier:"))
        return FlowSecrets(state=state, nonce=nonce, verifier=verifier)

    def _mac(self, name: bytes, text: str) -> str:
        return _encoded(hmac.digest(self._key, PURPOSE + name + text.encode(), sha256))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
