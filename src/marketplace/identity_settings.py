"""Settings of identity providers: `MARKETPLACE_OIDC_PROVIDERS` names them, and each has variables of its own."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from marketplace.setting_values import PREFIX, SettingsError, provided_secret, variable

NAME = r"[a-z][a-z0-9]{0,29}"
MAX_LABEL = 40
ODD = re.compile(r"[\s\\\x00-\x1f]")
PRESETS: Mapping[str, tuple[str, str]] = {
    "google": ("Google", "https://accounts.google.com"),
    "github": ("GitHub", "https://github.com"),
}
"""Label and issuer of providers that need no variable for them, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """A provider. That of the kind `github` does not speak OpenID Connect; its issuer is the address of its site."""

    name: str
    label: str
    kind: Literal["oidc", "github"] = "oidc"
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    """`None`: a public client, which PKCE alone protects."""


def read_providers(environment: Mapping[str, str], names: Iterable[str]) -> tuple[ProviderSettings, ...]:
    """Read the variables of these providers. Raises `SettingsError`."""
    providers = tuple(_read(environment, name) for name in dict.fromkeys(names))
    issuers = [each.issuer for each in providers]
    for each in providers:
        if issuers.count(each.issuer) > 1:
            raise _refusal(each.name, "issuer", each.issuer, "another issuer than that of any other provider")
    return providers


def is_loopback(address: str) -> bool:
    """Return whether a URL names this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe(address: str) -> bool:
    """Return whether a URL is https, or http on this machine, and names a host and nothing but a path and a query."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_plain = parts.username is None and not parts.fragment and port != 0 and not ODD.search(address)
    scheme_fits = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address))
    return bool(parts.hostname) and is_plain and scheme_fits


def _read(environment: Mapping[str, str], name: str) -> ProviderSettings:
    label, issuer = PRESETS.get(name, (name.capitalize(), ""))
    issuer = variable(environment, f"oidc_{name}_issuer") or issuer
    label = variable(environment, f"oidc_{name}_label") or label
    client_id = variable(environment, f"oidc_{name}_client_id")
    secret = provided_secret(environment, f"oidc_{name}_client_secret") or None
    if not is_safe(issuer) or urlsplit(issuer).query:
        expected = "the issuer's URL as it names itself, such as https://login.example.org (http on this machine only)"
        raise _refusal(name, "issuer", issuer, expected)
    if not client_id:
        raise _refusal(name, "client_id", "", "the ID that the provider gave this site")
    if name == "github" and secret is None:
        raise _refusal(name, "client_secret", "", "the secret that GitHub gave this site")
    if len(label) > MAX_LABEL or not label.isprintable():
        raise _refusal(name, "label", label, f"at most {MAX_LABEL} characters, for a button")
    return ProviderSettings(
        name=name,
        label=label,
        kind="github" if name == "github" else "oidc",
        issuer=issuer.rstrip("/") if name == "github" else issuer,
        client_id=client_id,
        client_secret=secret,
    )


def _refusal(name: str, part: str, value: str, rule: str) -> SettingsError:
    shown = f"'{value}'" if value else "not set"
    return SettingsError(f"{PREFIX}OIDC_{name.upper()}_{part.upper()} is {shown}, but must be {rule}.")
