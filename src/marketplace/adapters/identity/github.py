"""GitHub, which is no OpenID Connect provider: its API says who a token belongs to."""

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import Any

import msgspec

from marketplace.adapters.identity.client import ProviderClient, Reply
from marketplace.adapters.identity.oidc import challenge, refused_code, with_query
from marketplace.core.domain.identities import FlowSecrets, IdentityProvider, ProvedIdentity
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.identity_settings import ProviderSettings

SCOPE = "read:user user:email"
SITE, SITE_API = "https://github.com", "https://api.github.com"


class _User(msgspec.Struct):
    id: int
    name: str | None = None


class _Email(msgspec.Struct):
    email: str
    primary: bool
    verified: bool


class GitHubProvider:
    """github.com, or a server of GitHub Enterprise. The subject is the number of the account: its name may change."""

    def __init__(self, settings: ProviderSettings, client: ProviderClient) -> None:
        self._settings = settings
        self._client = client
        self._site = settings.issuer
        self._api = SITE_API if self._site == SITE else f"{self._site}/api/v3"

    @property
    def shown(self) -> IdentityProvider:
        return IdentityProvider(
            name=self._settings.name, label=self._settings.label, issuer=self._site, can_reauthenticate=False
        )

    async def check(self) -> None:
        """Do nothing: there is no document to ask for without an account."""

    async def has_keys(self) -> bool:
        """Return `True`: its answers are not signed."""
        return True

    async def authorization_url(self, secrets: FlowSecrets, redirect_uri: str, *, again: bool = False) -> str:
        _ = again
        values = {
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": secrets.state,
            **challenge(secrets),
        }
        return with_query(f"{self._site}/login/oauth/authorize", values)

    async def prove(
        self, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        _ = issuer, now
        token = await self._token(code, secrets, redirect_uri)
        said, mailboxes = await asyncio.gather(
            self._client.get(f"{self._api}/user", token), self._client.get(f"{self._api}/user/emails", token)
        )
        user: _User = _read(said, _User)
        emails: list[_Email] = _read(mailboxes, list[_Email])
        primary = next((each for each in emails if each.primary), None)
        first, _, last = (user.name or "").strip().partition(" ")
        return ProvedIdentity(
            issuer=self._site,
            subject=str(user.id),
            email=primary.email if primary else None,
            is_email_verified=primary is not None and primary.verified,
            first_name=first,
            last_name=last.strip(),
        )

    async def close(self) -> None:
        await self._client.close()

    async def _token(self, code: str, secrets: FlowSecrets, redirect_uri: str) -> str:
        form = {
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret or "",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": secrets.verifier,
        }
        reply = await self._client.post(f"{self._site}/login/oauth/access_token", form)
        # the answer to a refused code is 200, too
        token = reply.document.get("access_token") if isinstance(reply.document, dict) else None
        if reply.status != HTTPStatus.OK or not isinstance(token, str):
            raise refused_code(self._settings.name, reply)
        return token


def _read(reply: Reply, kind: Any) -> Any:
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
        raise SignInFailed("refused", "token")
    if reply.status != HTTPStatus.OK:
        raise ProviderUnavailable
    try:
        return msgspec.convert(reply.document, kind)
    except msgspec.ValidationError as error:
        raise ProviderUnavailable from error
