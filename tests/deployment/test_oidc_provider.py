"""Signing in at oidc-provider, an issuer of another maker, whose ID tokens have no email address."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from statistics import quantiles

import pytest
from httpx import AsyncClient

from http_api import open_api
from marketplace.adapters.identity.client import ProviderClient
from marketplace.adapters.identity.oidc import OidcProvider
from marketplace.adapters.identity.providers import ConfiguredProviders
from marketplace.adapters.system import SystemClock
from marketplace.core.domain.identities import FlowSecrets, ProvedIdentity
from oidc_server import consent, oidc_server, settings_of
from provider_browser import BEGIN, Browser
from two_steps import LONG_AGO

REDIRECT_URI = "http://localhost:8000/api/auth/oidc/example/callback/"
TIMES, LIMIT = 20, 0.15
"""Sign-ins that are measured, and the most seconds that 19 of 20 take next to the issuer."""


class Timed(ConfiguredProviders):
    """Notes how long the issuer took."""

    spent = 0.0

    async def prove(
        self, name: str, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        started = time.perf_counter()
        try:
            return await super().prove(
                name, code=code, issuer=issuer, secrets=secrets, redirect_uri=redirect_uri, now=now
            )
        finally:
            self.spent += time.perf_counter() - started


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Browser, Timed]]:
    async with oidc_server(REDIRECT_URI, folder / "oidc.log") as issuer:
        settings = settings_of(issuer)
        providers = Timed([OidcProvider(settings, ProviderClient(issuer))])
        try:
            async with open_api(identity_providers=providers) as api:
                api.clock.at = SystemClock().now()
                yield Browser(api), providers
        finally:
            await providers.close()


async def test_person_signs_in_at_oidc_provider(tmp_path: Path) -> None:
    async with opened(tmp_path) as (browser, _):
        assert (await browser.send("GET", "/api/auth/oidc/")).json()[0]["is_available"] is True
        returned = await consent(await browser.leave(next="/dashboard"), "ada@example.org")
        assert {"code", "state", "iss"} <= returned.keys()

        assert (await browser.come_back(returned))["oidc"] == "done"

        profile = (await (await browser.access()).get("/api/auth/profile/")).json()
        assert (profile["email"], profile["first_name"], profile["last_name"]) == ("ada@example.org", "Ada", "Byron")
        returned = await consent(await browser.leave(), "unverified@example.org")
        assert (await browser.come_back(returned))["oidc"] == "email_unverified"


async def test_person_who_is_still_signed_in_at_oidc_provider_has_to_sign_in_again_for_a_proof(tmp_path: Path) -> None:
    async with opened(tmp_path) as (browser, _), AsyncClient(trust_env=False) as window:
        await browser.come_back(await consent(await browser.leave(), "ada@example.org", window))
        person = await browser.access()
        browser.api.clock.advance(LONG_AGO)
        assert (await person.post("/api/auth/second-factor/")).json()["methods"] == ["provider"]
        browser.api.clock.at = SystemClock().now()

        started = await browser.send("POST", f"{BEGIN}reauthenticate/", headers=person.headers)
        asked: list[str] = []
        returned = await consent(started.json()["url"], "ada@example.org", window, asked)

        assert asked == ["login"]
        assert (await browser.come_back(returned))["proof"] == "done"


@pytest.mark.runs_alone
async def test_sign_in_takes_150_ms_beside_the_issuer(tmp_path: Path) -> None:
    async with opened(tmp_path) as (browser, providers):
        took = []
        for number in range(TIMES + 1):
            providers.spent = 0.0
            started = time.perf_counter()
            url = await browser.leave()
            left = time.perf_counter() - started
            returned = await consent(url, f"person{number}@example.org")
            started = time.perf_counter()
            assert (await browser.come_back(returned))["oidc"] == "done"
            took.append(left + time.perf_counter() - started - providers.spent)

        # the first one reads the documents of the issuer
        assert quantiles(took[1:], n=20)[-1] <= LIMIT, took
