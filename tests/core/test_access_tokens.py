"""Access tokens: a signature is verified once, what ends a token is checked at each use."""

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from fakes import NOW
from marketplace.adapters.security.access_tokens import AUDIENCE, ISSUER, JwtAccessTokens
from marketplace.adapters.security.secret_keys import SecretKeys, key_id
from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from profiled_calls import profiled_calls

KEY, OTHER_KEY = "a key of more than thirty-two characters", "another key of more than thirty-two letters"
CLAIMS = Claims(user_id=UUID(int=1), family_id=UUID(int=2))
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def tokens_of(*keys: str) -> JwtAccessTokens:
    return JwtAccessTokens(keys=SecretKeys(keys or (KEY,)), time_to_live=DAY, ids=UuidSeven())


def token_with(**payload: Any) -> str:
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": str(UUID(int=1)), "family": str(UUID(int=2)), "jti": "x"}
    claims = {**usual, "exp": NOW + DAY, **payload}
    return jwt.encode({name: each for name, each in claims.items() if each is not None}, KEY, algorithm="HS256")


def test_signature_of_a_token_is_verified_once() -> None:
    tokens = tokens_of()
    token = tokens.issue(CLAIMS, NOW)

    with profiled_calls() as first:
        assert tokens.read(token, NOW) == CLAIMS
    with profiled_calls() as second:
        assert tokens.read(token, NOW) == CLAIMS

    assert first["jwt.api_jws.decode_complete"] == first["jwt.api_jws._load"] == 1
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


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "family", "jti", "exp"])
def test_token_without_a_claim_or_with_that_of_others_is_refused(name: str) -> None:
    for value in (None, 7 if name == "jti" else "others"):
        with pytest.raises(NotSignedIn):
            tokens_of().read(token_with(**{name: value}), NOW)


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
    tokens = JwtAccessTokens(keys=SecretKeys((KEY,)), time_to_live=DAY, ids=UuidSeven(), kept=2)
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
        assert calls["jwt.api_jws.decode_complete"] == 0
        tokens.read(idle, NOW)
        assert calls["jwt.api_jws.decode_complete"] == 1


def test_replaced_key_verifies_while_it_is_listed_and_signs_nothing() -> None:
    old, both, new = tokens_of(KEY), tokens_of(OTHER_KEY, KEY), tokens_of(OTHER_KEY)
    before, after = old.issue(CLAIMS, NOW), both.issue(CLAIMS, NOW)

    assert both.read(before, NOW) == CLAIMS
    assert both.read(token_with(family=str(CLAIMS.family_id), sub=str(CLAIMS.user_id)), NOW) == CLAIMS
    assert new.read(after, NOW) == CLAIMS
    for tokens, token in ((new, before), (old, after)):
        with pytest.raises(NotSignedIn):
            tokens.read(token, NOW)


def test_name_of_a_key_in_a_token_chooses_among_the_listed_ones_only() -> None:
    token = jwt.encode({"sub": "x"}, OTHER_KEY, algorithm="HS256", headers={"kid": key_id(KEY)})
    names: list[object] = ["unknown", "", 1, ["x"], {}, key_id(OTHER_KEY)]
    for refused in (token, *map(token_named, names)):
        with pytest.raises(NotSignedIn):
            tokens_of().read(refused, NOW)
    assert tokens_of().read(token_named(key_id(KEY)), NOW) == CLAIMS


def token_named(kid: object) -> str:
    header = base64url(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    signed = f"{header}.{token_with().split('.')[1]}"
    return f"{signed}.{base64url(hmac.digest(KEY.encode(), signed.encode(), 'sha256'))}"


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
