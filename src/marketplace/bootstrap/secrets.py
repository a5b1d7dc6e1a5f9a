"""Provides the adapters that use the installation's secret keys."""

from dishka import Provider, Scope, provide

from marketplace.adapters.security.access_tokens import JwtAccessTokens
from marketplace.adapters.security.challenges import JwtChallenges
from marketplace.adapters.security.device_seals import HmacDeviceSeals
from marketplace.adapters.security.flow_seals import HmacFlowSeals
from marketplace.adapters.security.refresh_tokens import HmacRefreshTokens
from marketplace.adapters.security.secret_box import AesGcmBox
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.totp import PyotpTotp
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.ports.identities import FlowSeals
from marketplace.core.ports.mail_composer import UnsubscribeTokens
from marketplace.core.ports.second_factors import Challenges, SecretBox, Totp
from marketplace.core.ports.security import AccessTokens, DeviceSeals, RefreshTokens
from marketplace.core.ports.system import Ids
from marketplace.settings import Settings, SettingsError


class SecretPorts(Provider):
    """Adapters that sign, encrypt or derive."""

    scope = Scope.APP

    @provide
    def access_tokens(self, settings: Settings, ids: Ids) -> AccessTokens:
        """Provide JWTs signed with the installation's secret."""
        return JwtAccessTokens(keys=secret_of(settings), time_to_live=settings.access_token_ttl, ids=ids)

    @provide
    def refresh_tokens(self, settings: Settings) -> RefreshTokens:
        """Provide tokens derived with the installation's secret."""
        return HmacRefreshTokens(secret_of(settings))

    @provide
    def challenges(self, settings: Settings) -> Challenges:
        """Provide challenges signed with the installation's secret."""
        return JwtChallenges(secret_of(settings))

    @provide
    def secret_box(self, settings: Settings) -> SecretBox:
        """Provide encryption with the installation's secret."""
        return AesGcmBox(secret_of(settings))

    @provide
    def totp(self, settings: Settings) -> Totp:
        """Provide codes of authenticator apps, which list them by the host of the site."""
        return PyotpTotp(SiteAddresses(settings.site_url).host)

    @provide
    def flow_seals(self, settings: Settings) -> FlowSeals:
        """Provide flows signed with the installation's secret."""
        return HmacFlowSeals(secret_of(settings))

    @provide
    def device_seals(self, settings: Settings) -> DeviceSeals:
        """Provide what browsers are known for, signed with the installation's secret."""
        return HmacDeviceSeals(secret_of(settings))

    @provide
    def unsubscribe_tokens(self, settings: Settings) -> UnsubscribeTokens:
        """Provide addresses signed with the installation's secret."""
        return HmacUnsubscribeTokens(secret_of(settings))


def secret_of(settings: Settings) -> SecretKeys:
    """Return the keys that sign tokens and cursors. Raises `SettingsError` if none is set."""
    if settings.secret_key is None:
        raise SettingsError("MARKETPLACE_SECRET_KEY is not set, but must be set unless the database is embedded.")
    return SecretKeys.of(settings.secret_key)
