"""Access tokens as JSON Web Tokens (RFC 7519), signed with HS256."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID

import jwt
import msgspec

from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.ports.system import Ids

ISSUER = "marketplace"
AUDIENCE = "marketplace-api"
NEVER = datetime.fromtimestamp(0, UTC)
"""Before which a token is not valid that does not say so."""
MAX_VERIFIED = 10_000
"""Verified tokens kept per process; about 1 kB each."""


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token with a valid signature says, whatever the time is."""

    claims: Claims
    not_before: datetime
    expires_at: datetime


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    """A payload as `issue` writes it."""

    iss: Literal["marketplace"]
    aud: Literal["marketplace-api"]
    sub: UUID
    family: UUID
    jti: str
    iat: int
    exp: int


_read_payload = msgspec.json.Decoder(_Payload).decode


class JwtAccessTokens:
    """`AccessTokens` by PyJWT. A signature is verified once; the times of a token at each use.

    A token in exactly the form that is issued here needs only its signature compared and its payload read, a tenth of
    what PyJWT takes. Every other token is judged by PyJWT, and so is every refusal.
    """

    def __init__(self, *, secret_key: str, time_to_live: timedelta, ids: Ids, kept: int = MAX_VERIFIED) -> None:
        self._secret_key = secret_key
        self._key = secret_key.encode()
        self._header = jwt.encode({}, secret_key, algorithm="HS256").partition(".")[0]
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
        return jwt.encode(payload, self._secret_key, algorithm="HS256")

    def read(self, token: str, now: datetime) -> Claims:
        verified = self._verified(token)
        if not verified.not_before <= now < verified.expires_at:
            raise NotSignedIn
        return verified.claims

    def _verify(self, token: str) -> _Verified:
        return self._verify_own_form(token) or self._verify_any(token)

    def _verify_own_form(self, token: str) -> _Verified | None:
        """Return what a token says that is signed, and is as `issue` writes it; `None` for any other."""
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        if header != self._header or not token.isascii():
            return None
        expected = urlsafe_b64encode(hmac.digest(self._key, signed.encode(), "sha256")).rstrip(b"=")
        if not hmac.compare_digest(expected, signature.encode()):
            return None
        try:
            said = _read_payload(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            expires_at = datetime.fromtimestamp(said.exp, UTC)
        except (msgspec.MsgspecError, ValueError, OverflowError, OSError):
            return None
        return _Verified(Claims(user_id=said.sub, family_id=said.family), NEVER, expires_at)

    def _verify_any(self, token: str) -> _Verified:
        try:
            payload = jwt.decode(
                token,
                self._secret_key,
                algorithms=["HS256"],
                issuer=ISSUER,
                audience=AUDIENCE,
                # times are checked against the core's clock, each time
                options={
                    "require": ["iss", "aud", "sub", "exp", "jti"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            return _Verified(
                claims=Claims(user_id=UUID(payload["sub"]), family_id=UUID(payload["family"])),
                not_before=datetime.fromtimestamp(int(payload.get("nbf", 0)), UTC),
                expires_at=datetime.fromtimestamp(payload["exp"], UTC),
            )
        except (
            jwt.InvalidTokenError,
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            OverflowError,
            OSError,
        ) as error:
            raise NotSignedIn from error
