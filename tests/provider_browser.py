"""A browser that signs in at an issuer of the tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from httpx import ASGITransport, AsyncClient, Response

from http_api import SETTINGS, Api, Person, open_api
from lying_issuer import LyingIssuer
from marketplace.adapters.identity.providers import ConfiguredProviders

BEGIN = "/api/auth/oidc/example/"
CALLBACK = f"{BEGIN}callback/"
IDENTITIES = "/api/auth/identities/"
ADA: dict[str, Any] = {"email": "ada@example.org", "email_verified": True, "given_name": "Ada"}


@dataclass(slots=True)
class Browser:
    """A browser, which keeps cookies by name and path, on its way to the issuer and back."""

    api: Api
    issuer: LyingIssuer = field(default_factory=LyingIssuer)
    base_url: str = "http://test"
    cookies: dict[str, str] = field(default_factory=dict)
    last: SimpleCookie = field(default_factory=SimpleCookie)

    async def send(self, method: str, path: str, **options: Any) -> Response:
        # a client of its own, since that of the test keeps cookies, too
        async with AsyncClient(transport=ASGITransport(self.api.both), base_url=self.base_url) as client:
            sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            origin = {} if method == "GET" else {"Origin": self.base_url}  # as browsers do when they open an address
            headers = {"Cookie": sent} | origin | options.pop("headers", {})
            response = await client.request(method, path, headers=headers, **options)
        self.last = SimpleCookie()
        for line in response.headers.get_list("set-cookie"):
            self.last.load(line)
        for name, morsel in self.last.items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return response

    async def leave(self, person: Person | None = None, **body: Any) -> str:
        """Return the address at the issuer."""
        path = BEGIN if person is None else f"{BEGIN}connect/"
        sent = {"headers": person.headers} if person else {"json": body}
        response = await self.send("POST", path, **sent)
        assert response.status_code == 200, response.text
        url: str = response.json()["url"]
        return url

    async def prove(self, person: Person, **body: Any) -> dict[str, str]:
        """Prove at the issuer that it's still this person."""
        response = await self.send("POST", f"{BEGIN}reauthenticate/", headers=person.headers, json=body)
        assert response.status_code == 200, response.text
        return await self.come_back(self.issuer.consent(response.json()["url"]))

    async def come_back(self, returned: dict[str, str]) -> dict[str, str]:
        """Return the values of the page's address, with its `page`."""
        response = await self.send("GET", CALLBACK, params=returned)
        assert (response.status_code, response.content) == (303, b"")
        assert response.headers["cache-control"] == "no-store"
        page = urlsplit(response.headers["location"])
        assert page.scheme == page.netloc == ""
        return {"page": page.path} | {name: values[0] for name, values in parse_qs(page.query).items()}

    async def sign_in(self, person: Person | None = None, **body: Any) -> dict[str, str]:
        return await self.come_back(self.issuer.consent(await self.leave(person, **body)))

    async def access(self) -> Person:
        """Return who is signed in by the refresh cookie."""
        response = await self.send("POST", "/api/auth/refresh/", json={})
        assert response.status_code == 200, response.text
        return Person(self.api.client, response.json()["access"])


@asynccontextmanager
async def opened(issuer: LyingIssuer, **changes: Any) -> AsyncIterator[Browser]:
    settings = changes.pop("settings", SETTINGS)
    providers = ConfiguredProviders([issuer.provider()])
    async with open_api(settings, identity_providers=providers, **changes) as api:
        issuer.now = api.clock.now
        yield Browser(api, issuer)
