"""Providers that speak OpenID Connect (Core 1.0, Discovery 1.0), with PKCE (RFC 7636)."""

import hashlib
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_plus, urlencode

import msgspec

from marketplace.adapters.identity.client import ProviderClient, Reply
from marketplace.adapters.identity.id_tokens import (
    Claims,
    Expected,
    Jwk,
    UnknownKey,
    authenticated_at,
    subject_of,
    verify,
)
from marketplace.adapters.identity.kept import Kept
from marketplace.core.domain.identities import FlowSecrets, IdentityProvider, ProvedIdentity
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.identity_settings import ProviderSettings, is_loopback, is_safe

LOG = logging.getLogger(__name__)
SCOPE = "openid email profile"
AGAIN = {"prompt": "login", "max_age": "0"}
"""Makes a provider ask for the password again, and say when it did (OpenID Connect Core, 3.1.2.1)."""
NEVER_AGAIN = frozenset({"https://accounts.google.com"})
"""Issuers that know neither: https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters"""
MAX_KEYS = 100
MAX_EMAIL, MAX_NAME = 254, 150
"""Characters of a claim that are read."""


class _Metadata(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False


class _KeySet(msgspec.Struct):
    keys: list[Jwk]


class _Tokens(msgspec.Struct):
    access_token: str
    id_token: str
    token_type: str


class OidcProvider:
    """A provider by the URL of its issuer."""

    def __init__(
        self, settings: ProviderSettings, client: ProviderClient, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._client = client
        self._metadata = Kept(self._read_metadata, now)
        self._keys = Kept(self._read_keys, now)

    @property
    def shown(self) -> IdentityProvider:
        issuer = self._settings.issuer
        return IdentityProvider(
            name=self._settings.name,
            label=self._settings.label,
            issuer=issuer,
            can_reauthenticate=issuer not in NEVER_AGAIN,
        )

    async def check(self) -> None:
        await self._metadata.check()

    async def has_keys(self) -> bool:
        try:
            return bool(await self._keys.get())
        except ProviderUnavailable:
            return False

    async def authorization_url(self, secrets: FlowSecrets, redirect_uri: str, *, again: bool = False) -> str:
        metadata = await self._metadata.get()
        values = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": secrets.state,
            "nonce": secrets.nonce,
            **challenge(secrets),
            **(AGAIN if again else {}),
        }
        return with_query(metadata.authorization_endpoint, values)

    async def prove(
        self, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        metadata = await self._metadata.get()
        is_named = issuer is not None or metadata.authorization_response_iss_parameter_supported
        if is_named and issuer != self._settings.issuer:
            raise SignInFailed("refused", "answering_issuer")
        tokens = await self._tokens(metadata, code, secrets, redirect_uri)
        expected = Expected(
            issuer=self._settings.issuer,
            client_id=self._settings.client_id,
            nonce=secrets.nonce,
            access_token=tokens.access_token,
            now=now,
        )
        claims = await self._verified(tokens.id_token, expected)
        subject, about = subject_of(claims), claims
        if "email" not in claims and metadata.userinfo_endpoint is not None:
            about = (await self._client.get(metadata.userinfo_endpoint, tokens.access_token)).object()
            if about.get("sub") != subject:
                raise SignInFailed("refused", "userinfo_subject")
        proved = _proved(self._settings.issuer, subject, about)
        return replace(proved, authenticated_at=authenticated_at(claims, now))

    async def close(self) -> None:
        await self._client.close()

    async def _tokens(self, metadata: _Metadata, code: str, secrets: FlowSecrets, redirect_uri: str) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": secrets.verifier,
        }
        client_id, secret = self._settings.client_id, self._settings.client_secret
        methods, basic = metadata.token_endpoint_auth_methods_supported, None
        if secret is None:
            form["client_id"] = client_id
        elif not methods or "client_secret_basic" in methods:
            # RFC 6749, 2.3.1: both are encoded like the values of a form first
            basic = quote_plus(client_id), quote_plus(secret)
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        reply = await self._client.post(metadata.token_endpoint, form, basic)
        if reply.status != HTTPStatus.OK:
            raise refused_code(self._settings.name, reply)
        try:
            tokens = msgspec.convert(reply.document, _Tokens)
        except msgspec.ValidationError as error:
            raise SignInFailed("refused", "token") from error
        if tokens.token_type.lower() != "bearer":
            raise SignInFailed("refused", "token")
        return tokens

    async def _verified(self, token: str, expected: Expected) -> Claims:
        """Verify with the known keys, and with those of now if the key is none of them."""
        try:
            return verify(token, await self._keys.get(), expected)
        except UnknownKey:
            pass
        try:
            return verify(token, await self._keys.get(again=True), expected)
        except UnknownKey as error:
            raise SignInFailed("refused", "key") from error

    async def _read_metadata(self) -> _Metadata:
        issuer = self._settings.issuer
        reply = await self._client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        metadata: _Metadata = _converted(reply.object(), _Metadata)
        addresses = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri]
        if metadata.userinfo_endpoint is not None:
            addresses.append(metadata.userinfo_endpoint)
        are_safe = all(is_safe(each) and (is_loopback(issuer) or not is_loopback(each)) for each in addresses)
        if metadata.issuer != issuer or not are_safe:
            LOG.warning("The discovery document of %s is not that of %s", self._settings.name, issuer)
            raise ProviderUnavailable
        return metadata

    async def _read_keys(self) -> list[Jwk]:
        metadata = await self._metadata.get()
        keys: _KeySet = _converted((await self._client.get(metadata.jwks_uri)).object(), _KeySet)
        return keys.keys[:MAX_KEYS]


def challenge(secrets: FlowSecrets) -> dict[str, str]:
    """Return the parameters of PKCE (RFC 7636, 4.2)."""
    digest = hashlib.sha256(secrets.verifier.encode()).digest()
    return {"code_challenge": urlsafe_b64encode(digest).decode().rstrip("="), "code_challenge_method": "S256"}


def with_query(address: str, values: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


def refused_code(name: str, reply: Reply) -> SignInFailed:
    """Return the error of a code that was not exchanged, and tell the operator: their settings may be wrong."""
    error = reply.document.get("error") if isinstance(reply.document, dict) else None
    said = error[:50] if isinstance(error, str) and error.isascii() and error.isprintable() else "no reason"
    LOG.warning("The provider %s did not take a code: %s", name, said)
    return SignInFailed("refused", "code")


def _proved(issuer: str, subject: str, claims: Claims) -> ProvedIdentity:
    first, last = _text(claims, "given_name", MAX_NAME), _text(claims, "family_name", MAX_NAME)
    if not first and not last:
        first, _, last = _text(claims, "name", MAX_NAME).partition(" ")
    return ProvedIdentity(
        issuer=issuer,
        subject=subject,
        email=_text(claims, "email", MAX_EMAIL) or None,
        # a boolean (OpenID Connect Core, 5.1): anything else is no proof
        is_email_verified=claims.get("email_verified") is True,
        first_name=first,
        last_name=last.strip(),
    )


def _text(claims: Claims, name: str, maximum: int) -> str:
    """Return a claim that is a text of bounded length, else nothing."""
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= maximum else ""


def _converted(document: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise ProviderUnavailable from error
