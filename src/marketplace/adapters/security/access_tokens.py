"""Access tokens as JSON Web Tokens (RFC 7519), signed with HS256."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_args
from uuid import UUID

import jwt
import msgspec

from marketplace.adapters.security.secret_keys import SecretKeys, key_id
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.ports.system import Ids

Issuer = Literal["marketplace"]
Audience = Literal["marketplace-api"]
(ISSUER,), (AUDIENCE,) = get_args(Issuer), get_args(Audience)
MAX_VERIFIED = 10_000
"""Verified tokens kept per process; about 1 kB each."""


_SIGNATURES = jwt.PyJWS(algorithms=["HS256"])
"""Verifies signatures only (RFC 7515): that of a new token, with the claims by PyJWT, took half as long again."""


class _Payload(msgspec.Struct):
    """The claims that a token must have, and `nbf`, in seconds since 1970."""

    iss: Issuer
    aud: Audience
    sub: UUID
    family: UUID
    jti: str
    exp: int
    nbf: int = 0


_read_payload = msgspec.json.Decoder(_Payload).decode


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token with a valid signature says, whatever the time is."""

    claims: Claims
    not_before: datetime
    expires_at: datetime


class JwtAccessTokens:
    """`AccessTokens` by PyJWT. A signature is verified once; the times of a token at each use."""

    def __init__(self, *, keys: SecretKeys, time_to_live: timedelta, ids: Ids, kept: int = MAX_VERIFIED) -> None:
        self._signing = (key_id(keys.first), keys.first)
        named = {key_id(key): _prepared(key) for key in keys.all}
        # a token without a name of its key was signed before keys had names, so with the oldest
        self._keys = named | {None: named[key_id(keys.all[-1])]}
        # PyJWT decodes a whole token to read its header, so the headers that are written here are known
        self._of_header = {_header(key_id(key), key): named[key_id(key)] for key in keys.all}
        self._time_to_live = time_to_live
        self._ids = ids
        # exceptions are not kept, so that only holders of tokens can fill it
        self._verified = lru_cache(kept)(self._verify)

    def issue(self, claims: Claims, now: datetime, at_most: timedelta | None = None) -> str:
        lasts = self._time_to_live if at_most is None else min(self._time_to_live, at_most)
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "family": str(claims.family_id),
            "jti": str(self._ids.new()),
            "iat": now,
            "exp": now + lasts,
        }
        return _signed(payload, *self._signing)

    def read(self, token: str, now: datetime) -> Claims:
        verified = self._verified(token)
        if not verified.not_before <= now < verified.expires_at:
            raise NotSignedIn
        return verified.claims

    def _verify(self, token: str) -> _Verified:
        try:
            key = self._of_header.get(token.partition(".")[0])
            key = key or self._keys[jwt.get_unverified_header(token).get("kid")]
            payload = _read_payload(_SIGNATURES.decode_complete(token, key, algorithms=["HS256"])["payload"])
            # times are checked against the core's clock, each time
            return _Verified(
                claims=Claims(user_id=payload.sub, family_id=payload.family),
                not_before=datetime.fromtimestamp(payload.nbf, UTC),
                expires_at=datetime.fromtimestamp(payload.exp, UTC),
            )
        except (
            jwt.InvalidTokenError,
            msgspec.MsgspecError,
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            OverflowError,
            OSError,
        ) as error:
            raise NotSignedIn from error


def _signed(payload: dict[str, Any], name: str, key: str) -> str:
    return jwt.encode(payload, key, algorithm="HS256", headers={"kid": name})


def _header(name: str, key: str) -> str:
    """Return the first part of the tokens that a key signs here."""
    return _signed({}, name, key).partition(".")[0]


def _prepared(key: str) -> jwt.PyJWK:
    """Return a key that PyJWT need not prepare for each token."""
    return jwt.PyJWK.from_dict({"kty": "oct", "alg": "HS256", "k": urlsafe_b64encode(key.encode()).decode()})
