"""Whatever is sent instead of a signed text is read as the right one or refused, soon."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_search import searched
from fakes import NOW
from hostile_input import altered, as_json, base64url, near, outcome, texts, values
from marketplace.adapters.payments.events import SIGNATURE_HEADER, read_simulated_event
from marketplace.adapters.payments.signatures import sign
from marketplace.adapters.payments.stripe_notices import SIGNATURE_HEADER as STRIPE_HEADER
from marketplace.adapters.payments.stripe_notices import read_stripe_event
from marketplace.adapters.security.access_tokens import AUDIENCE, ISSUER, JwtAccessTokens
from marketplace.adapters.security.challenges import AUDIENCE as CHALLENGE_AUDIENCE
from marketplace.adapters.security.challenges import JwtChallenges
from marketplace.adapters.security.flow_seals import HmacFlowSeals
from marketplace.adapters.security.secret_keys import SecretKeys, key_id
from marketplace.adapters.security.totp import PyotpTotp
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.adapters.system import UuidSeven
from marketplace.core.domain.api_keys import is_well_formed, new_api_key
from marketplace.core.domain.identities import Flow
from marketplace.core.domain.payments import ProviderEvent
from marketplace.core.domain.second_factors import SignInChallenge
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import NotSignedIn
from marketplace.core.errors.payments import InvalidNotice, InvalidSignature
from marketplace.core.errors.second_factors import BadChallenge

pytestmark = pytest.mark.thorough

KEY = "a key of more than thirty-two characters"
KEYS = SecretKeys((KEY,))
TOKENS = JwtAccessTokens(keys=KEYS, time_to_live=timedelta(days=1), ids=UuidSeven())
CHALLENGES, SEALS = JwtChallenges(KEYS), HmacFlowSeals(KEYS)
CLAIMS = Claims(user_id=UUID(int=1), family_id=UUID(int=2))
PAYLOAD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": str(UUID(int=1)),
    "family": str(UUID(int=2)),
    "jti": str(UUID(int=3)),
    "ver": "1",
    "nbf": 0,
    "exp": int(NOW.timestamp()) + 60,
}
HEADER = {"alg": "HS256", "typ": "JWT", "kid": key_id(KEY)}
NOTICE = {"id": "evt_1", "type": "payment.paid", "payment": "sim_1", "reference": str(UUID(int=4))}
STRIPE_NOTICE = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "data": {"object": {"object": "checkout.session", "id": "cs_1", "metadata": {"payment_id": str(UUID(int=4))}}},
}
nestings = st.sampled_from([b"[" * 9_000, b'{"a":' * 9_000, b"[" * 9_000 + b"]" * 9_000, b'{"a":1,' * 9_000, b""])
tokens = st.one_of(
    texts,
    altered(jwt.encode(PAYLOAD, KEY, headers=HEADER)),
    st.tuples(nestings, nestings).map(lambda parts: f"{base64url(parts[0])}.{base64url(parts[1])}.AAAA"),
    st.tuples(near(HEADER), values).map(
        lambda parts: f"{base64url(as_json(parts[0]))}.{base64url(as_json(parts[1]))}.AAAA"
    ),
)


@given(tokens)
@searched(300)
def test_any_access_token_is_read_or_refused(token: str) -> None:
    assert isinstance(outcome(lambda: TOKENS.read(token, NOW), NotSignedIn), Claims | NotSignedIn)


@given(tokens)
@searched(200)
def test_any_challenge_of_a_sign_in_is_read_or_refused(text: str) -> None:
    assert isinstance(outcome(lambda: CHALLENGES.read(text, NOW), BadChallenge), SignInChallenge | BadChallenge)


@given(near(json.loads(json.dumps(PAYLOAD))))
@searched(300)
def test_signed_token_with_any_content_is_read_or_refused(payload: dict[str, Any]) -> None:
    written = as_json(payload)
    token = jwt.api_jws.encode(written, KEY, algorithm="HS256", headers=HEADER)

    assert isinstance(outcome(lambda: TOKENS.read(token, NOW), NotSignedIn), Claims | NotSignedIn)
    challenge = jwt.api_jws.encode(
        written.replace(AUDIENCE.encode(), CHALLENGE_AUDIENCE.encode()), KEY, algorithm="HS256", headers=HEADER
    )
    assert isinstance(outcome(lambda: CHALLENGES.read(challenge, NOW), BadChallenge), SignInChallenge | BadChallenge)


@given(st.one_of(texts, altered(TOKENS.issue(CLAIMS, NOW)), altered(new_api_key())))
@searched(200)
def test_any_text_is_a_key_a_link_and_a_cookie_or_none(text: str) -> None:
    unsubscribing, totp, secret = HmacUnsubscribeTokens(KEYS), PyotpTotp("us"), 32 * "A"

    assert outcome(lambda: unsubscribing.read(text)) is None
    assert outcome(lambda: SEALS.open(text)) is None
    assert outcome(lambda: totp.step_of(secret, text, NOW)) is None
    assert outcome(lambda: is_well_formed(text)) in {True, False}


@given(st.data())
@searched(200)
def test_altered_flow_to_a_provider_is_not_opened(data: st.DataObject) -> None:
    flow = Flow(provider="google", seed="seed", expires_at=NOW, redirect_uri="https://example.org/back")
    sealed, secrets = SEALS.seal(flow)
    text = data.draw(altered(sealed))

    assert outcome(lambda: SEALS.open(text)) == ((flow, secrets) if text == sealed else None)


signatures = st.one_of(st.none(), texts, altered(sign(b"{}", KEY, NOW)))


@given(st.binary(max_size=60), signatures)
@searched(300)
def test_notice_with_any_signature_is_refused(body: bytes, header: str | None) -> None:
    for name, read in ((SIGNATURE_HEADER, read_simulated_event), (STRIPE_HEADER, read_stripe_event)):
        headers = {} if header is None else {name: header}
        found = outcome(lambda: read(body, headers, KEY, NOW), InvalidSignature, InvalidNotice)  # noqa: B023 - called at once
        assert isinstance(found, InvalidSignature | InvalidNotice)


bodies = st.one_of(st.binary(max_size=60), nestings, near(NOTICE).map(as_json), near(STRIPE_NOTICE).map(as_json))


@given(bodies)
@searched(400)
def test_signed_notice_with_any_content_is_read_or_refused(body: bytes) -> None:
    for name, read in ((SIGNATURE_HEADER, read_simulated_event), (STRIPE_HEADER, read_stripe_event)):
        headers = {name: sign(body, KEY, NOW)}
        found = outcome(lambda: read(body, headers, KEY, NOW), InvalidNotice)  # noqa: B023 - called at once
        assert isinstance(found, ProviderEvent | InvalidNotice)
