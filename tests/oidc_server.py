"""Runs oidc-provider, an OpenID Connect issuer of another maker, and walks through its pages."""

import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from marketplace.identity_settings import ProviderSettings
from ports import free_port
from postgres.servers import becomes_true

FOLDER = Path(__file__).parent / "deployment/oidc"
START = 60.0
"""Seconds."""


def settings_of(issuer: str) -> ProviderSettings:
    return ProviderSettings(
        name="example",
        label="Example",
        issuer=issuer,
        client_id="marketplace",
        client_secret="a secret: of the tests",
    )


@asynccontextmanager
async def oidc_server(redirect_uri: str, log: Path, port: int | None = None) -> AsyncIterator[str]:
    """Yield the URL of the issuer."""
    assert (FOLDER / "node_modules").exists(), "make tests/deployment/oidc/node_modules/.installed"
    port = port or free_port()
    with log.open("w") as output:
        program = subprocess.Popen(  # noqa: ASYNC220 - starts only
            ["node", str(FOLDER / "provider.mjs"), str(port), redirect_uri], stdout=output, stderr=output
        )
    try:
        assert await becomes_true(lambda: answers(port), START), f"see {log}"
        yield f"http://127.0.0.1:{port}"
    finally:
        program.kill()
        program.wait()


def answers(port: int) -> bool:
    try:
        found = httpx.get(f"http://127.0.0.1:{port}/.well-known/openid-configuration", trust_env=False, timeout=1)
    except httpx.TransportError:
        return False
    return found.is_success


async def consent(
    url: str, login: str, browser: httpx.AsyncClient | None = None, asked: list[str] | None = None
) -> dict[str, str]:
    """Sign in at the issuer as this person, consent, and return what the browser brings back.

    `browser` may be one that is signed in there. What the issuer asks for is added to `asked`.
    """
    async with AsyncExitStack() as stack:
        if browser is None:
            browser = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        response = await browser.get(url)
        for _ in range(12):
            if response.is_redirect:
                url = urljoin(str(response.url), response.headers["location"])
                if "/callback" in urlsplit(url).path:
                    return dict(parse_qsl(urlsplit(url).query))
                response = await browser.get(url)
                continue
            action = re.search(r'action="([^"]+)"', response.text)
            prompt = re.search(r'name="prompt" value="([^"]+)"', response.text)
            assert action is not None, response.text
            assert prompt is not None, response.text
            if asked is not None:
                asked.append(prompt[1])
            form = {"prompt": prompt[1], "login": login, "password": "any"}
            response = await browser.post(urljoin(str(response.url), unescape(action[1])), data=form)
    raise AssertionError(f"{url} does not lead back")
