"""What an OpenID Connect issuer says is believed only if all of it is as it must be."""

import asyncio
import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fakes import NOW
from lying_issuer import (
    CLIENT_ID,
    CURVE_KEY,
    ISSUER,
    KEY,
    OTHER_KEY,
    Answer,
    LyingIssuer,
    encoded,
    json_answer,
    signed_by_another,
    signed_with_escapes,
    signed_with_public_key,
    unsigned,
)
from marketplace.adapters.identity.client import MAX_ANSWER, ProviderClient
from marketplace.adapters.identity.github import GitHubProvider
from marketplace.adapters.identity.kept import CHECKED_FOR, FRESH_FOR, RETRY_AFTER, STALE_FOR
from marketplace.adapters.identity.oidc import OidcProvider
from marketplace.adapters.identity.providers import ConfiguredProviders
from marketplace.core.domain.identities import FlowSecrets, ProvedIdentity
from marketplace.core.errors import NotFound
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.identity_settings import PRESETS, ProviderSettings

pytestmark = pytest.mark.thorough

SECRETS = FlowSecrets(
    state="a state", nonce="a nonce", verifier="a verifier of at least 43 characters, as RFC 7636 asks"
)
REDIRECT_URI = "https://sessions.example.org/api/auth/oidc/example/callback/"
AT = int(NOW.timestamp())
PERSON = {"email": "ada@example.org", "email_verified": True, "given_name": "Ada", "family_name": "Byron"}


async def proved(liar: LyingIssuer, provider: OidcProvider | None = None, **changes: Any) -> ProvedIdentity:
    provider = provider or liar.provider()
    returned = liar.consent(await provider.authorization_url(SECRETS, REDIRECT_URI))
    values: dict[str, Any] = {"code": returned["code"], "issuer": returned["iss"], "secrets": SECRETS}
    return await provider.prove(**values | {"redirect_uri": REDIRECT_URI, "now": NOW} | changes)


async def refusal(liar: LyingIssuer, **changes: Any) -> str:
    with pytest.raises(SignInFailed) as refused:
        await proved(liar, **changes)
    assert refused.value.failure == "refused"
    return refused.value.fact


def at_hash(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


async def test_authorization_request_has_pkce_state_and_nonce() -> None:
    url = await LyingIssuer().provider().authorization_url(SECRETS, REDIRECT_URI)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{ISSUER}/authorize?")
    assert SECRETS.verifier not in url
    assert asked.pop("code_challenge") == base64.urlsafe_b64encode(
        hashlib.sha256(SECRETS.verifier.encode()).digest()
    ).decode().rstrip("=")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "scope": "openid email profile",
        "state": SECRETS.state,
        "nonce": SECRETS.nonce,
        "code_challenge_method": "S256",
    }


async def test_issuer_is_told_to_ask_for_the_sign_in_again_only_for_a_proof() -> None:
    providers = ConfiguredProviders([LyingIssuer().provider()])

    urls = [await providers.authorization_url("example", SECRETS, REDIRECT_URI, again=again) for again in (True, False)]

    again, once = ({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()} for url in urls)
    assert {name: again[name] for name in again.keys() - once.keys()} == {"prompt": "login", "max_age": "0"}


async def test_google_and_github_cannot_be_told_to_ask_again() -> None:
    made = [
        ProviderSettings(name=name, label=name, issuer=issuer, client_id="an ID", client_secret="a secret")
        for name, (_, issuer) in PRESETS.items()
    ]
    client = ProviderClient(ISSUER)
    providers = ConfiguredProviders([OidcProvider(made[0], client), GitHubProvider(made[1], client)])

    assert [each.can_reauthenticate for each in providers.configured] == [False, False]
    for name in PRESETS:
        with pytest.raises(NotFound):
            await providers.authorization_url(name, SECRETS, REDIRECT_URI, again=True)


@pytest.mark.parametrize(
    ("auth_time", "expected"),
    [
        (None, None),
        (AT - 5, NOW - timedelta(seconds=5)),
        (AT - 0.5, NOW - timedelta(seconds=0.5)),
        (AT + 60, NOW + timedelta(seconds=60)),
        (AT + 61, None),
        (10**400, None),
        (-1, None),
        (str(AT), None),
        (True, None),
        ([AT], None),
    ],
)
async def test_time_of_the_sign_in_is_a_number_that_is_not_in_the_future(
    auth_time: object, expected: datetime | None
) -> None:
    assert (await proved(LyingIssuer(claims=PERSON | {"auth_time": auth_time}))).authenticated_at == expected


async def test_claims_of_the_token_are_proved() -> None:
    found = await proved(LyingIssuer(claims=PERSON | {"at_hash": at_hash("access")}))

    expected: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "person-1",
        "email": "ada@example.org",
        "is_email_verified": True,
    }
    assert found == ProvedIdentity(**expected, first_name="Ada", last_name="Byron")
    assert found.proved_email == "ada@example.org"


async def test_address_that_only_userinfo_has_is_read_there() -> None:
    issuer = LyingIssuer(userinfo=PERSON)

    assert (await proved(issuer)).proved_email == "ada@example.org"
    assert issuer.asked[-1] == "/userinfo"


async def test_address_and_its_proof_come_from_the_same_document() -> None:
    issuer = LyingIssuer(claims={"email": "ada@example.org"}, userinfo={"email_verified": True})

    found = await proved(issuer)

    assert (found.email, found.proved_email) == ("ada@example.org", None)


@pytest.mark.parametrize("verified", [False, None, "true", 1, [True]])
async def test_only_true_proves_an_address(verified: object) -> None:
    found = await proved(LyingIssuer(claims=PERSON | {"email_verified": verified}))

    assert (found.email, found.proved_email) == ("ada@example.org", None)


@pytest.mark.parametrize(
    ("claims", "fact"),
    [
        ({"iss": "https://issuer.example.org/"}, "issuer"),
        ({"iss": "https://other.example.org"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": [CLIENT_ID, "another"]}, "azp"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": AT - 60}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": str(AT + 300)}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": 10**400}, "expired"),
        ({"iat": AT + 61}, "issued_later"),
        ({"iat": None}, "issued_later"),
        ({"nbf": AT + 61}, "issued_later"),
        ({"nbf": 10**400}, "issued_later"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["a nonce"]}, "nonce"),
        ({"sub": None}, "subject"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"at_hash": at_hash("another")}, "at_hash"),
        ({"at_hash": 7}, "at_hash"),
    ],
)
async def test_lie_in_a_claim_is_refused(claims: dict[str, Any], fact: str) -> None:
    assert await refusal(LyingIssuer(claims=PERSON | claims)) == fact


@pytest.mark.parametrize("claims", [{"exp": AT - 59}, {"iat": AT + 60}, {"aud": [CLIENT_ID]}, {"azp": CLIENT_ID}])
async def test_clock_may_be_off_by_a_minute(claims: dict[str, Any]) -> None:
    assert (await proved(LyingIssuer(claims=PERSON | claims))).subject == "person-1"


@pytest.mark.parametrize(
    ("issuer", "fact"),
    [
        (LyingIssuer(sign=unsigned), "algorithm"),
        (LyingIssuer(sign=signed_with_public_key), "algorithm"),
        (LyingIssuer(sign=signed_by_another), "signature"),
        (LyingIssuer(key=OTHER_KEY), "key"),
        (LyingIssuer(header={"kid": "unknown"}), "key"),
        (LyingIssuer(header={"kid": CURVE_KEY.kid}), "key"),
        (LyingIssuer(header={"kid": None}, published=[KEY, OTHER_KEY]), "key"),
        (LyingIssuer(header={"alg": "PS256"}), "key"),
        (LyingIssuer(published=[KEY, KEY]), "key"),
        (LyingIssuer(sign=lambda _, __: "not a token"), "token"),
        (LyingIssuer(sign=lambda _, __: "a.b.c"), "token"),
        (LyingIssuer(sign=lambda _, __: "W10.e30.AA"), "token"),
        (LyingIssuer(sign=lambda _, __: f"{'a' * 70_000}.b.c"), "token"),
        (LyingIssuer(sign=lambda _, __: f"{encoded(b'[' * 30_000)}.e30.AA"), "token"),
        (LyingIssuer(sign=signed_with_escapes, claims={"nonce": "\ud800"}), "token"),
        (LyingIssuer(sign=signed_with_escapes, claims={"email": "\ud800@example.org"}), "token"),
        (LyingIssuer(userinfo={"sub": "another"}), "userinfo_subject"),
        (LyingIssuer(userinfo={"sub": None}), "userinfo_subject"),
        (LyingIssuer(answers={"/token": lambda: json_answer({"error": "invalid_grant"}, 400)}), "code"),
        (LyingIssuer(answers={"/token": lambda: json_answer({"error": "invalid_client"}, 401)}), "code"),
        (LyingIssuer(answers={"/token": lambda: json_answer({"access_token": "access"})}), "token"),
        (LyingIssuer(answers={"/token": lambda: json_answer([])}), "token"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_token_that_is_not_the_issuers_is_refused(issuer: LyingIssuer, fact: str) -> None:
    assert await refusal(issuer) == fact


async def test_only_key_needs_no_name() -> None:
    assert (await proved(LyingIssuer(header={"kid": None}, published=[KEY]))).subject == "person-1"


async def test_key_of_a_curve_is_accepted() -> None:
    assert (await proved(LyingIssuer(key=CURVE_KEY, header={"alg": "ES256"}))).subject == "person-1"


async def test_code_works_once_and_only_with_its_verifier() -> None:
    issuer = LyingIssuer()
    provider = issuer.provider()
    returned = issuer.consent(await provider.authorization_url(SECRETS, REDIRECT_URI))

    assert await refusal(issuer, code="unknown") == "code"
    other = FlowSecrets(state=SECRETS.state, nonce=SECRETS.nonce, verifier="another verifier")
    assert await refusal(issuer, code=returned["code"], secrets=other) == "code"
    assert await refusal(issuer, code=returned["code"]) == "code"


@pytest.mark.parametrize("named", ["https://other.example.org", f"{ISSUER}/"])
async def test_answer_of_another_issuer_is_refused(named: str) -> None:
    assert await refusal(LyingIssuer(), issuer=named) == "answering_issuer"


async def test_issuer_that_names_itself_has_to() -> None:
    metadata = {"authorization_response_iss_parameter_supported": True}

    assert await refusal(LyingIssuer(metadata=metadata), issuer=None) == "answering_issuer"
    assert (await proved(LyingIssuer(), issuer=None)).subject == "person-1"


def redirect() -> Answer:
    return 302, {"location": f"{ISSUER}/elsewhere", "content-type": "application/json"}, b"{}"


UNUSABLE: dict[str, Callable[[], Answer]] = {
    "500": lambda: json_answer({"error": "server_error"}, 500),
    "redirect": redirect,
    "HTML": lambda: (200, {"content-type": "text/html"}, b"<html>Sign in to the network</html>"),
    "huge": lambda: json_answer("x" * MAX_ANSWER),
    "half": lambda: (200, {"content-type": "application/json"}, b'{"issuer":'),
    "deep": lambda: (200, {"content-type": "application/json"}, b"[" * 9_000),
    "list": lambda: json_answer([]),
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE.keys())
async def test_unusable_answer_says_that_the_issuer_is_away(path: str, answer: Callable[[], Answer]) -> None:
    issuer = LyingIssuer(answers={path: answer})

    if path == "/token" and answer is UNUSABLE["list"]:
        assert await refusal(issuer) == "token"
        return
    with pytest.raises(ProviderUnavailable):
        await proved(issuer)
    assert "/elsewhere" not in issuer.asked


async def test_slow_issuer_is_not_waited_for() -> None:
    issuer = LyingIssuer(is_slow=True)

    with pytest.raises(ProviderUnavailable):
        await asyncio.wait_for(issuer.provider(deadline=0.05).check(), 1)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example.org"},
        {"token_endpoint": None},
        {"token_endpoint": "http://issuer.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://127.0.0.1/keys"},
        {"userinfo_endpoint": "https://127.0.0.1/userinfo"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_discovery_document_of_something_else_is_not_used(metadata: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnavailable):
        await LyingIssuer(metadata=metadata).provider().authorization_url(SECRETS, REDIRECT_URI)


class Seconds:
    """A clock of the caches."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


async def test_documents_are_kept_and_read_once_for_all_who_wait() -> None:
    issuer, clock = LyingIssuer(), Seconds()
    provider = issuer.provider(now=clock)

    await asyncio.gather(*(proved(issuer, provider) for _ in range(5)))
    clock.at += FRESH_FOR - 1
    await proved(issuer, provider)
    assert [issuer.asked.count(path) for path in ("/.well-known/openid-configuration", "/jwks")] == [1, 1]

    clock.at += 2
    await proved(issuer, provider)
    assert [issuer.asked.count(path) for path in ("/.well-known/openid-configuration", "/jwks")] == [2, 2]


async def test_new_key_is_read_when_a_token_names_it_but_not_all_the_time() -> None:
    issuer, clock = LyingIssuer(), Seconds()
    provider = issuer.provider(now=clock)
    await proved(issuer, provider)
    issuer.key, issuer.published = OTHER_KEY, [OTHER_KEY]

    with pytest.raises(SignInFailed):
        await proved(issuer, provider)
    assert issuer.asked.count("/jwks") == 1
    clock.at += RETRY_AFTER
    assert (await proved(issuer, provider)).subject == "person-1"
    assert issuer.asked.count("/jwks") == 2


async def test_old_keys_serve_for_a_day_while_new_ones_cannot_be_read() -> None:
    issuer, clock = LyingIssuer(), Seconds()
    provider = issuer.provider(now=clock)
    await proved(issuer, provider)
    for path in ("/.well-known/openid-configuration", "/jwks"):
        issuer.answers[path] = UNUSABLE["500"]

    clock.at += STALE_FOR - 1
    assert (await proved(issuer, provider)).subject == "person-1"
    clock.at += RETRY_AFTER + 1
    with pytest.raises(ProviderUnavailable):
        await proved(issuer, provider)


async def test_issuer_that_is_away_is_asked_again_later() -> None:
    issuer, clock = LyingIssuer(), Seconds()
    provider = issuer.provider(now=clock)
    providers = ConfiguredProviders([provider])
    issuer.answers["/.well-known/openid-configuration"] = UNUSABLE["500"]

    assert [await providers.available() for _ in range(3)] == [()] * 3
    assert len(issuer.asked) == 1
    issuer.answers.clear()
    clock.at += RETRY_AFTER
    assert await providers.available() == ("example",)
    issuer.answers["/.well-known/openid-configuration"] = UNUSABLE["500"]
    assert await providers.available() == ("example",)
    clock.at += CHECKED_FOR
    assert await providers.available() == ()
    assert (await proved(issuer, provider)).subject == "person-1"
    await providers.close()


async def test_unknown_provider_is_not_found() -> None:
    with pytest.raises(NotFound):
        await ConfiguredProviders().authorization_url("example", SECRETS, REDIRECT_URI)


async def test_values_of_odd_types_and_lengths_are_no_names() -> None:
    odd = {"given_name": 7, "family_name": "x" * 151, "name": "Ada Byron", "email": ["ada@example.org"]}
    found = await proved(LyingIssuer(claims=json.loads(json.dumps(odd))))

    assert (found.first_name, found.last_name, found.email) == ("Ada", "Byron", None)


async def test_operator_is_told_what_is_wrong_with_a_provider() -> None:
    healthy, gone = LyingIssuer(), LyingIssuer(answers={"/.well-known/openid-configuration": UNUSABLE["500"]})
    keyless, lost = LyingIssuer(published=[]), LyingIssuer(answers={"/jwks": UNUSABLE["500"]})
    providers = ConfiguredProviders(
        [each.provider(name=name) for name, each in (("a", healthy), ("b", gone), ("c", keyless), ("d", lost))]
    )

    assert await providers.inspect() == {"a": None, "b": "away", "c": "no_keys", "d": "no_keys"}
