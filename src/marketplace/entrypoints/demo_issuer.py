"""Runs the demo's issuer next to `serve --demo`, so that signing in with another service can be tried."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from marketplace.entrypoints.companions import Companion
from marketplace.identity_settings import ProviderSettings
from marketplace.settings import PREFIX, Settings

LOG = logging.getLogger(__name__)
MODULE = "marketplace.demo.identity_provider"
PORTS_ABOVE = 20
"""The first port that is tried is so far above that of `serve`."""
PROVIDER = ProviderSettings(name="demo", label="Demo sign-in", issuer="", client_id="marketplace")


@contextmanager
def running_issuer(settings: Settings) -> Iterator[Settings]:
    """Run the issuer during the block if the demo has no other provider, and tell its address to worker processes."""
    if not settings.demo or settings.oidc_providers or settings.environment == "production":
        yield settings
        return
    options = {
        "port": min(settings.port + PORTS_ABOVE, 65_535),
        "clock": str(settings.clock_file) if settings.inbox else None,
    }
    companion = Companion("demo issuer", MODULE, options, {})
    address = companion.start()
    if not address:
        LOG.warning("The demo issuer did not start: are the extras installed, marketplace[oidc,simulator]?")
        yield settings
        return
    variables = {
        f"{PREFIX}OIDC_PROVIDERS": PROVIDER.name,
        f"{PREFIX}OIDC_DEMO_ISSUER": address,
        f"{PREFIX}OIDC_DEMO_LABEL": PROVIDER.label,
        f"{PREFIX}OIDC_DEMO_CLIENT_ID": PROVIDER.client_id,
    }
    try:
        os.environ.update(variables)
        yield replace(settings, oidc_providers=(replace(PROVIDER, issuer=address),))
    finally:
        companion.end()
        for name in variables:
            os.environ.pop(name, None)
