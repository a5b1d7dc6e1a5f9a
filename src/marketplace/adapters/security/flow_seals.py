"""Flows to identity providers, signed for the browser to keep."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec

from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.core.domain.identities import Flow, FlowSecrets

PURPOSE = b"oidc-flow:"
MAX_SEALED = 4_000
"""Characters; browsers keep cookies of 4,096 bytes (RFC 6265, 6.1)."""


class HmacFlowSeals:
    """`FlowSeals` with the installation's keys.

    State, nonce and verifier are not in the text but derived from its seed and the key, so that who reads the cookie
    knows none of them.
    """

    def __init__(self, keys: SecretKeys) -> None:
        self._keys = [key.encode() for key in keys.all]

    def seal(self, flow: Flow) -> tuple[str, FlowSecrets]:
        payload = _encoded(msgspec.json.encode(flow))
        return f"{payload}.{_mac(self._keys[0], b'seal:', payload)}", _secrets(self._keys[0], flow)

    def open(self, sealed: str) -> tuple[Flow, FlowSecrets] | None:
        if len(sealed) > MAX_SEALED:
            return None
        payload, _, mac = sealed.partition(".")
        for key in self._keys:
            if hmac.compare_digest(mac.encode(), _mac(key, b"seal:", payload).encode()):
                flow = msgspec.json.decode(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Flow)
                return flow, _secrets(key, flow)
        return None


def _secrets(key: bytes, flow: Flow) -> FlowSecrets:
    state, nonce, verifier = (_mac(key, name, flow.seed) for name in (b"state:", b"nonce:", b"verifier:"))
    return FlowSecrets(state=state, nonce=nonce, verifier=verifier)


def _mac(key: bytes, name: bytes, text: str) -> str:
    return _encoded(hmac.digest(key, PURPOSE + name + text.encode(), sha256))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
