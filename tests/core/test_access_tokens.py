"""Access tokens: a signature is verified once, what ends a token is checked at each use."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from fakes import NOW
from marketplace.adapters.security.access_tokens import AUDIENCE, ISSUER, JwtAccessTokens
from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from profiled_calls import profiled_calls

KEY, OTHER_KEY = "a key of more than thirty-two characters", "another key of more than thirty-two letters"
CLAIMS = Claims(user_id=UUID(int=1), family_id=UUID(int=2))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def tokens_of(key: str = KEY) -> JwtAccessTokens:
    return JwtAccessTokens(secret_key=key, time_to_live=DAY, ids=UuidSeven())


def token_with(**payload: Any) -> str:
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(UUID(int=1)), "family": str(UUID(int=2)), "jti": "x"}
    return jwt.encode({**usual, "exp": NOW + DAY, **payload}, KEY, algorithm="HS256")


def test_signature_of_a_token_is_verified_once() -> None:
    tokens = tokens_of()
    token = tokens.issue(CLAIMS, NOW)

    with profiled_calls() as first:
        assert tokens.read(token, NOW) == CLAIMS
    with profiled_calls() as second:
        assert tokens.read(token, NOW) == CLAIMS

    assert first["jwt.api_jwt.decode"] == 1
    assert [name for name in second if name.startswith("jwt.")] == []


def test_token_that_was_read_expires_at_its_second() -> None:
    tokens = tokens_of()
    token = tokens.issue(CLAIMS, NOW)
    assert tokens.read(token, NOW + DAY - SECOND) == CLAIMS

    with pytest.raises(NotSignedIn):
        tokens.read(token, NOW + DAY)
    # the clock was set back: as a process that reads it for the first time would say
    assert tokens.read(token, NOW) == CLAIMS


def test_token_with_a_first_moment_is_refused_before_it_also_when_the_clock_goes_back() -> None:
    tokens, token = tokens_of(), token_with(nbf=NOW)
    assert tokens.read(token, NOW) == CLAIMS

    with pytest.raises(NotSignedIn):
        tokens.read(token, NOW - SECOND)


@pytest.mark.parametrize("seconds", ["soon", "1e9", [1], float("inf"), 10**30])
def test_token_with_an_unreadable_time_is_refused(seconds: object) -> None:
    for name in ("nbf", "exp"):
        with pytest.raises(NotSignedIn):
            tokens_of().read(token_with(**{name: seconds}), NOW)


def test_altered_token_is_refused_after_the_right_one_was_read() -> None:
    tokens = tokens_of()
    token = tokens.issue(CLAIMS, NOW)
    assert tokens.read(token, NOW) == CLAIMS
    head, payload, signature = token.split(".")

    for altered in (f"{head}.{payload}.", f"{head}.{payload}.{signature[::-1]}", f"{token} ", token.swapcase()):
        with pytest.raises(NotSignedIn):
            tokens.read(altered, NOW)
    with pytest.raises(NotSignedIn):
        tokens_of(OTHER_KEY).read(token, NOW)


def test_refused_tokens_take_no_place_and_the_least_used_leaves_first() -> None:
    tokens = JwtAccessTokens(secret_key=KEY, time_to_live=DAY, ids=UuidSeven(), kept=2)
    idle, used, new = (tokens.issue(CLAIMS, NOW) for _ in range(3))
    tokens.read(idle, NOW)
    tokens.read(used, NOW)
    for number in range(3):
        with pytest.raises(NotSignedIn):
            tokens.read(f"{used}{number}", NOW)
    tokens.read(new, NOW)

    with profiled_calls() as calls:
        tokens.read(used, NOW)
        tokens.read(new, NOW)
        assert calls["jwt.api_jwt.decode"] == 0
        tokens.read(idle, NOW)
        assert calls["jwt.api_jwt.decode"] == 1
