"""Chooses the payment provider. Its libraries are imported only if it is used."""

from dataclasses import dataclass

from marketplace.adapters.payments.events import simulator_secret
from marketplace.adapters.payments.minor_units import STRIPE
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.core.ports.payment_providers import Payments
from marketplace.settings import PREFIX, Settings, SettingsError

SIMULATOR = "simulator"
"""Folder of the payment simulator in the data directory."""
ADDRESS = "address"
"""File in it with the address of the simulator that `serve` started, for programs next to it."""


@dataclass(frozen=True, slots=True)
class PaymentProvider:
    """The provider that takes payments, or `None`."""

    payments: Payments | None = None

    async def close(self) -> None:
        if self.payments is not None:
            await self.payments.close()


def payment_options(settings: Settings) -> PaymentOptions | None:
    """Return how payments are taken, or `None` if they are not."""
    if settings.payments == "off":
        return None
    return PaymentOptions(
        pay_within=settings.pay_within, commission=settings.commission, issuer=settings.receipt_issuer
    )


def check_payments(settings: Settings) -> None:
    """Raise `SettingsError` if the provider can't charge every amount of the marketplace's currency."""
    if settings.payments == "stripe" and not STRIPE.is_exact(settings.currency):
        raise SettingsError(
            f"{PREFIX}CURRENCY is '{settings.currency}', but must be one whose amounts Stripe can charge exactly with"
            f" {PREFIX}PAYMENTS=stripe: Stripe rounds those of this one."
        )


def provider_of(settings: Settings) -> PaymentProvider:
    """Return the provider of the settings. Raises `SettingsError`."""
    check_payments(settings)
    if settings.payments == "off":
        return PaymentProvider()
    try:
        return PaymentProvider(_stripe(settings) if settings.payments == "stripe" else _simulator(settings))
    except ImportError as error:
        raise SettingsError(
            f"{PREFIX}PAYMENTS is '{settings.payments}', but the extra is not installed:"
            f" marketplace[{settings.payments}]."
        ) from error


def _stripe(settings: Settings) -> Payments:
    from marketplace.adapters.payments.stripe import StripePayments  # noqa: PLC0415

    return StripePayments(
        secret_key=settings.stripe_secret_key or "",
        webhook_secret=settings.stripe_webhook_secret or "",
        api=settings.stripe_api,
    )


def _simulator(settings: Settings) -> Payments:
    from marketplace.adapters.payments.simulator import SimulatorPayments  # noqa: PLC0415

    return SimulatorPayments(
        settings.simulator_url or settings.data_dir / SIMULATOR / ADDRESS, simulator_secret(settings.secret_key or "")
    )
