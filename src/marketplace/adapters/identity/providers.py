"""The identity providers of the settings. Imports nothing that only they need."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from marketplace.core.domain.identities import FlowSecrets, IdentityProvider, ProvedIdentity
from marketplace.core.errors import NotFound
from marketplace.core.errors.identities import ProviderUnavailable

Flaw = Literal["away", "no_keys"]
PATIENCE = 1.0
"""Seconds that a page waits to know whether a provider answers."""


class Provider(Protocol):
    """One provider."""

    @property
    def shown(self) -> IdentityProvider: ...

    async def check(self) -> None:
        """Raise `ProviderUnavailable` if it did not answer lately."""
        ...

    async def has_keys(self) -> bool:
        """Return whether its signatures can be verified."""
        ...

    async def authorization_url(self, secrets: FlowSecrets, redirect_uri: str, *, again: bool) -> str: ...

    async def prove(
        self, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity: ...

    async def close(self) -> None: ...


class ConfiguredProviders:
    """`IdentityProviders` by name."""

    def __init__(self, providers: Sequence[Provider] = ()) -> None:
        self._providers = {each.shown.name: each for each in providers}
        self._checks = set[asyncio.Task[bool]]()

    @property
    def configured(self) -> tuple[IdentityProvider, ...]:
        return tuple(each.shown for each in self._providers.values())

    async def available(self) -> Collection[str]:
        checks = {name: asyncio.create_task(_answers(each)) for name, each in self._providers.items()}
        if not checks:
            return ()
        # one that takes longer goes on, and is known the next time
        self._checks |= set(checks.values())
        for each in checks.values():
            each.add_done_callback(self._checks.discard)
        await asyncio.wait(checks.values(), timeout=PATIENCE)
        return tuple(name for name, each in checks.items() if each.done() and not each.cancelled() and each.result())

    async def inspect(self) -> Mapping[str, Flaw | None]:
        """Return what is wrong with each, for its operator."""
        flaws = await asyncio.gather(*(_flaw(each) for each in self._providers.values()))
        return dict(zip(self._providers, flaws, strict=True))

    async def authorization_url(
        self, name: str, secrets: FlowSecrets, redirect_uri: str, *, again: bool = False
    ) -> str:
        provider = self._named(name)
        if again and not provider.shown.can_reauthenticate:
            raise NotFound
        return await provider.authorization_url(secrets, redirect_uri, again=again)

    async def prove(
        self, name: str, *, code: str, issuer: str | None, secrets: FlowSecrets, redirect_uri: str, now: datetime
    ) -> ProvedIdentity:
        return await self._named(name).prove(
            code=code, issuer=issuer, secrets=secrets, redirect_uri=redirect_uri, now=now
        )

    async def close(self) -> None:
        for each in tuple(self._checks):
            each.cancel()
        for provider in self._providers.values():
            await provider.close()

    def _named(self, name: str) -> Provider:
        provider = self._providers.get(name)
        if provider is None:
            raise NotFound
        return provider


async def _answers(provider: Provider) -> bool:
    try:
        await provider.check()
    except ProviderUnavailable:
        return False
    return True


async def _flaw(provider: Provider) -> Flaw | None:
    if not await _answers(provider):
        return "away"
    return None if await provider.has_keys() else "no_keys"


NO_PROVIDERS = ConfiguredProviders()
