"""Settings: `MARKETPLACE_*` variables of the environment, read once. `.env.example` explains each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

T = TypeVar("T")

PREFIX = "MARKETPLACE_"
DRAINING = f"{PREFIX}LEAVING"
"""Internal variable: `serve` passes workers the path of a file that exists once the program is shutting down."""
MIN_SECRET = 32
"""Characters. HS256 requires a key of at least 256 bits (RFC 7518, 3.2)."""
HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(:(?P<port>\d{1,5}))?")
MAX_PORT = 65535
DEVELOPMENT_SECRETS = ("change-me", "changeme", "secret", "development", "insecure", "example")


class SettingsError(ValueError):
    """A variable is missing or invalid. The message has its name, its value (unless secret) and the expected format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `database_url` and `secret_key` are `None` if the embedded database provides them."""

    environment: Literal["development", "production"] = "development"
    storage: Literal["postgres", "memory"] = "postgres"
    database_url: str | None = field(default=None, repr=False)
    read_database_url: str | None = field(default=None, repr=False)
    data_dir: Path = Path(".marketplace")
    frontend_dir: Path = Path("frontend/dist")
    secret_key: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    trusted_proxies: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    access_token_ttl: timedelta = timedelta(days=1)
    refresh_token_ttl: timedelta = timedelta(days=7)
    currency: str = "EUR"
    categories: tuple[str, ...] = (
        "art",
        "business",
        "cooking",
        "fitness",
        "languages",
        "music",
        "technology",
        "wellbeing",
    )
    rate_limit: bool = True
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
    def runs_worker(self) -> bool:
        """Whether `serve` also runs background jobs. The default is yes unless a database is configured."""
        if self.worker_inside is not None:
            return self.worker_inside
        return self.database_url is None

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


def _integer(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not minimum <= int(text) <= maximum:
            raise ValueError(f"a whole number from {minimum} to {maximum}")
        return int(text)

    return parse


def _seconds(minimum: float, maximum: float) -> Callable[[str], timedelta]:
    def parse(text: str) -> timedelta:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text) or not minimum <= float(text) <= maximum:
            raise ValueError(f"seconds, from {minimum:g} to {maximum:g}")
        return timedelta(seconds=float(text))

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return parse


def _matching(pattern: str, expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(expected)
        return text

    return parse


def _database_address(text: str) -> str:
    # Validate before the driver does: given an unescaped # or / in the password, it quotes part of the password as a
    # port in its error message.
    expected = (
        "a URL such as postgresql://user:password@host:5432/name,"
        " with %23, %2F, %3F and %40 for #, /, ? and @ in the password"
    )
    try:
        parts = urlsplit(text)
        parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(expected) from None
    hosts = [HOST_PORT.fullmatch(host) for host in parts.netloc.rpartition("@")[2].split(",")]
    is_valid = all(host is not None and int(host["port"] or 0) <= MAX_PORT for host in hosts)
    if parts.scheme not in {"postgres", "postgresql"} or not is_valid or parts.fragment or "@" in parts.path:
        raise ValueError(expected)
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("addresses or networks such as 10.0.0.7 or 172.16.0.0/12, separated by commas") from None


def _list_of(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parse_all(text: str) -> tuple[str, ...]:
        parts = tuple(parse(part.strip()) for part in text.split(",") if part.strip())
        if not parts:
            raise ValueError("at least one value, separated by commas")
        return parts

    return parse_all


def _on_or_off(text: str) -> bool:
    if text not in {"on", "off"}:
        raise ValueError("on or off")
    return text == "on"


VARIABLES: dict[str, Callable[[str], Any]] = {
    "environment": _one_of("development", "production"),
    "storage": _one_of("postgres", "memory"),
    "database_url": _database_address,
    "read_database_url": _database_address,
    "data_dir": Path,
    "frontend_dir": Path,
    "secret_key": _matching(rf".{{{MIN_SECRET},}}", f"at least {MIN_SECRET} random characters"),
    "host": _matching(r"[\w.:\-\[\]]+", "a host name or an address"),
    "port": _integer(1, 65_535),
    "workers": _integer(1, 64),
    "trusted_proxies": _list_of(_network),
    "cors_origins": _list_of(
        _matching(r"https?://[^/\s,*]+", "origins such as https://app.example.org, separated by commas")
    ),
    "access_token_ttl": _seconds(1, 31 * 86_400),
    "refresh_token_ttl": _seconds(1, 366 * 86_400),
    "currency": _matching(r"[A-Z]{3}", "three capital letters (ISO 4217), such as EUR"),
    "categories": _list_of(_matching(r"[a-z0-9][a-z0-9-]{0,39}", "lowercase words, separated by commas")),
    "rate_limit": _on_or_off,
    "demo": _on_or_off,
    "worker_inside": _on_or_off,
    "metrics_host": _matching(r"[\w.:\-\[\]]+", "a host name or an address"),
    "metrics_port": _integer(1, 65_535),
    "log_format": _one_of("text", "json"),
    "log_level": _one_of("debug", "info", "warning", "error"),
    "pool_min_size": _integer(0, 1000),
    "pool_max_size": _integer(1, 1000),
    "pool_acquire_timeout": _seconds(0.1, 600),
    "command_timeout": _seconds(0.1, 600),
    "statement_timeout": _seconds(0.1, 600),
    "lock_timeout": _seconds(0.1, 600),
    "idle_in_transaction_timeout": _seconds(0.1, 600),
    "database_wait": _seconds(0, 3600),
    "shutdown_delay": _seconds(0, 600),
    "shutdown_timeout": _seconds(1, 600),
}
SECRET_VARIABLES = {"secret_key", "database_url", "read_database_url"}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from variables; an empty variable counts as unset. Raises `SettingsError`."""
    values: dict[str, Any] = {}
    for name, parse in VARIABLES.items():
        text = provided_secret(environment, name) if name in SECRET_VARIABLES else _variable(environment, name)
        if text:
            try:
                values[name] = parse(text)
            except ValueError as error:
                shown = "(not shown)" if name in SECRET_VARIABLES else repr(text)
                raise SettingsError(f"{PREFIX}{name.upper()} is {shown}, but must be {error}.") from None
    settings = Settings(**values)
    _check_combinations(settings)
    return settings


def _variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"{PREFIX}{name.upper()}", "").strip()


def provided_secret(environment: Mapping[str, str], name: str) -> str:
    """Read a secret from its variable or from the file named by its `_FILE` variable; empty if neither is set.

    Raises `SettingsError` if both are set or the file is unreadable or empty.
    """
    variable, text = f"{PREFIX}{name.upper()}", _variable(environment, name)
    path = _variable(environment, f"{name}_file")
    if not path:
        return text
    if text:
        raise SettingsError(f"{variable} and {variable}_FILE are both set. Set only one of them.")
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't text"
        raise SettingsError(f"{variable}_FILE is '{path}', but must be a readable file: {reason}.") from None
    if not text:
        raise SettingsError(f"{variable}_FILE is '{path}', but must be a file that contains the secret: it's empty.")
    return text


def _check_combinations(settings: Settings) -> None:
    if settings.pool_min_size > settings.pool_max_size:
        raise SettingsError(
            f"{PREFIX}POOL_MIN_SIZE is '{settings.pool_min_size}', but must be at most"
            f" {PREFIX}POOL_MAX_SIZE, which is {settings.pool_max_size}."
        )
    if settings.storage == "memory" and settings.workers > 1:
        raise SettingsError(
            f"{PREFIX}WORKERS is '{settings.workers}', but must be 1 with {PREFIX}STORAGE=memory:"
            " each process would have its own data."
        )
    if settings.environment == "production":
        _check_production(settings)


def _check_production(settings: Settings) -> None:
    if settings.demo:
        raise SettingsError(
            f"{PREFIX}DEMO is 'on', but must be off with {PREFIX}ENVIRONMENT=production: the demo passwords are public."
        )
    if settings.database_url is None:
        raise SettingsError(
            f"{PREFIX}DATABASE_URL is not set, but must be set with {PREFIX}ENVIRONMENT=production:"
            " the embedded database is for development."
        )
    if settings.secret_key is None:
        raise SettingsError(
            f"{PREFIX}SECRET_KEY is not set, but must be set with {PREFIX}ENVIRONMENT=production,"
            f" to at least {MIN_SECRET} random characters."
        )
    lowered = settings.secret_key.lower()
    if any(word in lowered for word in DEVELOPMENT_SECRETS) or len(set(lowered)) < 8:  # noqa: PLR2004 - variety
        raise SettingsError(
            f"{PREFIX}SECRET_KEY is (not shown), but must be random with {PREFIX}ENVIRONMENT=production:"
            " this one looks like a development secret."
        )
