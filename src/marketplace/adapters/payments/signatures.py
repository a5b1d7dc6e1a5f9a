"""Signatures of notices: the scheme of Stripe, which the simulator uses too.

A header `t=<seconds since 1970>,v1=<hex>[,v1=<hex>…]`; each `v1` is the HMAC-SHA256 of `<t>.<body>`. While a secret is
replaced there are two.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from marketplace.core.errors.payments import InvalidSignature

TOLERANCE = timedelta(minutes=5)
"""A notice that was signed longer ago, or later than now by as much, is refused: it may be replayed."""
SCHEME = "v1"
MAX_STAMP = 12
"""Digits."""


def sign(body: bytes, secret: str, at: datetime) -> str:
    """Return the header of a notice that is signed at `at`."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},{SCHEME}={_digest(body, secret, stamp)}"


def verify(body: bytes, header: str | None, secret: str, now: datetime) -> None:
    """Check a notice's header. Raises `InvalidSignature`: missing, forged, or not of these minutes."""
    parts = [part.strip().partition("=") for part in (header or "").split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == SCHEME]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdecimal() and len(stamps[0]) <= MAX_STAMP):
        raise InvalidSignature
    expected = _digest(body, secret, stamps[0]).encode()
    # compares all, in constant time: how long it takes says nothing about the secret
    matches = [hmac.compare_digest(expected, signature.encode()) for signature in signatures]
    if not any(matches) or abs(now.timestamp() - int(stamps[0])) > TOLERANCE.total_seconds():
        raise InvalidSignature


def _digest(body: bytes, secret: str, stamp: str) -> str:
    return hmac.digest(secret.encode(), stamp.encode() + b"." + body, sha256).hex()
