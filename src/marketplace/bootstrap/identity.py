"""Makes the identity providers of the settings. Their libraries are imported only if there are any."""

from marketplace.adapters.identity.providers import NO_PROVIDERS, ConfiguredProviders
from marketplace.settings import PREFIX, Settings, SettingsError


def identity_providers(settings: Settings) -> ConfiguredProviders:
    """Return the providers of the settings. Raises `SettingsError` if the extra is not installed."""
    if not settings.oidc_providers:
        return NO_PROVIDERS
    try:
        from marketplace.adapters.identity.client import ProviderClient  # noqa: PLC0415
        from marketplace.adapters.identity.github import GitHubProvider  # noqa: PLC0415
        from marketplace.adapters.identity.oidc import OidcProvider  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            f"{PREFIX}OIDC_PROVIDERS is set, but the extra is not installed: marketplace[oidc]."
        ) from error
    kinds = {"oidc": OidcProvider, "github": GitHubProvider}
    return ConfiguredProviders(
        [kinds[each.kind](each, ProviderClient(each.issuer)) for each in settings.oidc_providers]
    )
