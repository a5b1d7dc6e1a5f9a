"""Challenges of sign-ins as JSON Web Tokens (RFC 7519), signed with HS256."""

from datetime import UTC, datetime
from uuid import UUID

import jwt

from marketplace.adapters.security.secret_keys import SecretKeys, key_id
from marketplace.core.domain.second_factors import SignInChallenge
from marketplace.core.errors.second_factors import BadChallenge

ISSUER = "marketplace"
AUDIENCE = "marketplace-second-factor"
"""Not that of access tokens, so that neither stands for the other."""


class JwtChallenges:
    """`Challenges` by PyJWT."""

    def __init__(self, keys: SecretKeys) -> None:
        self._signing = (key_id(keys.first), keys.first)
        self._keys = {key_id(key): key for key in keys.all}

    def issue(self, challenge: SignInChallenge) -> str:
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(challenge.user_id),
            "jti": str(challenge.login_id),
            "ver": challenge.version,
            "exp": challenge.expires_at,
        }
        name, key = self._signing
        return jwt.encode(payload, key, algorithm="HS256", headers={"kid": name})

    def read(self, text: str, now: datetime) -> SignInChallenge:
        try:
            payload = jwt.decode(
                text,
                self._keys[jwt.get_unverified_header(text)["kid"]],
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
