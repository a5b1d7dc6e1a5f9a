"""Access tokens as JSON Web Tokens (RFC 7519), signed with HS256."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.ports.system import Ids

ISSUER = "marketplace"
AUDIENCE = "marketplace-api"


class JwtAccessTokens:
    """`AccessTokens` by PyJWT."""

    def __init__(self, *, secret_key: str, time_to_live: timedelta, ids: Ids) -> None:
        self._secret_key = secret_key
        self._time_to_live = time_to_live
        self._ids = ids

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
        try:
            payload = jwt.decode(
                token,
                self._secret_key,
                algorithms=["HS256"],
                issuer=ISSUER,
                audience=AUDIENCE,
                # expiry is checked below, against the core's clock
                options={
                    "require": ["iss", "aud", "sub", "exp", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            claims = Claims(user_id=UUID(payload["sub"]), family_id=UUID(payload["family"]))
            expires_at = datetime.fromtimestamp(payload["exp"], UTC)
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
        if expires_at <= now:
            raise NotSignedIn
        return claims
