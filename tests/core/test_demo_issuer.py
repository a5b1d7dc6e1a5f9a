"""The issuer of the demo: its page, and the tokens that the marketplace believes."""

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from fakes import NOW
from marketplace.adapters.identity.client import ProviderClient
from marketplace.adapters.identity.oidc import OidcProvider
from marketplace.core.domain.identities import FlowSecrets
from marketplace.core.errors.identities import SignInFailed
from marketplace.demo.identity_provider.issuer import DemoIssuer
from marketplace.demo.identity_provider.pages import Pages
from marketplace.demo.wire import Application
from marketplace.identity_settings import ProviderSettings

ADDRESS = "http://127.0.0.1:8020"
REDIRECT_URI = "http://localhost:8000/api/auth/oidc/demo/callback/"
SECRETS = FlowSecrets(state="a state", nonce="a nonce", verifier="a verifier")
TRANSPORT = httpx.ASGITransport(Application(Pages(DemoIssuer(ADDRESS, lambda: NOW)).routes()))
PROVIDER = OidcProvider(
    ProviderSettings(name="demo", label="Demo", issuer=ADDRESS, client_id="marketplace"),
    ProviderClient(ADDRESS, TRANSPORT),
)


async def chosen(**form: str) -> dict[str, str]:
    """Return what comes back after a choice on the page."""
    url = await PROVIDER.authorization_url(SECRETS, REDIRECT_URI)
    async with httpx.AsyncClient(transport=TRANSPORT) as browser:
        assert "Continue as Robin" in (await browser.get(url)).text
        answer = await browser.post(f"{ADDRESS}/authorize", data=dict(parse_qsl(urlsplit(url).query)) | form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(REDIRECT_URI)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.mark.parametrize(
    ("form", "email", "is_verified"),
    [
        ({"who": "robin"}, "robin@demo.example", True),
        ({"who": "sasha"}, "sasha@demo.example", False),
        ({"who": "other", "email": "ada@example.org", "verified": "on"}, "ada@example.org", True),
        ({"who": "other", "email": "ada@example.org"}, "ada@example.org", False),
    ],
)
async def test_chosen_person_is_proved_once(form: dict[str, str], email: str, is_verified: bool) -> None:  # noqa: FBT001 - a case
    returned = await chosen(**form)
    values = {"code": returned["code"], "issuer": returned["iss"], "secrets": SECRETS, "redirect_uri": REDIRECT_URI}

    proved = await PROVIDER.prove(**values, now=NOW)  # type: ignore[arg-type]

    assert (proved.email, proved.is_email_verified) == (email, is_verified)
    with pytest.raises(SignInFailed):
        await PROVIDER.prove(**values, now=NOW)  # type: ignore[arg-type]


async def test_cancelling_comes_back_without_a_code() -> None:
    assert await chosen(who="nobody") == {"state": "a state", "iss": ADDRESS, "error": "access_denied"}


@pytest.mark.parametrize(
    "redirect_uri", ["https://evil.example/api/auth/oidc/demo/callback/", "http://localhost:8000/elsewhere", ""]
)
async def test_only_the_marketplace_on_this_machine_is_answered(redirect_uri: str) -> None:
    url = await PROVIDER.authorization_url(SECRETS, redirect_uri)
    async with httpx.AsyncClient(transport=TRANSPORT) as browser:
        asked = dict(parse_qsl(urlsplit(url).query)) | {"who": "robin"}
        assert (await browser.get(url)).status_code == 400
        assert (await browser.post(f"{ADDRESS}/authorize", data=asked)).status_code == 400
