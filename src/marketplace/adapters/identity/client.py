"""Requests to a provider: bounded in time and size, and never redirected."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx
import msgspec

from marketplace.core.errors.identities import ProviderUnavailable
from marketplace.identity_settings import is_loopback

CONNECT_TIMEOUT, TIMEOUT = 3.0, 5.0
DEADLINE = 8.0
"""Seconds for a whole answer, however slowly it comes."""
MAX_ANSWER = 256 * 1024
"""Bytes, decompressed."""
UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 500 that is a JSON document."""

    status: int
    document: Any

    def object(self) -> dict[str, Any]:
        """Return the document of a success. Raises `ProviderUnavailable`."""
        if self.status != HTTPStatus.OK or not isinstance(self.document, dict):
            raise ProviderUnavailable
        return self.document


class ProviderClient:
    """Speaks HTTP with one provider. Every method raises `ProviderUnavailable`."""

    def __init__(
        self, issuer: str, transport: httpx.AsyncBaseTransport | None = None, deadline: float = DEADLINE
    ) -> None:
        self._deadline = deadline
        self._client = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT),
            follow_redirects=False,
            trust_env=not is_loopback(issuer),
            headers={"Accept": "application/json", "User-Agent": "marketplace"},
        )
        # what a provider sets for one person must not go along with another
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    async def get(self, url: str, token: str | None = None) -> Reply:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self._ask(lambda: self._client.build_request("GET", url, headers=headers), None)

    async def post(self, url: str, form: dict[str, str], basic: tuple[str, str] | None = None) -> Reply:
        auth = None if basic is None else httpx.BasicAuth(*basic)
        return await self._ask(lambda: self._client.build_request("POST", url, data=form), auth)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, request: Callable[[], httpx.Request], auth: httpx.Auth | None) -> Reply:
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._client.send(request(), auth=auth, stream=True)
                try:
                    return await _read(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, *UNREADABLE) as error:
            raise ProviderUnavailable from error


async def _read(response: httpx.Response) -> Reply:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    if response.is_redirect or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or not is_json:
        raise ProviderUnavailable
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            raise ProviderUnavailable
    return Reply(response.status_code, msgspec.json.decode(bytes(body)))
