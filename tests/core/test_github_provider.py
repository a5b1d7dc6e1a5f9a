"""GitHub proves the primary address of an account, if it is verified."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fakes import NOW
from marketplace.adapters.identity.client import ProviderClient
from marketplace.adapters.identity.github import GitHubProvider
from marketplace.core.domain.identities import FlowSecrets, ProvedIdentity
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.identity_settings import ProviderSettings

SECRETS = FlowSecrets(state="a state", nonce="a nonce", verifier="a verifier")
REDIRECT_URI = "https://sessions.example.org/api/auth/oidc/github/callback/"
PRIMARY = {"email": "ada@example.org", "primary": True, "verified": True, "visibility": "private"}
OTHER = {"email": "other@example.org", "primary": False, "verified": True, "visibility": None}
USER = {"id": 7, "login": "ada", "name": "Ada King Byron", "email": "public@example.org"}


class FakeGitHub:
    """The endpoints of github.com that are asked; `answers` replace theirs by path."""

    def __init__(self, **answers: Callable[[], httpx.Response]) -> None:
        self.answers = answers
        self.emails: list[dict[str, Any]] = [OTHER, PRIMARY]
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = request.url.path.rpartition("/")[2]
        if name in self.answers:
            return self.answers[name]()
        if str(request.url) == "https://github.com/login/oauth/access_token":
            form = {each: values[0] for each, values in parse_qs(request.content.decode()).items()}
            assert form["client_secret"] == "a secret"
            assert form["code_verifier"] == SECRETS.verifier
            if form.get("code") != "a code":
                return httpx.Response(200, json={"error": "bad_verification_code"})
            return httpx.Response(200, json={"access_token": "gho_1", "token_type": "bearer", "scope": "user:email"})
        assert request.headers["authorization"] == "Bearer gho_1"
        assert request.url.host == "api.github.com"
        return httpx.Response(200, json={"user": USER, "emails": self.emails}[name])

    @property
    def provider(self) -> GitHubProvider:
        values = {"name": "github", "label": "GitHub", "issuer": "https://github.com", "client_id": "an ID"}
        settings = ProviderSettings(kind="github", client_secret="a secret", **values)
        return GitHubProvider(settings, ProviderClient("https://github.com", httpx.MockTransport(self)))

    async def prove(self, code: str = "a code") -> ProvedIdentity:
        return await self.provider.prove(code=code, issuer=None, secrets=SECRETS, redirect_uri=REDIRECT_URI, now=NOW)


async def test_authorization_request_asks_for_addresses_with_state_and_pkce() -> None:
    url = urlsplit(await FakeGitHub().provider.authorization_url(SECRETS, REDIRECT_URI))

    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://github.com/login/oauth/authorize"
    assert (asked["client_id"], asked["state"], asked["scope"]) == ("an ID", "a state", "read:user user:email")
    assert (asked["redirect_uri"], asked["code_challenge_method"]) == (REDIRECT_URI, "S256")


async def test_primary_verified_address_is_proved_and_the_public_one_is_not_looked_at() -> None:
    found = await FakeGitHub().prove()

    assert found == ProvedIdentity(
        issuer="https://github.com",
        subject="7",
        email="ada@example.org",
        is_email_verified=True,
        first_name="Ada",
        last_name="King Byron",
    )


@pytest.mark.parametrize(
    ("emails", "email"),
    [([PRIMARY | {"verified": False}, OTHER], "ada@example.org"), ([OTHER], None), ([], None)],
)
async def test_without_a_verified_primary_address_nothing_is_proved(
    emails: list[dict[str, Any]], email: str | None
) -> None:
    github = FakeGitHub()
    github.emails = emails

    found = await github.prove()

    assert (found.email, found.proved_email) == (email, None)


@pytest.mark.parametrize("code", ["", "another"])
async def test_code_that_github_refuses_signs_nobody_in(code: str) -> None:
    with pytest.raises(SignInFailed):
        await FakeGitHub().prove(code)


@pytest.mark.parametrize(
    ("path", "answer", "error"),
    [
        ("access_token", lambda: httpx.Response(502, json={}), ProviderUnavailable),
        ("access_token", lambda: httpx.Response(404, json={}), SignInFailed),
        ("user", lambda: httpx.Response(401, json={"message": "Bad credentials"}), SignInFailed),
        ("user", lambda: httpx.Response(200, json={"login": "ada"}), ProviderUnavailable),
        ("user", lambda: httpx.Response(200, json={"id": "7"}), ProviderUnavailable),
        ("emails", lambda: httpx.Response(403, json={}), SignInFailed),
        ("emails", lambda: httpx.Response(429, json={}), ProviderUnavailable),
        (
            "emails",
            lambda: httpx.Response(200, html="<html>"),
            ProviderUnavailable,
        ),
        ("emails", lambda: httpx.Response(301, headers={"location": "https://evil.example"}), ProviderUnavailable),
    ],
)
async def test_answer_that_is_not_as_documented_proves_nothing(
    path: str, answer: Callable[[], httpx.Response], error: type[Exception]
) -> None:
    github = FakeGitHub(**{path: answer})

    with pytest.raises(error):
        await github.prove()
    assert {request.url.host for request in github.asked} <= {"github.com", "api.github.com"}


async def test_server_of_an_enterprise_is_asked_at_its_own_address() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "git.example.org"
        documents: dict[str, Any] = {
            "/login/oauth/access_token": {"access_token": "gho_1"},
            "/api/v3/user": USER | {"name": None},
            "/api/v3/user/emails": [PRIMARY],
        }
        return httpx.Response(200, json=documents[request.url.path])

    issuer = "https://git.example.org"
    settings = ProviderSettings(
        name="github", label="Git", kind="github", issuer=issuer, client_id="an ID", client_secret="a secret"
    )
    provider = GitHubProvider(settings, ProviderClient(issuer, httpx.MockTransport(answer)))

    found = await provider.prove(code="a code", issuer=None, secrets=SECRETS, redirect_uri=REDIRECT_URI, now=NOW)

    assert (found.issuer, found.subject, found.first_name) == (issuer, "7", "")
