"""Settings: `MARKETPLACE_*` variables of the environment, read once. `.env.example` explains each."""

import os.path
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from marketplace.core.domain.money import Currency
from marketplace.core.domain.passkeys import RelyingParty
from marketplace.core.domain.payment_options import ReceiptIssuer
from marketplace.core.domain.personal_limits import DEFAULT_LIMITS, PersonalLimits
from marketplace.core.domain.second_factors import REAUTHENTICATE_AFTER, StaffSecondFactor
from marketplace.core.domain.users import VerifiedEffect
from marketplace.identity_settings import NAME, ProviderSettings, read_providers
from marketplace.limit_settings import LIMITS, take_limits
from marketplace.setting_values import (
    MIN_SECRET,
    any_of,
    basis_points,
    database_address,
    integer,
    list_of,
    mailbox,
    matching,
    network,
    object_store,
    on_or_off,
    one_of,
    origin,
    path,
    provided_secret,
    public_url,
    receipt_issuer,
    seconds,
    secret_keys,
    smtp_url,
    variable,
)
from marketplace.setting_values import PREFIX as PREFIX  # noqa: PLC0414 - exported
from marketplace.setting_values import SettingsError as SettingsError  # noqa: PLC0414 - exported

DRAINING = f"{PREFIX}LEAVING"
"""Internal variable: `serve` passes workers the path of a file that exists once the program is shutting down."""
SOURCES = Path(__file__).parents[2]
PROJECT = SOURCES if (SOURCES / "pyproject.toml").is_file() else None
"""Root of the checkout that the program runs from; `None` if it is installed."""
FRONTEND_DIR = SOURCES / "frontend/dist"
DATA_DIR = (PROJECT or Path(os.path.expanduser("~"))) / ".marketplace"  # noqa: PTH111 - Path.home() fails without one
CATEGORIES = ("art", "business", "cooking", "fitness", "languages", "music", "technology", "wellbeing")
DEVELOPMENT_SECRETS = ("change-me", "changeme", "secret", "development", "insecure", "example")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `database_url` and `secret_key` are `None` if the embedded database provides them."""

    environment: Literal["development", "production"] = "development"
    storage: Literal["postgres", "memory"] = "postgres"
    database_url: str | None = field(default=None, repr=False)
    read_database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)  # database_url
    data_dir: Path = DATA_DIR
    object_store: str | None = field(default=None, repr=False)
    frontend_dir: Path = FRONTEND_DIR
    texts_dir: Path | None = None
    breached_passwords: Path | None = None
    secret_key: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    workers: int = 1
    trusted_proxies: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    passkey_origins: tuple[str, ...] = ()
    access_token_ttl: timedelta = timedelta(days=1)
    login_ttl: timedelta = timedelta(days=90)
    refresh_token_ttl: timedelta = timedelta(days=7)
    currency: str = "EUR"
    categories: tuple[str, ...] = CATEGORIES
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: tuple[str, str] | None = None
    inbox: bool = False
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)
    stripe_api: str | None = None  # Stripe's own
    simulator_url: str | None = None  # `serve` starts the payment simulator
    oidc_providers: tuple[ProviderSettings, ...] = ()
    staff_second_factor: StaffSecondFactor = "optional"
    reauthenticate_after: timedelta = REAUTHENTICATE_AFTER
    rate_limit: bool = True
    limits: PersonalLimits = DEFAULT_LIMITS
    share_email: bool = False
    verify_email: tuple[VerifiedEffect, ...] = ()
    payments: Literal["off", "simulator", "stripe"] = "off"
    pay_within: timedelta = timedelta(minutes=15)
    commission: int = 0  # basis points
    receipt_issuer: ReceiptIssuer | None = None
    keep_answers: bool = True
    live_streams: int = 2_000
    live_streams_per_network: int = 50
    demo: bool = False
    worker_inside: bool | None = None
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    log_format: Literal["text", "json"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    pool_min_size: int = 2
    pool_max_size: int = 10
    pool_acquire_timeout: timedelta = timedelta(seconds=10)
    command_timeout: timedelta = timedelta(seconds=15)
    statement_timeout: timedelta = timedelta(seconds=10)
    lock_timeout: timedelta = timedelta(seconds=5)
    idle_in_transaction_timeout: timedelta = timedelta(seconds=15)
    database_wait: timedelta = timedelta(seconds=30)
    shutdown_delay: timedelta | None = None
    shutdown_timeout: timedelta = timedelta(seconds=20)

    @property
    def site_url(self) -> str:
        """The only source of absolute addresses: `public_url`, by default this machine's. No slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def relying_party(self) -> RelyingParty | None:
        """For whom passkeys are made. `None`: they do not work at this address."""
        return RelyingParty.of(self.site_url, self.passkey_origins)

    @property
    def clock_file(self) -> Path:
        """How far the clock of a demo is ahead; only programs with an inbox read it."""
        return self.data_dir / "clock"

    @property
    def sends_mail(self) -> bool:
        """Whether mail is sent, or kept in the demo's inbox. Otherwise messages are held."""
        return self.inbox or self.smtp_url is not None

    @property
    def runs_worker(self) -> bool:
        """Whether `serve` also runs background jobs. The default is yes unless a database is configured."""
        return self.database_url is None if self.worker_inside is None else self.worker_inside

    @property
    def drains_for(self) -> timedelta:
        """How long `serve` reports not ready before it stops: by default 5 s in production, otherwise 0."""
        if self.shutdown_delay is not None:
            return self.shutdown_delay
        return timedelta(seconds=5 if self.environment == "production" else 0)

    @property
    def is_embedded(self) -> bool:
        """Whether the program starts its own PostgreSQL."""
        return self.storage == "postgres" and self.database_url is None


VARIABLES: dict[str, Callable[[str], Any]] = {
    "environment": one_of("development", "production"),
    "storage": one_of("postgres", "memory"),
    "database_url": database_address,
    "read_database_url": database_address,
    "migration_database_url": database_address,
    "data_dir": path,
    "object_store": object_store,
    "frontend_dir": path,
    "texts_dir": path,
    "breached_passwords": path,
    "secret_key": secret_keys,
    "host": matching(r"[\w.:\-\[\]]+", "a host name or an address"),
    "port": integer(1, 65_535),
    "public_url": public_url,
    "workers": integer(1, 64),
    "trusted_proxies": list_of(network),
    "cors_origins": list_of(origin),
    "passkey_origins": list_of(public_url),
    "access_token_ttl": seconds(1, 31 * 86_400),
    "refresh_token_ttl": seconds(1, 366 * 86_400),
    "login_ttl": seconds(1, 3660 * 86_400),
    "currency": lambda code: Currency.of(code).code,
    "categories": list_of(matching(r"[a-z0-9][a-z0-9-]{0,39}", "lowercase words, separated by commas")),
    "smtp_url": smtp_url,
    "mail_from": mailbox,
    "inbox": on_or_off,
    "stripe_secret_key": matching(r"[sr]k_(test|live)_\w+", "a secret key of Stripe, such as sk_live_…"),
    "stripe_webhook_secret": matching(r"whsec_\S+", "the signing secret of a webhook endpoint of Stripe, whsec_…"),
    "stripe_api": public_url,
    "simulator_url": public_url,
    "oidc_providers": list_of(matching(NAME, "names such as google or example, separated by commas")),
    "staff_second_factor": one_of(*get_args(StaffSecondFactor)),
    "reauthenticate_after": seconds(1, 86_400),
    "rate_limit": on_or_off,
    **LIMITS,
    "share_email": on_or_off,
    "verify_email": any_of(*get_args(VerifiedEffect)),
    "payments": one_of("off", "simulator", "stripe"),
    "pay_within": seconds(1, 7 * 86_400),
    "commission": basis_points(50),
    "receipt_issuer": receipt_issuer,
    "keep_answers": on_or_off,
    "live_streams": integer(0, 15_000),
    "live_streams_per_network": integer(1, 15_000),
    "demo": on_or_off,
    "worker_inside": on_or_off,
    "metrics_host": matching(r"[\w.:\-\[\]]+", "a host name or an address"),
    "metrics_port": integer(1, 65_535),
    "log_format": one_of("text", "json"),
    "log_level": one_of("debug", "info", "warning", "error"),
    "pool_min_size": integer(0, 1000),
    "pool_max_size": integer(1, 1000),
    "pool_acquire_timeout": seconds(0.1, 600),
    "command_timeout": seconds(0.1, 600),
    "statement_timeout": seconds(0.1, 600),
    "lock_timeout": seconds(0.1, 600),
    "idle_in_transaction_timeout": seconds(0.1, 600),
    "database_wait": seconds(0, 3600),
    "shutdown_delay": seconds(0, 600),
    "shutdown_timeout": seconds(1, 600),
}
SECRET_VARIABLES = {
    *("secret_key", "database_url", "read_database_url", "migration_database_url", "object_store", "smtp_url"),
    *("stripe_secret_key", "stripe_webhook_secret"),
}
MAX_PAY_WITHIN = timedelta(hours=23, minutes=30)  # Stripe's payment pages end within a day, half an hour after it


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from variables; an empty variable counts as unset. Raises `SettingsError`."""
    values: dict[str, Any] = {}
    for name, parse in VARIABLES.items():
        text = provided_secret(environment, name) if name in SECRET_VARIABLES else variable(environment, name)
        if text:
            try:
                values[name] = parse(text)
            except ValueError as error:
                shown = "(not shown)" if name in SECRET_VARIABLES else repr(text)
                raise SettingsError(f"{PREFIX}{name.upper()} is {shown}, but must be {error}.") from None
    if "oidc_providers" in values:
        values["oidc_providers"] = read_providers(environment, values["oidc_providers"])
    settings = Settings(limits=take_limits(values), **values)
    _check_combinations(settings)
    return settings


def _refusal(name: str, value: object, rule: str) -> SettingsError:
    """Return the error of a value that others forbid. `$` in the rule is the prefix of variables."""
    shown = "not set" if value is None else value if value == "(not shown)" else f"'{value}'"
    return SettingsError(f"{PREFIX}{name} is {shown}, but must be {rule.replace('$', PREFIX)}.")


def _check_combinations(settings: Settings) -> None:
    if settings.pool_min_size > settings.pool_max_size:
        rule = f"at most $POOL_MAX_SIZE, which is {settings.pool_max_size}"
        raise _refusal("POOL_MIN_SIZE", settings.pool_min_size, rule)
    if settings.database_url is None and settings.migration_database_url is not None:
        raise _refusal("DATABASE_URL", None, "set with $MIGRATION_DATABASE_URL, to the address for the program's role")
    if settings.storage == "memory" and settings.workers > 1:
        raise _refusal("WORKERS", settings.workers, "1 with $STORAGE=memory: each process would have its own data")
    if settings.smtp_url is not None:
        if settings.inbox:
            raise _refusal("INBOX", "on", "off with $SMTP_URL: mail is sent or kept")
        if settings.mail_from is None:
            rule = "set with $SMTP_URL, to the address that mail comes from, such as Sessions <sessions@example.org>"
            raise _refusal("MAIL_FROM", None, rule)
    if settings.payments == "stripe":
        _check_stripe(settings)
    if settings.environment == "production":
        _check_production(settings)


def _check_stripe(settings: Settings) -> None:
    rule = "set with $PAYMENTS=stripe, to what Stripe's dashboard shows"
    if settings.stripe_secret_key is None:
        raise _refusal("STRIPE_SECRET_KEY", None, rule)
    if settings.stripe_webhook_secret is None:
        raise _refusal("STRIPE_WEBHOOK_SECRET", None, rule)
    if settings.pay_within > MAX_PAY_WITHIN:
        rule = f"at most {MAX_PAY_WITHIN.total_seconds():g} with $PAYMENTS=stripe: its payment pages end within a day"
        raise _refusal("PAY_WITHIN", f"{settings.pay_within.total_seconds():g}", rule)


def _check_production(settings: Settings) -> None:
    production = "with $ENVIRONMENT=production"
    if settings.demo:
        raise _refusal("DEMO", "on", f"off {production}: the demo passwords are public")
    if settings.inbox:
        raise _refusal("INBOX", "on", f"off {production}: everyone could read everyone's mail")
    if settings.payments == "simulator":
        raise _refusal("PAYMENTS", "simulator", f"off or stripe {production}: the simulator's money is not real")
    if settings.database_url is None:
        raise _refusal("DATABASE_URL", None, f"set {production}: the embedded database is for development")
    if settings.secret_key is None:
        raise _refusal("SECRET_KEY", None, f"set {production}, to at least {MIN_SECRET} random characters")
    keys = settings.secret_key.lower().split()
    if any(word in key or len(set(key)) < 8 for key in keys for word in DEVELOPMENT_SECRETS):  # noqa: PLR2004 - variety
        rule = f"random {production}: this one looks like a development secret"
        raise _refusal("SECRET_KEY", "(not shown)", rule)
    if settings.public_url is None:
        rule = f"set {production}, to the address that people open, such as https://sessions.example.org"
        raise _refusal("PUBLIC_URL", None, rule)
