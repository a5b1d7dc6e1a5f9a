"""Verifying ID tokens (OpenID Connect Core 1.0, 3.1.3.7)."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from marketplace.core.domain.identities import CLOCK_LEEWAY
from marketplace.core.errors.identities import SignInFailed

ALGORITHMS: Mapping[str, str] = {
    **{f"{family}{bits}": "RSA" for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": "EC",
    "ES384": "EC",
    "ES512": "EC",
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
"""Signatures that are accepted, and the type of their keys. Never `none`, nor one by a secret."""
KEYS: Mapping[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
MAX_TOKEN = 64 * 1024
MAX_NUMBER = 2**53
MAX_SUBJECT = 255
"""Characters (OpenID Connect Core, 2)."""
HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
Claims = dict[str, Any]
Jwk = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


class UnknownKey(Exception):
    """The signature names a key that the provider has not published, as far as is known."""


def verify(token: str, keys: Sequence[Jwk], expected: Expected) -> Claims:
    """Return the claims of a token. Raises `SignInFailed`, `UnknownKey`."""
    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _refused("algorithm")
    key = _key(keys, ALGORITHMS[algorithm], algorithm, header.get("kid"))
    try:
        signed = jws.deserialize_compact(
            token, key, algorithms=[algorithm], registry=JWSRegistry(algorithms=[algorithm])
        )
    except (JoseError, ValueError, TypeError) as error:
        raise _refused("signature") from error
    claims = _object(signed.payload)
    _check(claims, expected)
    _check_times(claims, expected.now)
    _check_access_token(claims, algorithm, expected.access_token)
    return claims


def subject_of(claims: Claims) -> str:
    """Return the subject. Raises `SignInFailed`."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise _refused("subject")
    return subject


def authenticated_at(claims: Claims, now: datetime) -> datetime | None:
    """Return when the person signed in, if the claims say so and it is not in the future."""
    at = _number(claims.get("auth_time"))
    if at is None or not 0 <= at <= (now + CLOCK_LEEWAY).timestamp():
        return None
    return datetime.fromtimestamp(at, UTC)


def _header(token: str) -> Claims:
    parts = token.split(".")
    if len(token) > MAX_TOKEN or len(parts) != 3:  # noqa: PLR2004 - of a signed token
        raise _refused("token")
    try:
        header = urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4))
    except ValueError as error:
        raise _refused("token") from error
    return _object(header)


def _object(content: bytes) -> Claims:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _refused("token") from error
    if not isinstance(found, dict):
        raise _refused("token")
    return found


def _key(keys: Sequence[Jwk], kind: str, algorithm: str, kid: object) -> Any:
    fitting = [
        each
        for each in keys
        if each.get("kty") == kind and each.get("use", "sig") == "sig" and each.get("alg", algorithm) == algorithm
    ]
    named = fitting if kid is None else [each for each in fitting if each.get("kid") == kid]
    if not named:
        raise UnknownKey
    if len(named) > 1:
        raise _refused("key")
    public = {name: value for name, value in named[0].items() if name not in PRIVATE}
    try:
        return KEYS[kind].import_key(public)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused("key") from error


def _check(claims: Claims, expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise _refused("issuer")
    audience, azp = claims.get("aud"), claims.get("azp")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise _refused("audience")
    if (len(audiences) > 1 or azp is not None) and azp != expected.client_id:
        raise _refused("azp")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not compare_digest(nonce.encode(), expected.nonce.encode()):
        raise _refused("nonce")


def _check_times(claims: Claims, now: datetime) -> None:
    at, leeway = now.timestamp(), CLOCK_LEEWAY.total_seconds()
    expires_at, issued_at = _number(claims.get("exp")), _number(claims.get("iat"))
    if expires_at is None or at >= expires_at + leeway:
        raise _refused("expired")
    begins_at = _number(claims.get("nbf", 0))
    if issued_at is None or begins_at is None or max(issued_at, begins_at) > at + leeway:
        raise _refused("issued_later")


def _check_access_token(claims: Claims, algorithm: str, access_token: str) -> None:
    stated = claims.get("at_hash")
    if stated is None:
        return
    hashed = HASHES.get(algorithm[2:], hashlib.sha512)(access_token.encode()).digest()
    right = urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=")
    if not isinstance(stated, str) or not compare_digest(stated.encode(), right):
        raise _refused("at_hash")


def _number(value: object) -> float | None:
    """Return a number, unless it is none, or too large to be a time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_NUMBER:
        return None
    return float(value)


def _refused(fact: str) -> SignInFailed:
    return SignInFailed("refused", fact)
