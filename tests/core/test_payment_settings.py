"""Settings of payments, and the provider that they choose."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.bootstrap.environment import prepared_settings
from marketplace.bootstrap.payments import check_payments, payment_options, provider_of
from marketplace.core.domain.payment_options import PaymentOptions
from marketplace.settings import PREFIX, Settings, SettingsError, read_settings

KEYS = {"STRIPE_SECRET_KEY": "sk_test_51abcXYZ", "STRIPE_WEBHOOK_SECRET": "whsec_abc/def+ghi="}
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://db/x",
    "SECRET_KEY": "hV9-x2LqT7_bQw8ZrYc4Nd1KfMs6Gj3P",
    "PUBLIC_URL": "https://sessions.example.org",
}


def read(**variables: str) -> Settings:
    return read_settings({f"{PREFIX}{name}": value for name, value in variables.items()})


def test_payments_are_off_by_default() -> None:
    settings = read()
    assert settings.payments == "off"
    assert payment_options(settings) is None
    assert provider_of(settings).payments is None


def test_settings_of_payments_are_read() -> None:
    settings = read(PAYMENTS="stripe", PAY_WITHIN="600", COMMISSION="12.5", STRIPE_API="http://127.0.0.1:9", **KEYS)
    assert payment_options(settings) == PaymentOptions(pay_within=timedelta(minutes=10), commission=1250)
    assert settings.stripe_api == "http://127.0.0.1:9"
    assert "sk_test_51abcXYZ" not in repr(settings)
    assert "whsec_" not in repr(settings)
    assert [read(COMMISSION=text).commission for text in ("0", "50", "0.01", "33.3")] == [0, 5000, 1, 3330]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"PAYMENTS": "paypal"}, "PAYMENTS is 'paypal', but must be one of off, simulator, stripe"),
        ({"COMMISSION": "50.01"}, "COMMISSION is '50.01', but must be a percentage from 0 to 50"),
        ({"COMMISSION": "1.005"}, "COMMISSION is '1.005'"),
        ({"COMMISSION": "-1"}, "COMMISSION is '-1'"),
        ({"COMMISSION": "nan"}, "COMMISSION is 'nan'"),
        ({"PAY_WITHIN": "0"}, "PAY_WITHIN is '0'"),
        ({"STRIPE_SECRET_KEY": "pk_test_51abc"}, r"STRIPE_SECRET_KEY is \(not shown\), but must be a secret key"),
        ({"STRIPE_WEBHOOK_SECRET": "abc"}, r"STRIPE_WEBHOOK_SECRET is \(not shown\)"),
        ({"SIMULATOR_URL": "localhost:8010"}, "SIMULATOR_URL is 'localhost:8010'"),
        ({"PAYMENTS": "stripe"}, "STRIPE_SECRET_KEY is not set, but must be set with MARKETPLACE_PAYMENTS=stripe"),
        (
            {"PAYMENTS": "stripe", "STRIPE_SECRET_KEY": "sk_test_51abc"},
            "STRIPE_WEBHOOK_SECRET is not set, but must be set with MARKETPLACE_PAYMENTS=stripe",
        ),
        ({"PAYMENTS": "stripe", "PAY_WITHIN": "84601", **KEYS}, "PAY_WITHIN is '84601', but must be at most 84600"),
        ({**PRODUCTION, "PAYMENTS": "simulator"}, "PAYMENTS is 'simulator', but must be off or stripe"),
    ],
)
def test_wrong_settings_of_payments_are_refused(variables: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError, match=f"{PREFIX}{expected}"):
        read(**variables)


def test_production_takes_payments_through_stripe() -> None:
    assert read(**PRODUCTION, PAYMENTS="stripe", **KEYS).payments == "stripe"


def test_currency_that_stripe_rounds_is_refused_at_the_start() -> None:
    for currency in ("KWD", "MGA"):
        settings = read(PAYMENTS="stripe", CURRENCY=currency, **KEYS)
        with pytest.raises(SettingsError, match=f"CURRENCY is '{currency}'.*Stripe can charge exactly"):
            check_payments(settings)
        with pytest.raises(SettingsError, match="CURRENCY"):
            provider_of(settings)
    check_payments(read(PAYMENTS="simulator", CURRENCY="KWD"))


async def test_settings_choose_the_provider() -> None:
    chosen = [
        provider_of(read(PAYMENTS="stripe", **KEYS)),
        provider_of(read(PAYMENTS="simulator", SECRET_KEY="a-key-of-more-than-thirty-two-characters")),
    ]
    assert [provider.payments and provider.payments.name for provider in chosen] == ["stripe", "simulator"]
    for provider in chosen:
        await provider.close()


def test_secrets_from_files_reach_worker_processes(tmp_path: Path) -> None:
    before = dict(os.environ)
    secrets = {"smtp_url": "smtp://me:hunter2@mail.example.org", "secret_key": PRODUCTION["SECRET_KEY"]}
    secrets |= {name.lower(): value for name, value in KEYS.items()}
    for name, value in secrets.items():
        (tmp_path / name).write_text(f"{value}\n")
    files = {f"{name}_file": str(tmp_path / name) for name in secrets}
    try:
        with prepared_settings(storage="memory", payments="stripe", mail_from="a@example.org", **files):
            seen = read_settings(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert {name: getattr(seen, name) for name in secrets} == secrets
