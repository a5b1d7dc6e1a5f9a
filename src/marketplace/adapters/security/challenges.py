"""Challenges of sign-ins as JSON Web Tokens (RFC 7519), signed with HS256."""

from datetime import UTC, datetime
from uuid import UUID

import jwt

from marketplace.core.domain.second_factors import SignInChallenge
from marketplace.core.errors.second_factors import BadChallenge

ISSUER = "marketplace"
AUDIENCE = "marketplace-second-factor"
"""Not that of access tokens, so that neither stands for the other."""


class JwtChallenges:
    """`Challenges` by PyJWT."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def issue(self, challenge: SignInChallenge) -> str:
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(challenge.user_id),
            "jti": str(challenge.login_id),
            "ver": challenge.version,
            "exp": challenge.expires_at,
        }
        return jwt.encode(payload, self._secret_key, algorithm="HS256")

    def read(self, text: str, now: datetime) -> SignInChallenge:
        try:
            payload = jwt.decode(
                text,
                self._secret_key,
                algorithms=["HS256"],
                issuer=ISSUER,
                audience=AUDIENCE,
                # the time is checked against the core's clock
                options={"require": ["iss", "aud", "sub", "jti", "exp"], "verify_exp": False},
            )
            challenge = SignInChallenge(
                user_id=UUID(payload["sub"]),
                login_id=UUID(payload["jti"]),
                version=str(payload["ver"]),
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
            raise BadChallenge from error
        if challenge.expires_at <= now:
            raise BadChallenge
        return challenge
