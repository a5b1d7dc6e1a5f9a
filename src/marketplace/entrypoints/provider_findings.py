"""Checks for `marketplace check` of the sign-in providers, and what a check returns."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from marketplace.adapters.identity.providers import Flaw
from marketplace.bootstrap.identity import identity_providers
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one check. `advice` says how to fix a failed one. A warning does not keep `serve` from working."""

    subject: str
    is_good: bool
    seen: str
    advice: str = ""
    is_warning: bool = False


def provider_findings(settings: Settings) -> Iterator[Finding]:
    """Ask each identity provider for its document and its keys, and name the address to register with it."""
    try:
        flaws = asyncio.run(_inspect_providers(settings))
    except SettingsError as error:
        yield Finding(subject="sign-in providers", is_good=False, seen=str(error), advice="Install that extra.")
        return
    for name, flaw in flaws.items():
        seen = {None: "answers", "away": "doesn't answer as an issuer does", "no_keys": "publishes no keys"}[flaw]
        yield Finding(
            subject=f"sign in with {name}",
            is_good=flaw is None,
            seen=f"{seen}; sends people back to {SiteAddresses(settings.site_url).provider_callback(name)}",
            advice=f"Check MARKETPLACE_OIDC_{name.upper()}_ISSUER, and the network. Until then its button is missing.",
            is_warning=True,
        )


async def _inspect_providers(settings: Settings) -> Mapping[str, Flaw | None]:
    providers = identity_providers(settings)
    try:
        return await providers.inspect()
    finally:
        await providers.close()
